//! The keys of an object, from however many tables they come: which values they have at which versions, and whether they
//! must be there.

use serde_json::{Map, Value, json};

use super::{Book, Schema, Shape, marked, tell};
use crate::api::{HISTORY, Row, Span};

/// A row of a table and what the table says about its value.
#[derive(Debug, Clone)]
pub struct Property {
    row: Row,
    schema: Value,
    required: bool,
}

/// In the order of the tables. A key may stand more than once, at different versions or in tables of which an object has one.
#[derive(Debug, Clone, Default)]
pub struct Properties {
    all: Vec<Property>,
    /// When keys that are in no table are borne with; `None` is never.
    open: Option<Span>,
}

impl Property {
    /// Of a table of what is shown: where the row is, the key is.
    pub fn shown<T: Schema + ?Sized>(book: &mut Book, row: Row) -> Self {
        let schema = T::schema(book);
        let required = true;
        Self {
            row,
            schema,
            required,
        }
    }

    /// Of a table of what is asked.
    pub fn asked<T: Schema>(book: &mut Book, row: Row, required: bool) -> Self {
        let schema = T::given(book);
        Self {
            row,
            schema,
            required,
        }
    }

    /// Of an envelope.
    pub fn of<T: Schema>(book: &mut Book, key: &'static str) -> Self {
        Self::asked::<T>(book, Row::new(key, Span::ALWAYS), !T::may_be_missing())
    }

    /// What stands under the key, with its range.
    fn told(&self) -> Value {
        let mut mark = tell(self.row.span);
        if self.required && !mark.is_empty() {
            mark.insert("required".to_owned(), true.into());
        }
        marked(self.schema.clone(), mark)
    }
}

impl Properties {
    pub fn new(all: Vec<Property>) -> Self {
        Self { all, open: None }
    }

    #[must_use]
    pub fn open(self, span: Span) -> Self {
        Self {
            open: Some(span),
            ..self
        }
    }

    /// None of them need be there.
    #[must_use]
    fn optional(mut self) -> Self {
        for property in &mut self.all {
            property.required = false;
        }
        self
    }

    fn and(mut self, others: Self) -> Self {
        self.all.extend(others.all);
        self
    }

    pub fn object(self) -> Value {
        let mut properties = Map::new();
        let mut required: Vec<&str> = Vec::new();
        for key in self.keys() {
            let rows: Vec<&Property> = self
                .all
                .iter()
                .filter(|property| property.row.key == key)
                .collect();
            properties.insert(key.to_owned(), told(&rows));
            if is_always_required(&rows) {
                required.push(key);
            }
        }
        let mut object = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        if self.open != Some(Span::ALWAYS) {
            object["additionalProperties"] = false.into();
        }
        object
    }

    fn keys(&self) -> Vec<&'static str> {
        let mut keys = Vec::new();
        for property in &self.all {
            if !keys.contains(&property.row.key) {
                keys.push(property.row.key);
            }
        }
        keys
    }

    /// As parameters of a query string, and until when others are borne with.
    pub fn parameters(self) -> (Vec<Value>, Option<Span>) {
        let keys = self.keys().into_iter();
        let parameters = keys.map(|key| {
            let rows: Vec<&Property> = self
                .all
                .iter()
                .filter(|property| property.row.key == key)
                .collect();
            match rows[..] {
                [only] => marked(
                    json!({"name": key, "in": "query", "schema": only.schema}),
                    tell(only.row.span),
                ),
                _ => json!({"name": key, "in": "query", "schema": told(&rows)}),
            }
        });
        (parameters.collect(), self.open)
    }
}

fn told(rows: &[&Property]) -> Value {
    match rows {
        [only] => only.told(),
        _ => json!({"anyOf": rows.iter().map(|row| row.told()).collect::<Vec<_>>()}),
    }
}

fn is_always_required(rows: &[&Property]) -> bool {
    HISTORY.iter().all(|(version, _)| {
        let here = |row: &&&Property| row.required && row.row.span.contains(*version);
        rows.iter().any(|row| here(&row))
    })
}

impl<T: Shape> Shape for Option<T> {
    fn properties(book: &mut Book) -> Properties {
        T::properties(book).optional()
    }
}

macro_rules! tuples_share_an_object {
    ($(($($T:ident),+);)+) => { $(
        impl<$($T: Shape),+> Shape for ($($T,)+) {
            fn properties(book: &mut Book) -> Properties {
                Properties::default()$(.and($T::properties(book)))+
            }
        }

        impl<$($T: Shape),+> Schema for ($($T,)+) {
            fn schema(book: &mut Book) -> Value {
                Self::properties(book).object()
            }
        }
    )+ };
}

tuples_share_an_object! {
    (A, B);
    (A, B, C);
    (A, B, C, D);
    (A, B, C, D, E);
}
