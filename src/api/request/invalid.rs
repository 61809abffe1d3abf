//! What is wrong with a request, in the words that Nova's schema validation has for it.

use std::fmt;

use serde_json::Value;

use super::python::{Quoted, Told, quoted_list};
use crate::api::Fault;

/// The first thing found wrong with a body or a query string. It holds the value, which is the client's own and goes back to
/// it alone: never log one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid(Box<Complaint>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Complaint {
    place: Place,
    value: Value,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The whole body, or not known yet: whoever reads the surroundings adds it.
    Root,
    Field(String),
    Parameter(String),
    /// The message is complete as it is.
    Nowhere,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    NotOfType(Vec<&'static str>),
    Said(String),
}

impl Invalid {
    /// A value that breaks a rule of its own; the reason reads on from "Invalid input for field/attribute ..".
    pub fn new(value: &Value, reason: impl Into<String>) -> Self {
        Self::about(value, Reason::Said(reason.into()))
    }

    /// A message that is told as it is, without field and value.
    pub fn plainly(message: impl Into<String>) -> Self {
        let mut invalid = Self::new(&Value::Null, message);
        invalid.0.place = Place::Nowhere;
        invalid
    }

    /// `types` are JSON schema's: string, integer, number, boolean, array, object, null.
    pub fn not_of_type(value: &Value, types: &[&'static str]) -> Self {
        Self::about(value, Reason::NotOfType(types.to_vec()))
    }

    /// An object with more keys than it may have.
    pub(in crate::api) fn too_many(object: &Value) -> Self {
        Self::new(object, format!("{} has too many properties", Quoted(object)))
    }

    /// A value that is none of the things it might be.
    pub(in crate::api) fn fits_no_schema(value: &Value) -> Self {
        Self::new(
            value,
            format!("{} is not valid under any of the given schemas", Quoted(value)),
        )
    }

    pub(super) fn missing(object: &Value, key: &str) -> Self {
        Self::new(object, format!("{} is a required property", quoted_list([key])))
    }

    pub(super) fn unknown<'a>(object: &Value, keys: impl IntoIterator<Item = &'a str>) -> Self {
        let mut keys: Vec<&str> = keys.into_iter().collect();
        keys.sort_unstable();
        let verb = if keys.len() == 1 { "was" } else { "were" };
        let reason = format!(
            "Additional properties are not allowed ({} {verb} unexpected)",
            quoted_list(keys)
        );
        Self::new(object, reason)
    }

    fn about(value: &Value, reason: Reason) -> Self {
        Self(Box::new(Complaint {
            place: Place::Root,
            value: value.clone(),
            reason,
        }))
    }

    /// Adds where it happened, unless a deeper place is known: Nova names the innermost field only.
    #[must_use]
    pub fn at(self, field: impl fmt::Display) -> Self {
        self.placed(|| Place::Field(field.to_string()))
    }

    #[must_use]
    pub(super) fn at_parameter(self, name: &str) -> Self {
        self.placed(|| Place::Parameter(name.to_owned()))
    }

    fn placed(mut self, place: impl FnOnce() -> Place) -> Self {
        if self.0.place == Place::Root {
            self.0.place = place();
        }
        self
    }

    /// The same complaint by something that would have taken `null` as well.
    #[must_use]
    pub(super) fn or_null(mut self) -> Self {
        if let (Place::Root, Reason::NotOfType(types)) = (&self.0.place, &mut self.0.reason) {
            types.push("null");
        }
        self
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Complaint { place, value, reason } = &*self.0;
        match place {
            Place::Field(name) => write!(
                f,
                "Invalid input for field/attribute {name}. Value: {}. ",
                Told(value)
            )?,
            Place::Parameter(name) => write!(
                f,
                "Invalid input for query parameters {name}. Value: {}. ",
                Told(value)
            )?,
            Place::Root | Place::Nowhere => {}
        }
        match reason {
            Reason::Said(reason) => f.write_str(reason),
            Reason::NotOfType(types) => {
                write!(
                    f,
                    "{} is not of type {}",
                    Quoted(value),
                    quoted_list(types.iter().copied())
                )
            }
        }
    }
}

impl std::error::Error for Invalid {}

impl From<Invalid> for Fault {
    fn from(invalid: Invalid) -> Self {
        Self::bad_request(invalid.to_string())
    }
}
