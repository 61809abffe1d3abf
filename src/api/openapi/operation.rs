//! One operation in the document: its parameters, its body, who may.

use serde_json::{Map, Value, json};

use super::answers;
use crate::api::policy;
use crate::api::route::{Answer, Operation};
use crate::api::schema::{Book, marked, tell};

/// What all methods of a path have in common.
pub(super) fn path_item(operation: &Operation) -> Value {
    let names = operation.path.split('/').filter_map(name_of);
    let mut parameters: Vec<Value> = names
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    if operation.resource().is_some() {
        let headers = ["version", "older-version"];
        parameters.extend(headers.map(|name| json!({"$ref": format!("#/components/parameters/{name}")})));
    }
    match parameters.is_empty() {
        true => json!({}),
        false => json!({ "parameters": parameters }),
    }
}

fn name_of(step: &str) -> Option<&str> {
    step.strip_prefix('{')?.strip_suffix('}')
}

pub(super) fn told(operation: &Operation, book: &mut Book) -> Value {
    let asked = (operation.asked)(book);
    let mut told = Map::new();
    told.insert(
        "operationId".to_owned(),
        format!(
            "{}:{}",
            operation.path.trim_start_matches("/v2.1/"),
            operation.method
        )
        .into(),
    );
    let rules = rules(operation, None);
    if let Some((_, about)) = rules.first() {
        told.insert("summary".to_owned(), (*about).into());
    }
    told.insert("tags".to_owned(), json!([tag(operation)]));
    if operation.resource().is_none() {
        told.insert("security".to_owned(), json!([]));
    }
    if !asked.parameters.is_empty() {
        told.insert("parameters".to_owned(), asked.parameters.into());
    }
    if let Some(body) = asked.body.or_else(|| actions(operation, book)) {
        let content = json!({"application/json": {"schema": body}});
        told.insert(
            "requestBody".to_owned(),
            json!({"required": true, "content": content}),
        );
    }
    told.insert("responses".to_owned(), answers::told(operation, book));
    let mut mark = tell(operation.span);
    if !rules.is_empty() {
        mark.insert("policies".to_owned(), names(&rules));
    }
    if let Some(span) = asked.open {
        mark.insert("unknown-parameters".to_owned(), tell(span).into());
    }
    marked(told.into(), mark)
}

/// The resource, or what the service says of itself.
fn tag(operation: &Operation) -> &str {
    let resource = operation.resource().and_then(|path| path.split('/').nth(1));
    resource.unwrap_or("service")
}

type Rules = Vec<(&'static str, &'static str)>;

fn rules(operation: &Operation, action: Option<&str>) -> Rules {
    let method = operation.method.to_ascii_uppercase();
    let path = operation.resource().unwrap_or_default();
    policy::rules_of(&method, path, action).collect()
}

fn names(rules: &Rules) -> Value {
    rules.iter().map(|(name, _)| *name).collect()
}

/// A body of one key, which says what is to be done.
fn actions(operation: &Operation, book: &mut Book) -> Option<Value> {
    let actions = operation.actions?(book).into_iter();
    let told = actions.map(|(row, argument)| {
        let action = json!({
            "type": "object",
            "properties": {row.key: argument},
            "required": [row.key],
            "additionalProperties": false,
        });
        let mut mark = tell(row.span);
        mark.insert("action-name".to_owned(), row.key.into());
        mark.insert("answers".to_owned(), statuses(operation, row.key));
        let rules = rules(operation, Some(row.key));
        if !rules.is_empty() {
            mark.insert("policies".to_owned(), names(&rules));
        }
        marked(action, mark)
    });
    let told: Vec<Value> = told.collect();
    Some(json!({"oneOf": told, "x-openstack": {"discriminator": "action"}}))
}

/// What the action is said to answer, else what all are.
fn statuses(operation: &Operation, action: &str) -> Value {
    let of = |wanted: Option<&str>| -> Vec<String> {
        let answers = operation.answers.iter();
        let own = answers.filter(|answer: &&Answer| answer.action == wanted);
        own.map(|answer| answer.status.to_string()).collect()
    };
    match of(Some(action)) {
        own if own.is_empty() => json!(of(None)),
        own => json!(own),
    }
}
