//! What attributes may be, one function for each kind of value, with Neutron's reasons.

use std::net::IpAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::objects::{Cidr, Mac};

type Checked = Result<Value, String>;

/// What only the service itself says.
pub(super) fn any(value: &Value) -> Checked {
    Ok(value.clone())
}

/// Up to 255 characters.
pub(super) fn text(value: &Value) -> Checked {
    let Some(text) = value.as_str() else {
        return Err(format!("'{}' is not a valid string.", plain(value)));
    };
    match text.chars().count() > 255 {
        true => Err(format!("'{text}' exceeds maximum length of 255.")),
        false => Ok(value.clone()),
    }
}

pub(super) fn filled_text(value: &Value) -> Checked {
    match value.as_str() {
        Some(text) if text.trim().is_empty() => Err(format!("'{text}' Blank strings are not permitted.")),
        _ => text(value),
    }
}

/// What Python takes for one: `true`, `"True"`, 1, `"1"`.
pub(super) fn boolean(value: &Value) -> Checked {
    let word = plain(value).to_ascii_lowercase();
    match word.as_str() {
        "true" | "1" => Ok(true.into()),
        "false" | "0" => Ok(false.into()),
        _ => Err(format!("'{}' cannot be converted to boolean.", plain(value))),
    }
}

/// 0 or more, also as text.
pub(super) fn whole(value: &Value) -> Checked {
    let Ok(number) = plain(value).parse::<i64>() else {
        return Err(format!("'{}' is not an integer.", plain(value)));
    };
    match number < 0 {
        true => Err(format!("'{number}' should be non-negative.")),
        false => Ok(number.into()),
    }
}

pub(super) fn whole_or_null(value: &Value) -> Checked {
    unless_null(value, whole)
}

pub(super) fn uuid(value: &Value) -> Checked {
    let parsed = value.as_str().and_then(|text| Uuid::parse_str(text).ok());
    parsed
        .map(|id| json!(id))
        .ok_or_else(|| format!("'{}' is not a valid UUID.", plain(value)))
}

pub(super) fn uuid_or_null(value: &Value) -> Checked {
    unless_null(value, uuid)
}

pub(super) fn uuids(value: &Value) -> Checked {
    each(value, uuid)
}

pub(super) fn texts(value: &Value) -> Checked {
    each(value, text)
}

pub(super) fn ip(value: &Value) -> Checked {
    let parsed = value.as_str().and_then(|text| text.parse::<IpAddr>().ok());
    parsed
        .map(|address| json!(address))
        .ok_or_else(|| format!("'{}' is not a valid IP address.", plain(value)))
}

pub(super) fn ip_or_null(value: &Value) -> Checked {
    unless_null(value, ip)
}

/// A range as its network: `10.0.0.7/24` means `10.0.0.0/24`.
pub(super) fn cidr(value: &Value) -> Checked {
    let parsed = value.as_str().and_then(|text| text.parse::<Cidr>().ok());
    parsed
        .map(|range| json!(range.network()))
        .ok_or_else(|| format!("'{}' is not a valid IP subnet.", plain(value)))
}

pub(super) fn cidr_or_null(value: &Value) -> Checked {
    unless_null(value, cidr)
}

pub(super) fn mac(value: &Value) -> Checked {
    let text = plain(value).replace('-', ":");
    match text.parse::<Mac>() {
        Ok(mac) if mac.0 != [0; 6] => Ok(json!(mac)),
        _ => Err(format!("'{text}' is not a valid MAC address.")),
    }
}

pub(super) fn ip_version(value: &Value) -> Checked {
    match plain(value).as_str() {
        "4" => Ok(4.into()),
        "6" => Ok(6.into()),
        other => Err(format!("{other} is not in valid_values.")),
    }
}

/// An object with anything in it; null is an empty one.
pub(super) fn object(value: &Value) -> Checked {
    match value {
        Value::Null => Ok(json!({})),
        Value::Object(_) => Ok(value.clone()),
        other => Err(format!("'{}' is not a dictionary.", plain(other))),
    }
}

pub(super) fn one_of(value: &Value, words: &[&str]) -> Checked {
    match value.as_str() {
        Some(word) if words.contains(&word) => Ok(value.clone()),
        _ => Err(format!("{} is not in valid_values.", plain(value))),
    }
}

pub(super) fn unless_null(value: &Value, check: fn(&Value) -> Checked) -> Checked {
    match value {
        Value::Null => Ok(Value::Null),
        value => check(value),
    }
}

/// A list of such; null is an empty one.
pub(super) fn each(value: &Value, check: fn(&Value) -> Checked) -> Checked {
    match value {
        Value::Null => Ok(json!([])),
        Value::Array(items) => items
            .iter()
            .map(check)
            .collect::<Result<_, _>>()
            .map(Value::Array),
        other => Err(format!("'{}' is not a list.", plain(other))),
    }
}

/// A value as people write it.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}
