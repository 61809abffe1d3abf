//! JSON patch as Glance takes it: `add`, `replace` and `remove` of whole attributes.

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::body::{check_writable, is_property, set};
use crate::api::Fault;
use crate::image::local::Edit;

const TYPE: &str = "application/openstack-images-v2.1-json-patch";
/// The form in which the operation is a key: `{"replace": "/name", "value": "new"}`.
const OLD_TYPE: &str = "application/openstack-images-v2.0-json-patch";
const OPERATIONS: [&str; 3] = ["add", "remove", "replace"];

/// The edits that a patch means.
pub(super) fn edits(headers: &HeaderMap, body: &[u8]) -> Result<Vec<Edit>, Fault> {
    let sent = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let sent = sent.split(';').next().unwrap_or_default().trim();
    if sent != TYPE && sent != OLD_TYPE {
        return Err(Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Image PATCH expects Content-Type one of: {OLD_TYPE}, {TYPE}"),
        ));
    }
    let Ok(body) = serde_json::from_slice(body) else {
        return Err(Fault::malformed_body());
    };
    let Value::Array(operations) = body else {
        return Err(Fault::bad_request(
            "Request body must be a JSON array of operation objects.",
        ));
    };
    operations
        .into_iter()
        .map(|operation| edit(operation, sent == OLD_TYPE))
        .collect()
}

fn edit(operation: Value, old: bool) -> Result<Edit, Fault> {
    let Value::Object(mut operation) = operation else {
        return Err(Fault::bad_request("Operations must be JSON objects."));
    };
    let (name, pointer) = if old {
        old_form(&operation)?
    } else {
        new_form(&operation)?
    };
    let attribute = attribute(pointer)?;
    check_writable(&attribute)?;
    if name == "remove" {
        return remove(attribute);
    }
    let value = operation.shift_remove("value").ok_or_else(|| {
        Fault::bad_request(format!("Operation \"{name}\" requires a member named \"value\"."))
    })?;
    match set(&attribute, value)? {
        Edit::SetProperty(property, value) if name == "replace" => Ok(Edit::ReplaceProperty(property, value)),
        edit => Ok(edit),
    }
}

fn new_form(operation: &Map<String, Value>) -> Result<(&'static str, &str), Fault> {
    let available = "It must be one of the following: add, remove, replace.";
    let Some(asked) = operation.get("op").and_then(Value::as_str) else {
        return Err(Fault::bad_request(format!(
            "Unable to find `op` in JSON Schema change. {available}"
        )));
    };
    let Some(name) = OPERATIONS.into_iter().find(|name| *name == asked) else {
        return Err(Fault::bad_request(format!(
            "Invalid operation: `{asked}`. {available}"
        )));
    };
    match operation.get("path").and_then(Value::as_str) {
        Some(path) => Ok((name, path)),
        None => Err(Fault::bad_request("Unable to find 'path' in JSON Schema change")),
    }
}

fn old_form(operation: &Map<String, Value>) -> Result<(&'static str, &str), Fault> {
    let mut found = OPERATIONS
        .into_iter()
        .filter_map(|name| Some((name, operation.get(name)?.as_str()?)));
    match (found.next(), found.next()) {
        (Some(operation), None) => Ok(operation),
        _ => Err(Fault::bad_request(
            "Operation objects must contain exactly one member named \"add\", \"remove\", or \"replace\".",
        )),
    }
}

/// `/name` means `name`; nothing deeper can be meant.
fn attribute(pointer: &str) -> Result<String, Fault> {
    let Some(part) = pointer.strip_prefix('/') else {
        return Err(Fault::bad_request(format!(
            "Pointer `{pointer}` does not start with \"/\"."
        )));
    };
    if part.is_empty() || part.contains('/') {
        return Err(Fault::bad_request(format!(
            "Invalid JSON pointer for this resource: '{pointer}'"
        )));
    }
    Ok(part.replace("~1", "/").replace("~0", "~").trim().to_owned())
}

fn remove(attribute: String) -> Result<Edit, Fault> {
    if is_property(&attribute) {
        return Ok(Edit::RemoveProperty(attribute));
    }
    Err(Fault::forbidden(format!(
        "Property {attribute} may not be removed."
    )))
}
