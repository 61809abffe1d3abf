//! The versions at which a call changes, as the document says.

use std::collections::BTreeSet;

use nova_docker::api::{HISTORY, Microversion};
use serde_json::Value;

use super::Step;
use crate::contract::{DOCUMENT, operation};
use crate::projection::is_there;

/// The first one, and each at which the request's body or an answer's looks different.
pub(crate) fn changes(step: &Step) -> BTreeSet<Microversion> {
    let path = step.path.split('?').next().unwrap();
    let (_, operation) =
        operation(step.method, path).unwrap_or_else(|| panic!("{step:?} is not in the document"));
    let (request, action) = request(step, operation);
    let mut found = BTreeSet::new();
    collect(&request, None, &mut found);
    let name = action.map(|action| action["x-openstack"]["action-name"].clone());
    for (status, answer) in operation["responses"].as_object().unwrap() {
        if status.starts_with('2') {
            collect(answer, name.as_ref(), &mut found);
        }
    }
    let here = |version: &Microversion| {
        step.is_taken_at(*version)
            && is_there(*version, operation)
            && action.is_none_or(|action| is_there(*version, action))
    };
    let first = HISTORY.iter().map(|(version, _)| *version).find(here);
    found.extend(first);
    found.retain(here);
    found
}

/// The body's schema, and the action among several.
fn request<'a>(step: &Step, operation: &'a Value) -> (Value, Option<&'a Value>) {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let latest = HISTORY.last().unwrap().0;
    let key = step.body(latest).and_then(|body| body.as_object()?.keys().next());
    let actions = schema["oneOf"].as_array().into_iter().flatten();
    let action = actions
        .into_iter()
        .find(|action| action["x-openstack"]["action-name"].as_str() == key.map(String::as_str));
    (action.unwrap_or(schema).clone(), action)
}

/// Where the ranges begin, and what follows their ends, in all that the node refers to.
fn collect(node: &Value, action: Option<&Value>, found: &mut BTreeSet<Microversion>) {
    match node {
        Value::Object(map) => {
            let mark = &node["x-openstack"];
            let other = |name: &Value| !mark["action-name"].is_null() && &mark["action-name"] != name;
            if action.is_some_and(other) {
                return;
            }
            found.extend(
                mark["min-ver"]
                    .as_str()
                    .map(|text| text.parse::<Microversion>().unwrap()),
            );
            found.extend(mark["max-ver"].as_str().and_then(after));
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                let target = DOCUMENT.pointer(reference.strip_prefix('#').unwrap()).unwrap();
                collect(target, action, found);
            }
            map.values().for_each(|value| collect(value, action, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, action, found)),
        _ => {}
    }
}

fn after(last: &str) -> Option<Microversion> {
    let last = HISTORY
        .iter()
        .position(|(version, _)| version.to_string() == last);
    HISTORY.get(last? + 1).map(|(version, _)| *version)
}
