//! The query string of a list of images, read as Glance reads it.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::body::is_property;
use crate::api::Fault;
use crate::image::local::{Direction, Filter, Query, Scope, SortKey, Test};
use crate::objects::ImageStatus;

/// Images on a page when the client does not say, and at most.
const USUAL: usize = 25;
const MOST: usize = 1000;

pub(super) fn query(pairs: &[(String, String)]) -> Result<Query, Fault> {
    let mut query = Query {
        limit: USUAL,
        sort: sorting(pairs)?,
        ..Query::default()
    };
    for (key, value) in pairs {
        match key.as_str() {
            "limit" => query.limit = limit(value)?,
            "marker" => {
                let marker = value
                    .parse()
                    .map_err(|_| Fault::bad_request("Invalid marker format"))?;
                query.marker = Some(marker);
            }
            "visibility" => query.scope = scope(value)?,
            "os_hidden" => query.hidden = boolean(key, value)?,
            "sort" | "sort_key" | "sort_dir" => {}
            "member_status" => member_status(value)?,
            "changes-since" => {
                let message = "The \"changes-since\" filter is no longer available on v2.";
                return Err(Fault::bad_request(message));
            }
            _ => query.filters.push(filter(key, value)?),
        }
    }
    Ok(query)
}

fn limit(text: &str) -> Result<usize, Fault> {
    match text.parse::<i64>() {
        Ok(limit) if limit < 0 => Err(Fault::bad_request("limit param must be positive")),
        Ok(limit) => Ok(usize::try_from(limit).unwrap_or(MOST).min(MOST)),
        Err(_) => Err(Fault::bad_request("limit param must be an integer")),
    }
}

fn scope(text: &str) -> Result<Scope, Fault> {
    if text == "all" {
        return Ok(Scope::All);
    }
    let visibility =
        word(text).ok_or_else(|| Fault::bad_request(format!("Invalid visibility value: {text}")))?;
    Ok(Scope::Only(visibility))
}

fn member_status(text: &str) -> Result<(), Fault> {
    match text {
        "pending" | "accepted" | "rejected" | "all" => Ok(()),
        _ => Err(Fault::bad_request(format!("Invalid status: {text}"))),
    }
}

fn filter(key: &str, value: &str) -> Result<Filter, Fault> {
    Ok(match key {
        "id" => Filter::Id(one_of(value)),
        "name" => Filter::Name(one_of(value)),
        "status" => Filter::Status(
            one_of(value)
                .iter()
                .filter_map(|text| word::<ImageStatus>(text))
                .collect(),
        ),
        "container_format" => Filter::ContainerFormat(one_of(value)),
        "disk_format" => Filter::DiskFormat(one_of(value)),
        "owner" => Filter::Owner(value.to_owned()),
        "checksum" => Filter::Checksum(value.to_owned()),
        "os_hash_value" => Filter::HashValue(value.to_owned()),
        "protected" => Filter::Protected(boolean(key, value)?),
        "tag" => Filter::Tag(value.trim().to_owned()),
        "size" => Filter::Size(number(key, value)?),
        "size_min" => Filter::SizeMin(number(key, value)?),
        "size_max" => Filter::SizeMax(number(key, value)?),
        "min_disk" => Filter::MinDisk(number(key, value)?),
        "min_ram" => Filter::MinRam(number(key, value)?),
        "created_at" => time(value, Filter::CreatedAt)?,
        "updated_at" => time(value, Filter::UpdatedAt)?,
        _ if is_property(key) => Filter::Property(key.to_owned(), value.to_owned()),
        _ => return Err(Fault::bad_request(format!("Images cannot be filtered by {key}."))),
    })
}

/// `a`, or `in:a,"b,c"`.
fn one_of(text: &str) -> Vec<String> {
    let Some(list) = text.strip_prefix("in:") else {
        return vec![text.to_owned()];
    };
    let (mut items, mut item, mut quoted) = (Vec::new(), String::new(), false);
    for character in list.chars() {
        match character {
            '"' => quoted = !quoted,
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            other => item.push(other),
        }
    }
    items.push(item);
    items
}

