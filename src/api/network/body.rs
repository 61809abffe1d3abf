//! What a client sent, read by the table of its resource.

use serde_json::{Map, Value};

use super::attribute::{Attribute, May};
use super::fault::Fault;
use super::resource::{Served, attributes};
use crate::objects::RequestContext;

/// Whether a body makes something or changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saying {
    Create,
    Update,
}

/// One resource, or a list of them that stands and falls together.
#[derive(Debug)]
pub(super) enum Sent {
    One(Value),
    Many(Vec<Value>),
}

pub(super) fn parse<T: Served>(body: &[u8]) -> Result<Sent, Fault> {
    let Value::Object(mut body) = object(body)? else {
        return Err(malformed());
    };
    if let Some(one) = body.shift_remove(T::NAME) {
        return Ok(Sent::One(one));
    }
    match body.shift_remove(T::PLURAL) {
        Some(Value::Array(many)) if many.is_empty() => Err(Fault::bad_request("Resources required")),
        Some(Value::Array(many)) => Ok(Sent::Many(many)),
        _ => Err(missing(T::NAME)),
    }
}

/// The one under `name`.
pub(super) fn parse_one(body: &[u8], name: &str) -> Result<Value, Fault> {
    let Value::Object(mut body) = object(body)? else {
        return Err(malformed());
    };
    body.shift_remove(name).ok_or_else(|| missing(name))
}

fn object(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|_| malformed())
}

fn malformed() -> Fault {
    Fault::bad_request("Body contains invalid data")
}

fn missing(name: &str) -> Fault {
    Fault::bad_request(format!("Unable to find '{name}' in request body"))
}

/// What is wanted, every attribute checked: unknown ones first, then those that cannot be said, then what they say.
pub(super) fn read<T: Served>(
    sent: Value,
    saying: Saying,
    context: &RequestContext,
) -> Result<T::Wanted, Fault> {
    let Value::Object(mut sent) = sent else {
        return Err(missing(T::NAME));
    };
    one_project(&mut sent)?;
    let known: Vec<&Attribute> = attributes::<T>().collect();
    refuse_unknown(&sent, &known)?;
    if saying == Saying::Create
        && let Some(left_out) = known
            .iter()
            .find(|row| row.required && !sent.contains_key(row.name))
    {
        let name = left_out.name;
        return Err(Fault::bad_request(format!(
            "Failed to parse request. Required attribute '{name}' not specified"
        )));
    }
    let mut wanted = Map::new();
    for row in known {
        if let Some(value) = sent.get(row.name) {
            wanted.insert(row.name.to_owned(), one::<T>(row, value, saying, context)?);
        }
    }
    serde_json::from_value(Value::Object(wanted)).map_err(|error| Fault::bad_request(error.to_string()))
}

/// `tenant_id` is what `project_id` was called.
fn one_project(sent: &mut Map<String, Value>) -> Result<(), Fault> {
    let Some(tenant) = sent.shift_remove("tenant_id") else {
        return Ok(());
    };
    match sent.get("project_id") {
        Some(project) if *project != tenant => {
            let message = "'project_id' and 'tenant_id' are both given and differ.";
            return Err(Fault::bad_request(message));
        }
        _ => sent.insert("project_id".to_owned(), tenant),
    };
    Ok(())
}

fn refuse_unknown(sent: &Map<String, Value>, known: &[&Attribute]) -> Result<(), Fault> {
    let is_known = |name: &str| known.iter().any(|row| row.name == name);
    let unknown: Vec<&str> = sent
        .keys()
        .map(String::as_str)
        .filter(|name| !is_known(name))
        .collect();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Fault::bad_request(format!(
            "Unrecognized attribute(s) '{}'",
            unknown.join(", ")
        ))),
    }
}

fn one<T: Served>(
    row: &Attribute,
    value: &Value,
    saying: Saying,
    context: &RequestContext,
) -> Result<Value, Fault> {
    let name = row.name;
    let (may, verb) = match saying {
        Saying::Create => (row.post, "create"),
        Saying::Update => (row.put, "update"),
    };
    match (may, saying) {
        (May::Nobody, Saying::Create) => {
            return Err(Fault::bad_request(format!(
                "Attribute '{name}' not allowed in POST"
            )));
        }
        (May::Nobody, Saying::Update) => {
            return Err(Fault::bad_request(format!(
                "Cannot update read-only attribute {name}"
            )));
        }
        _ => {}
    }
    let checked = (row.check)(value).map_err(|reason| Fault::invalid(name, &reason))?;
    if may == May::Admins && !context.is_admin() && says_something(&checked) {
        return Err(Fault::not_allowed(&format!("{verb}_{}:{name}", T::NAME)));
    }
    Ok(checked)
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}
