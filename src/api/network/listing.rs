//! The query string of a list: filters, order, page and fields, read by the table of its resource.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::attribute::Attribute;
use super::checks::plain;
use super::fault::Fault;
use super::resource::{Served, attributes};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

#[derive(Debug)]
pub(super) struct Query {
    /// Any of the values will do.
    filters: Vec<(String, Vec<String>)>,
    sort: Vec<(String, Direction)>,
    fields: Vec<String>,
    pub(super) limit: Option<usize>,
    pub(super) marker: Option<String>,
    pub(super) page_reverse: bool,
}

type Shown = Map<String, Value>;

impl Query {
    pub(super) fn read<T: Served>(asked: &[(String, String)]) -> Result<Self, Fault> {
        let mut query = Self {
            filters: Vec::new(),
            sort: sorting::<T>(asked)?,
            fields: fields(asked),
            limit: None,
            marker: None,
            page_reverse: false,
        };
        for (key, value) in asked {
            match key.as_str() {
                "fields" | "sort_key" | "sort_dir" => {}
                "limit" => query.limit = limit(value)?,
                "marker" => query.marker = Some(value.clone()),
                "page_reverse" => query.page_reverse = value.eq_ignore_ascii_case("true") || value == "1",
                _ => query.add_filter(key, value),
            }
        }
        refuse_unknown::<T>(&query.filters)?;
        Ok(query)
    }

    fn add_filter(&mut self, key: &str, value: &str) {
        match self.filters.iter_mut().find(|(name, _)| name == key) {
            Some((_, values)) => values.push(value.to_owned()),
            None => self.filters.push((key.to_owned(), vec![value.to_owned()])),
        }
    }

    /// Those that pass, in the order asked for.
    pub(super) fn apply<T: Served>(&self, all: Vec<Shown>) -> Result<Vec<Shown>, Fault> {
        let mut found = Vec::new();
        for one in all {
            if self.passes::<T>(&one)? {
                found.push(one);
            }
        }
        found.sort_by(|a, b| self.order(a, b));
        Ok(found)
    }

    fn passes<T: Served>(&self, one: &Shown) -> Result<bool, Fault> {
        for (name, values) in &self.filters {
            let texts: Vec<&str> = values.iter().map(String::as_str).collect();
            let passes = match (by_tags(name, &texts, one), T::passes(name, &texts, one)) {
                (Some(passes), _) => passes,
                (None, Some(passes)) => passes?,
                (None, None) => by_attribute::<T>(name, &texts, one),
            };
            if !passes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn order(&self, a: &Shown, b: &Shown) -> Ordering {
        let null = Value::Null;
        for (key, direction) in &self.sort {
            let order = compare(a.get(key).unwrap_or(&null), b.get(key).unwrap_or(&null));
            let order = match direction {
                Direction::Up => order,
                Direction::Down => order.reverse(),
            };
            if order.is_ne() {
                return order;
            }
        }
        compare(a.get("id").unwrap_or(&null), b.get("id").unwrap_or(&null))
    }

    pub(super) fn fields(&self, one: Shown) -> Value {
        Value::Object(keep(&self.fields, one))
    }
}

/// Of one that is shown alone.
pub(super) fn only_fields(asked: &[(String, String)], one: Shown) -> Shown {
    keep(&fields(asked), one)
}

fn fields(asked: &[(String, String)]) -> Vec<String> {
    asked
        .iter()
        .filter(|(key, value)| key == "fields" && !value.is_empty())
        .map(|(_, value)| value.clone())
        .collect()
}

fn keep(fields: &[String], mut one: Shown) -> Shown {
    if !fields.is_empty() {
        one.retain(|name, _| fields.contains(name));
    }
    one
}

fn limit(text: &str) -> Result<Option<usize>, Fault> {
    match text.parse::<usize>() {
        Ok(limit) => Ok(Some(limit).filter(|limit| *limit > 0)),
        Err(_) => Err(Fault {
            kind: "BadRequest",
            ..Fault::bad_request(format!(
                "Bad limit request: Limit must be an integer 0 or greater and not '{text}'."
            ))
        }),
    }
}

fn sorting<T: Served>(asked: &[(String, String)]) -> Result<Vec<(String, Direction)>, Fault> {
    let all = |name: &'static str| {
        asked
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value)
    };
    let (keys, directions) = (all("sort_key"), all("sort_dir"));
    let sortable = |key: &str| attributes::<T>().any(|row| row.name == key && row.sorts);
    let unknown: Vec<String> = keys
        .clone()
        .filter(|key| !sortable(key))
        .map(|key| format!("'{key}'"))
        .collect();
    if !unknown.is_empty() {
        let message = format!("[{}] is invalid attribute for sort_keys", unknown.join(", "));
        return Err(Fault::bad_request(message));
    }
    let directions: Vec<Direction> = directions.map(|text| direction(text)).collect::<Result<_, _>>()?;
    let keys: Vec<String> = keys.cloned().collect();
    if !directions.is_empty() && keys.len() != directions.len() {
        let message = "The number of sort_keys and sort_dirs must be same";
        return Err(Fault::bad_request(message));
    }
    let up = std::iter::repeat(Direction::Up);
    Ok(keys.into_iter().zip(directions.into_iter().chain(up)).collect())
}