fn number(key: &str, text: &str) -> Result<u64, Fault> {
    text.parse().map_err(|_| {
        Fault::bad_request(format!(
            "Filter {key} must be a number of 0 or more, not '{text}'."
        ))
    })
}

fn boolean(key: &str, text: &str) -> Result<bool, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::bad_request(format!(
            "Invalid value '{text}' for '{key}' filter: it is True or False."
        ))),
    }
}

/// `2026-11-21T08:00:00Z`, or with an operator in front: `gte:2026-11-21T08:00:00Z`.
fn time(text: &str, filter: impl Fn(Test, Timestamp) -> Filter) -> Result<Filter, Fault> {
    let known = [
        ("eq", Test::Eq),
        ("neq", Test::Neq),
        ("gt", Test::Gt),
        ("gte", Test::Gte),
        ("lt", Test::Lt),
        ("lte", Test::Lte),
    ];
    let operator = text
        .split_once(':')
        .filter(|(word, _)| word.chars().all(char::is_alphabetic));
    let (test, time) = match operator {
        None => (Some(Test::Eq), text),
        Some((word, time)) => (
            known
                .iter()
                .find(|(name, _)| *name == word)
                .map(|(_, test)| *test),
            time,
        ),
    };
    let Some(test) = test else {
        let message =
            format!("Unable to filter by a time with '{text}': operators are eq, neq, gt, gte, lt, lte.");
        return Err(Fault::bad_request(message));
    };
    let parsed = time.parse().or_else(|_| format!("{time}Z").parse::<Timestamp>());
    let time = parsed.map_err(|_| Fault::bad_request(format!("'{time}' is not a time in ISO 8601.")))?;
    Ok(filter(test, time))
}

/// Either `sort=name:asc,size` or any number of `sort_key` with none, one or as many `sort_dir`.
fn sorting(pairs: &[(String, String)]) -> Result<Vec<(SortKey, Direction)>, Fault> {
    let all = |name: &str| -> Vec<&str> {
        pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .collect()
    };
    let (keys, directions) = (all("sort_key"), all("sort_dir"));
    if let Some(sort) = all("sort").first() {
        if !keys.is_empty() || !directions.is_empty() {
            return Err(Fault::bad_request(
                "Old and new sorting syntax cannot be combined",
            ));
        }
        let part = |part: &str| {
            let (key, way) = part.split_once(':').unwrap_or((part, "desc"));
            Ok((sort_key(key.trim())?, direction(way.trim())?))
        };
        return sort.split(',').map(part).collect();
    }
    let keys = keys.into_iter().map(sort_key).collect::<Result<Vec<_>, _>>()?;
    let directions = directions
        .into_iter()
        .map(direction)
        .collect::<Result<Vec<_>, _>>()?;
    if directions.len() > 1 && directions.len() != keys.len() {
        return Err(Fault::bad_request(
            "Number of sort dirs does not match the number of sort keys",
        ));
    }
    let keys = if keys.is_empty() {
        vec![SortKey::CreatedAt]
    } else {
        keys
    };
    let nth = |at: usize| {
        directions
            .get(at)
            .or_else(|| directions.first())
            .copied()
            .unwrap_or(Direction::Desc)
    };
    Ok(keys
        .into_iter()
        .enumerate()
        .map(|(at, key)| (key, nth(at)))
        .collect())
}

fn sort_key(text: &str) -> Result<SortKey, Fault> {
    Ok(match text {
        "name" => SortKey::Name,
        "status" => SortKey::Status,
        "container_format" => SortKey::ContainerFormat,
        "disk_format" => SortKey::DiskFormat,
        "size" => SortKey::Size,
        "id" => SortKey::Id,
        "created_at" => SortKey::CreatedAt,
        "updated_at" => SortKey::UpdatedAt,
        _ => {
            return Err(Fault::bad_request(format!(
                "Invalid sort key: {text}. It must be one of the following: name, status, container_format, \
                 disk_format, size, id, created_at, updated_at."
            )));
        }
    })
}

fn direction(text: &str) -> Result<Direction, Fault> {
    match text {
        "asc" => Ok(Direction::Asc),
        "desc" => Ok(Direction::Desc),
        _ => Err(Fault::bad_request(format!("Invalid sort direction: {text}"))),
    }
}

/// One of the words of an enum.
fn word<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}
