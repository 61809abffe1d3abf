//! The answers of an operation in the document, by their statuses.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::api::route::{Answer, Operation};
use crate::api::schema::{Book, marked, tell};

pub(super) fn told(operation: &Operation, book: &mut Book) -> Value {
    let mut told = Map::new();
    for answer in &operation.answers {
        let key = answer.status.to_string();
        if !told.contains_key(&key) {
            let same = operation
                .answers
                .iter()
                .filter(|other| other.status == answer.status);
            told.insert(key, of_status(answer.status, &same.collect::<Vec<_>>(), book));
        }
    }
    if operation.resource().is_some() {
        told.insert(
            "401".to_owned(),
            json!({"$ref": "#/components/responses/Unauthorized"}),
        );
    }
    told.insert(
        "default".to_owned(),
        json!({"$ref": "#/components/responses/Fault"}),
    );
    told.into()
}

/// One answer has its range itself; of several, each body has one.
fn of_status(status: u16, answers: &[&Answer], book: &mut Book) -> Value {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    let mut told = json!({"description": reason.unwrap_or_default()});
    let [only] = answers else {
        let bodies: Vec<Value> = answers.iter().filter_map(|answer| body(answer, book)).collect();
        return with_content(told, (!bodies.is_empty()).then(|| json!({ "anyOf": bodies })));
    };
    let schema = match only.action {
        Some(_) => body(only, book),
        None => only.body.map(|shown| shown(book)),
    };
    told = with_content(told, schema);
    marked(told, tell(only.span))
}

fn body(answer: &Answer, book: &mut Book) -> Option<Value> {
    let schema = answer.body?(book);
    let mut mark = tell(answer.span);
    if let Some(action) = answer.action {
        mark.insert("action-name".to_owned(), action.into());
    }
    Some(marked(schema, mark))
}

fn with_content(mut told: Value, schema: Option<Value>) -> Value {
    if let Some(schema) = schema {
        told["content"] = json!({"application/json": {"schema": schema}});
    }
    told
}
