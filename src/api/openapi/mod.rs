//! The document that describes the Compute API, in `OpenAPI` 3.1: written from the tables that read requests and write
//! answers, so that it says what they do.
//!
//! One document is for all microversions. What is not always there says so as `OpenStack`'s own documents do: `x-openstack`
//! with `min-ver` and `max-ver`, both included, at an operation, a parameter, a property or one of several schemas; beside
//! them `required`, of a property that must be there at its versions; `action-name`, of one of a resource's actions, and the
//! statuses that it `answers`; `policies`, the rules that are asked; and `unknown-parameters`, the versions at which a query
//! string may hold what is not listed.

mod answers;
mod operation;

use serde_json::{Map, Value, json};

use super::route::Operation;
use super::schema::Book;
use super::{Fault, HISTORY, MAX, MIN};

pub fn document(operations: &[Operation]) -> Value {
    let mut book = Book::default();
    let mut paths = Map::new();
    for operation in operations {
        let path = paths
            .entry(operation.path.clone())
            .or_insert_with(|| operation::path_item(operation));
        path[operation.method] = operation::told(operation, &mut book);
    }
    json!({
        "openapi": "3.1.0",
        "info": info(),
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": components(book),
    })
}

fn info() -> Value {
    let history = HISTORY
        .iter()
        .map(|(version, change)| json!({"version": version.to_string(), "description": change}));
    json!({
        "title": "OpenStack Compute API v2.1, as nova-docker serves it",
        "version": MAX.to_string(),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        "x-openstack": {
            "min-ver": MIN.to_string(),
            "max-ver": MAX.to_string(),
            "microversions": history.collect::<Vec<_>>(),
        },
    })
}

fn components(mut book: Book) -> Value {
    let fault = book.define(module_path!(), "Fault", |_| Fault::described());
    let unauthorized = book.define(module_path!(), "Unauthorized", |_| super::context::described());
    let header = |name: &str, example: &str| {
        json!({"name": name, "in": "header", "description": "The microversion that is asked for; 2.1 where there is none.",
               "schema": {"type": "string"}, "example": example})
    };
    let answer = |description: &str, schema: &Value| json!({"description": description, "content": {"application/json": {"schema": schema}}});
    json!({
        "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
        "parameters": {
            "version": header("OpenStack-API-Version", &format!("compute {MAX}")),
            "older-version": header("X-OpenStack-Nova-API-Version", &MAX.to_string()),
        },
        "responses": {
            "Fault": answer("What was refused or failed, and why.", &fault),
            "Unauthorized": answer("There was no token, or none that is good.", &unauthorized),
        },
        "schemas": book.into_schemas(),
    })
}
