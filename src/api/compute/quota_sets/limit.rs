//! A limit as it is asked for.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::Microversion;
use crate::api::request::{Invalid, Read, quoted};
use crate::objects::QuotaResource;

/// What a column of Nova's database can hold.
const MOST: i64 = 0x7FFF_FFFF;

/// A whole number, also as text; `-1` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::compute) struct QuotaLimit(i64);

crate::schema! {
    QuotaLimit => {"type": ["integer", "string"], "minimum": -1, "maximum": MOST, "pattern": "^-?[0-9]+$"},
}

impl Read for QuotaLimit {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        let number = match value {
            Value::String(text) => whole(text).ok_or_else(|| {
                Invalid::new(value, format!("{} does not match '^-?[0-9]+$'", quoted(text)))
            })?,
            _ => value
                .as_i64()
                .ok_or_else(|| Invalid::not_of_type(value, &["integer", "string"]))?,
        };
        match number {
            ..-1 => Err(Invalid::new(
                value,
                format!("{number} is less than the minimum of -1"),
            )),
            -1..=MOST => Ok(Self(number)),
            _ => Err(Invalid::new(
                value,
                format!("{number} is greater than the maximum of {MOST}"),
            )),
        }
    }
}

fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    well_formed.then(|| text.parse().unwrap_or(i64::MAX))
}

/// Those that are there.
pub(in crate::api::compute) fn given<const N: usize>(
    limits: [(QuotaResource, Option<QuotaLimit>); N],
) -> BTreeMap<QuotaResource, i64> {
    let there = limits
        .into_iter()
        .filter_map(|(resource, limit)| Some((resource, limit?.0)));
    there.collect()
}
