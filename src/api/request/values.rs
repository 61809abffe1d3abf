//! How plain values are read: what counts as text, a number, a flag, and what is said of anything else.

use std::collections::BTreeMap;

use serde_json::Value;

use super::python::{Quoted, quoted_list};
use super::{Invalid, Parameter, Read};
use crate::api::Microversion;

/// A value or an explicit `null`. As `Option<OrNull<T>>` it also tells a missing key from a `null` one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrNull<T>(pub Option<T>);

/// Yes or no in any of the ways that Nova takes: `true`, `"True"`, `"on"`, `"1"` ..
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

/// A whole number within bounds, also when it is written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: u64, const MAX: u64>(pub u64);

/// A list that must not be shorter or longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Several<T, const MIN: usize, const MAX: usize>(pub Vec<T>);

/// Something whose content nobody looks at, as in `{"os-start": null}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ignored;

/// A value that its versions need, and that is not there in the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed<T>(pub Option<T>);

impl<T> Default for Needed<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Read> Read for Needed<T> {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        T::read(version, value).map(|read| Self(Some(read)))
    }
}

impl Read for String {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Invalid::not_of_type(value, &["string"]))
    }
}

impl Parameter for String {
    fn parameter(text: &str) -> Result<Self, Invalid> {
        Ok(text.to_owned())
    }
}

impl Read for bool {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        value
            .as_bool()
            .ok_or_else(|| Invalid::not_of_type(value, &["boolean"]))
    }
}

impl Read for Value {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        Ok(value.clone())
    }
}

impl Read for Ignored {
    fn read(_: Microversion, _: &Value) -> Result<Self, Invalid> {
        Ok(Self)
    }
}

macro_rules! integers {
    ($($T:ty: $of:ident),*) => { $(
        impl Read for $T {
            fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
                let number = value.$of().ok_or_else(|| Invalid::not_of_type(value, &["integer"]))?;
                Self::try_from(number).map_err(|_| Invalid::new(value, outside(value, Self::MIN, Self::MAX, number > 0)))
            }
        }
    )* };
}

integers!(u32: as_u64, u64: as_u64, i32: as_i64, i64: as_i64);

fn outside(value: &Value, min: impl ToString, max: impl ToString, above: bool) -> String {
    let (fault, bound) = match above {
        true => ("greater than the maximum", max.to_string()),
        false => ("less than the minimum", min.to_string()),
    };
    format!("{} is {fault} of {bound}", Quoted(value))
}

impl<const MIN: u64, const MAX: u64> Whole<MIN, MAX> {
    fn digits(value: &Value, text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new(value, "'' should be non-empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Invalid::new(
                value,
                format!("{} does not match '^[0-9]*$'", Quoted(value)),
            ));
        }
        // More digits than fit are more than any maximum.
        Self::within(value, text.parse().unwrap_or(u64::MAX))
    }

    fn within(value: &Value, number: u64) -> Result<Self, Invalid> {
        if (MIN..=MAX).contains(&number) {
            return Ok(Self(number));
        }
        let shown = Value::from(number);
        Err(Invalid::new(value, outside(&shown, MIN, MAX, number > MAX)))
    }
}

impl<const MIN: u64, const MAX: u64> Read for Whole<MIN, MAX> {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        match (value.as_str(), value.as_u64()) {
            (Some(text), _) => Self::digits(value, text),
            (None, Some(number)) => Self::within(value, number),
            (None, None) if value.is_i64() => Err(Invalid::new(value, outside(value, MIN, MAX, false))),
            (None, None) => Err(Invalid::not_of_type(value, &["integer", "string"])),
        }
    }
}

impl<const MIN: u64, const MAX: u64> Parameter for Whole<MIN, MAX> {
    fn parameter(text: &str) -> Result<Self, Invalid> {
        Self::digits(&Value::from(text), text)
    }
}

impl Flag {
    pub(in crate::api) const YES: [&str; 10] =
        ["True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"];
    pub(in crate::api) const NO: [&str; 10] = [
        "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no",
    ];
}

impl Read for Flag {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Bool(flag) => Ok(Self(*flag)),
            Value::String(word) if Self::YES.contains(&word.as_str()) => Ok(Self(true)),
            Value::String(word) if Self::NO.contains(&word.as_str()) => Ok(Self(false)),
            Value::String(_) => Err(Invalid::new(value, not_a_flag(value))),
            _ => Err(Invalid::not_of_type(value, &["boolean", "string"])),
        }
    }
}

fn not_a_flag(value: &Value) -> String {
    format!(
        "{} is not one of [True, {}, False, {}]",
        Quoted(value),
        quoted_list(Flag::YES),
        quoted_list(Flag::NO)
    )
}

impl<T: Read> Read for OrNull<T> {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        if value.is_null() {
            return Ok(Self(None));
        }
        T::read(version, value)
            .map(|read| Self(Some(read)))
            .map_err(Invalid::or_null)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        T::read(version, value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let items = value
            .as_array()
            .ok_or_else(|| Invalid::not_of_type(value, &["array"]))?;
        items
            .iter()
            .enumerate()
            .map(|(index, item)| T::read(version, item).map_err(|e| e.at(index)))
            .collect()
    }
}

impl<T: Read, const MIN: usize, const MAX: usize> Read for Several<T, MIN, MAX> {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let fault = match value.as_array().map(Vec::len) {
            Some(0) if MIN == 1 => Some("should be non-empty"),
            Some(length) if length < MIN => Some("is too short"),
            Some(length) if length > MAX => Some("is too long"),
            _ => None,
        };
        match fault {
            Some(fault) => Err(Invalid::new(value, format!("{} {fault}", Quoted(value)))),
            None => Vec::read(version, value).map(Self),
        }
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let map = value
            .as_object()
            .ok_or_else(|| Invalid::not_of_type(value, &["object"]))?;
        map.iter()
            .map(|(key, value)| Ok((key.clone(), T::read(version, value).map_err(|e| e.at(key))?)))
            .collect()
    }
}

/// Types that are text with rules of their own (`FromStr`): read from JSON strings and query parameters alike. What their
/// error says follows the name of the field. Where only a few words are taken, the document tells them:
/// `read_as_text!(Kind = ["ssh", "x509"])`.
#[macro_export]
macro_rules! read_as_text {
    (@schema $T:ty) => { $crate::schema! { $T => {"type": "string"} } };
    (@schema $T:ty = $words:expr) => {
        impl $crate::api::Schema for $T {
            fn schema(_: &mut $crate::api::Book) -> ::serde_json::Value {
                $crate::api::schema::words($words)
            }
        }
    };
    ($($T:ty $(= $words:expr)?),* $(,)?) => { $(
        $crate::read_as_text! { @schema $T $(= $words)? }

        impl $crate::api::request::Read for $T {
            fn read(
                version: $crate::api::Microversion,
                value: &::serde_json::Value,
            ) -> Result<Self, $crate::api::request::Invalid> {
                let text: String = $crate::api::request::Read::read(version, value)?;
                text.parse().map_err(|error| $crate::api::request::Invalid::new(value, format!("{error}")))
            }
        }

        impl $crate::api::request::Parameter for $T {
            fn parameter(text: &str) -> Result<Self, $crate::api::request::Invalid> {
                let shown = ::serde_json::Value::from(text);
                text.parse().map_err(|error| $crate::api::request::Invalid::new(&shown, format!("{error}")))
            }
        }
    )* };
}
