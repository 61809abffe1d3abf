//! What the types in requests and answers look like, told as JSON Schema: what the API's document is made of.

mod properties;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use self::properties::{Properties, Property};
use super::{Microversion, Span};

/// A type whose JSON the document describes. The tables of `view!` and `request!` implement it, and the value types by
/// [`read_as_text!`](crate::read_as_text), [`schema!`](crate::schema) or by hand.
pub trait Schema {
    fn schema(book: &mut Book) -> Value;

    /// The same of a key that may be missing, where it is there: an `Option` that is asked for is not `null`.
    fn given(book: &mut Book) -> Value {
        Self::schema(book)
    }

    /// Whether a key of an envelope with such a value may be missing.
    fn may_be_missing() -> bool {
        false
    }
}

/// What shares an object with others: a view, or a tuple of them.
pub trait Shape {
    fn properties(book: &mut Book) -> Properties;
}

/// The objects that have been described so far, each once, by their names.
#[derive(Debug, Default)]
pub struct Book {
    schemas: BTreeMap<String, (String, Value)>,
}

/// What the last part of a module's path does not tell.
const PLACES: [&str; 3] = ["::view", "::request", "::handlers"];

impl Book {
    /// A reference to the object that the table `name` in `module` describes.
    pub fn define(&mut self, module: &str, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        let path = format!("{module}::{name}");
        let place = PLACES.iter().find_map(|place| module.strip_suffix(place));
        let mut key = key_of(&format!("{}::{name}", place.unwrap_or(module)));
        if self.schemas.get(&key).is_some_and(|(other, _)| *other != path) {
            key = key_of(&path);
        }
        let reference = json!({"$ref": format!("#/components/schemas/{key}")});
        if !self.schemas.contains_key(&key) {
            // It may refer to itself.
            self.schemas.insert(key.clone(), (path.clone(), Value::Null));
            let made = make(self);
            self.schemas.insert(key, (path, made));
        }
        reference
    }

    pub fn into_schemas(self) -> Map<String, Value> {
        let schemas = self.schemas.into_iter();
        schemas.map(|(key, (_, schema))| (key, schema)).collect()
    }
}

/// `nova_docker::api::compute::servers::ServerCore` is `servers.ServerCore`.
fn key_of(path: &str) -> String {
    let path = path.strip_prefix(concat!(env!("CARGO_CRATE_NAME"), "::api::"));
    let path = path.map(|path| path.strip_prefix("compute::").unwrap_or(path));
    path.unwrap_or_default().replace("::", ".")
}

/// The schema of what looks different at different versions, or may be one thing or another: each with its range.
pub fn one_of(choices: impl IntoIterator<Item = (Span, Value)>) -> Value {
    let choices = choices.into_iter();
    let told: Vec<Value> = choices.map(|(span, schema)| marked(schema, tell(span))).collect();
    json!({ "anyOf": told })
}

pub fn or_null(schema: Value) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some(word) if schema.get("enum").is_none() => {
            let both = json!([word, "null"]);
            let mut schema = schema;
            schema["type"] = both;
            schema
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}

pub fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

pub fn map(values: Value) -> Value {
    json!({"type": "object", "additionalProperties": values})
}

/// A text that is one of a few words.
pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    let words: Vec<&str> = words.into_iter().collect();
    json!({"type": "string", "enum": words})
}

/// The range in the words of `OpenStack`'s own documents: `min-ver` and `max-ver`, both included.
pub fn tell(span: Span) -> Map<String, Value> {
    let told = |version: Microversion| Value::from(version.to_string());
    let (first, last) = span.ends();
    let ends = [("min-ver", first), ("max-ver", last)].into_iter();
    ends.filter_map(|(key, version)| Some((key.to_owned(), told(version?))))
        .collect()
}

/// A schema, or any other object of the document, with what `x-openstack` says about it.
pub fn marked(mut object: Value, mark: Map<String, Value>) -> Value {
    if !mark.is_empty() {
        object["x-openstack"] = Value::Object(mark);
    }
    object
}

/// The schemas of types that are read or written by hand: `schema!(Length => {"type": "integer", "minimum": -1})`.
#[macro_export]
macro_rules! schema {
    ($($T:ty => $json:tt),* $(,)?) => { $(
        impl $crate::api::Schema for $T {
            fn schema(_: &mut $crate::api::Book) -> ::serde_json::Value {
                ::serde_json::json!($json)
            }
        }
    )* };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Link;
    use crate::api::request::{Flag, Needed, OrNull, Request, Whole};
    use crate::{request, span, view};

    view! { struct Item { id: u32, task_state as "OS:state": Option<String>, links_old as "links": String = ..2.9, links: [Link; 1] = 2.9.. } }
    view! { struct More { host: String = 2.3..2.19 } }
    request! { #[expect(dead_code, reason = "only described")] struct Change in "change" { count: Option<Whole<1, 9>>, text: OrNull<String>, flag: Needed<Flag> = 2.19.. } }

    #[test]
    fn a_view_tells_its_keys_and_their_ranges() {
        let mut book = Book::default();
        let shown = <(Item, Option<More>)>::schema(&mut book);
        let links = json!({"anyOf": [
            {"type": "string", "x-openstack": {"max-ver": "2.8", "required": true}},
            {"type": "array", "items": {"$ref": "#/components/schemas/links.Link"}, "minItems": 1, "maxItems": 1,
             "x-openstack": {"min-ver": "2.9", "required": true}},
        ]});
        let expected = json!({
            "type": "object",
            "properties": {
                "id": {"type": "integer", "minimum": 0},
                "OS:state": {"type": ["string", "null"]},
                "links": links,
                "host": {"type": "string", "x-openstack": {"min-ver": "2.3", "max-ver": "2.18"}},
            },
            "required": ["id", "OS:state", "links"],
            "additionalProperties": false,
        });
        assert_eq!(shown, expected);
        assert!(book.into_schemas().contains_key("links.Link"));
    }

    #[test]
    fn a_request_tells_what_must_be_there() {
        let mut book = Book::default();
        let body = Change::body(&mut book);
        let change = "#/components/schemas/schema.tests.Change";
        assert_eq!(
            body,
            json!({"type": "object", "properties": {"change": {"$ref": change}}, "required": ["change"], "additionalProperties": false})
        );
        let expected = json!({
            "type": "object",
            "properties": {
                "count": {"type": ["integer", "string"], "minimum": 1, "maximum": 9, "pattern": "^[0-9]+$"},
                "text": {"type": ["string", "null"]},
                "flag": Flag::schema(&mut Book::default()).as_object().map(|flag| {
                    let mut flag = flag.clone();
                    flag.insert("x-openstack".to_owned(), json!({"min-ver": "2.19", "required": true}));
                    flag
                }),
            },
            "required": ["text"],
            "additionalProperties": false,
        });
        assert_eq!(book.into_schemas()["schema.tests.Change"], expected);
    }

    #[test]
    fn a_range_is_told_with_both_ends_in_it() {
        assert_eq!(
            tell(span!(2.10..2.20)),
            Map::from_iter([
                ("min-ver".to_owned(), "2.10".into()),
                ("max-ver".to_owned(), "2.19".into())
            ])
        );
        assert_eq!(tell(span!()), Map::new());
    }
}
