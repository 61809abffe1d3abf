//! Reading a JSON value at a version, and what it takes to read an object row by row.

use serde_json::{Map, Value};

use super::Invalid;
use crate::api::{Book, Microversion, Properties, Property, Row, Schema};

/// Something that a request's body may hold. Types made by `request!` implement it, and the value types by
/// [`read_as_text!`](crate::read_as_text) or by hand.
pub trait Read: Sized {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid>;

    /// What it means that the key is missing; `None` if it must not be.
    fn absent() -> Option<Self> {
        None
    }
}

/// A whole body: what the extractor [`Body`](super::Body) gives a handler.
pub trait Request: Sized {
    fn parse(version: Microversion, root: &Value) -> Result<Self, Invalid>;

    /// What the document says of it.
    fn body(book: &mut Book) -> Value;
}

/// An object being read by a table. The order of complaints is Nova's: values first, then what is missing, then what is
/// unknown.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    version: Microversion,
    value: &'a Value,
    map: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    pub fn open(version: Microversion, value: &'a Value) -> Result<Self, Invalid> {
        let map = value
            .as_object()
            .ok_or_else(|| Invalid::not_of_type(value, &["object"]))?;
        Ok(Self { version, value, map })
    }

    /// The row's value, if the row exists and the key is there.
    pub fn get<T: Read>(self, row: Row) -> Result<Option<T>, Invalid> {
        if !row.span.contains(self.version) {
            return Ok(None);
        }
        let value = self.map.get(row.key);
        value
            .map(|value| T::read(self.version, value).map_err(|invalid| invalid.at(row.key)))
            .transpose()
    }

    /// Fills in for a key that is not there.
    pub fn need<T: Read>(self, row: Row, found: Option<T>) -> Result<T, Invalid> {
        found
            .or_else(T::absent)
            .ok_or_else(|| Invalid::missing(self.value, row.key))
    }

    /// The same for a row that has a range: outside it, the type's default.
    pub fn need_within<T: Read + Default>(self, row: Row, found: Option<T>) -> Result<T, Invalid> {
        if row.span.contains(self.version) {
            self.need(row, found)
        } else {
            Ok(T::default())
        }
    }

    pub fn refuse_others(self, rows: &[Row]) -> Result<(), Invalid> {
        let known = |key: &str| {
            rows.iter()
                .any(|row| row.key == key && row.span.contains(self.version))
        };
        let mut others = self
            .map
            .keys()
            .map(String::as_str)
            .filter(|key| !known(key))
            .peekable();
        if others.peek().is_none() {
            return Ok(());
        }
        Err(Invalid::unknown(self.value, others))
    }
}

/// Reads what stands, alone, under a key.
pub fn read_under<T: Read>(key: &'static str, version: Microversion, root: &Value) -> Result<T, Invalid> {
    let row = Row::new(key, crate::api::Span::ALWAYS);
    let object = Object::open(version, root)?;
    let found = object.get(row)?;
    let inside = object.need(row, found)?;
    object.refuse_others(&[row])?;
    Ok(inside)
}

/// What the document says of a body that stands, alone, under a key.
pub fn body_under<T: Schema>(key: &'static str, book: &mut Book) -> Value {
    let property = Property::of::<T>(book, key);
    Properties::new(vec![property]).object()
}