fn direction(text: &str) -> Result<Direction, Fault> {
    match text {
        "asc" => Ok(Direction::Up),
        "desc" => Ok(Direction::Down),
        _ => Err(Fault::bad_request(
            "'sort_dirs' must be a list of strings in ['asc', 'desc']",
        )),
    }
}

fn refuse_unknown<T: Served>(filters: &[(String, Vec<String>)]) -> Result<(), Fault> {
    let empty = Map::new();
    let known = |name: &str| {
        attributes::<T>().any(|row| row.name == name && row.filters)
            || by_tags(name, &[], &empty).is_some()
            || T::passes(name, &[], &empty).is_some()
    };
    let unknown: Vec<String> = filters
        .iter()
        .filter(|(name, _)| !known(name))
        .map(|(name, _)| format!("'{name}'"))
        .collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Fault::bad_request(format!(
            "[{}] is invalid attribute for filtering",
            unknown.join(", ")
        ))),
    }
}

/// Equal to one of the values, or a list that has one of them in it.
fn by_attribute<T: Served>(name: &str, values: &[&str], one: &Shown) -> bool {
    let Some(row) = attributes::<T>().find(|row| row.name == name) else {
        return false;
    };
    let has = one.get(name).unwrap_or(&Value::Null);
    values.iter().any(|value| match has {
        Value::Array(items) => items.iter().any(|item| plain(item) == *value),
        has => plain(has) == plain(&meant(row, value)),
    })
}

/// What the text means for this attribute: `True`, `1` and `true` are one; `None` and the empty text are as they are.
fn meant(row: &Attribute, text: &str) -> Value {
    let text = Value::from(text);
    (row.check)(&text).unwrap_or(text)
}

/// `tags` all, `tags-any` some, `not-tags` not all, `not-tags-any` none.
fn by_tags(name: &str, values: &[&str], one: &Shown) -> Option<bool> {
    let has = |tag: &str| {
        let tags = one.get("tags").and_then(Value::as_array);
        tags.is_some_and(|tags| tags.iter().any(|have| have.as_str() == Some(tag)))
    };
    let mut named = values.iter().flat_map(|value| value.split(','));
    match name {
        "tags" => Some(named.all(has)),
        "tags-any" => Some(named.any(has)),
        "not-tags" => Some(!named.all(has)),
        "not-tags-any" => Some(!named.any(has)),
        _ => None,
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (a, b) => plain(a).cmp(&plain(b)),
    }
}
