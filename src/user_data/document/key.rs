//! Reads the keys of mappings.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use super::without_nul;
use crate::user_data::error::shortened;

/// Reads a key as text, and refuses some: in the key itself, because there the parser tells its line.
pub(super) enum Key<'k> {
    /// Refuses those which were there before.
    Fresh(&'k HashSet<String>),
    /// Refuses the one that is looked for.
    Sought(Option<&'k str>),
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is text or a whole number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<String, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<String, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        match self {
            Self::Fresh(seen) if seen.contains(value) => {
                Err(E::custom(format!("`{}` stands there twice", shortened(value))))
            }
            Self::Sought(Some(sought)) if sought == value => Err(E::custom("here")),
            _ => without_nul(value),
        }
    }
}
