//! Holds what is answered in these tests against the document that describes the API: whatever they do, they show that it
//! says what is done.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use http::StatusCode;
use jsonschema::Validator;
use nova_docker::api::{self, Microversion};
use serde_json::{Value, json};

use crate::cloud::Answer;
use crate::projection::{is_there, schema_at};

pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(api::compute::document);

/// One request of a test.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) version: Microversion,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) body: Option<&'a Value>,
}

/// # Panics
/// When the document does not allow the answer, or not the request that was granted.
pub(crate) fn check(asked: &Asked<'_>, answer: &Answer) {
    let (path, query) = asked.path.split_once('?').unwrap_or((asked.path, ""));
    let Some((template, operation)) = operation(asked.method, path) else {
        let refused = answer.status.is_client_error();
        assert!(refused, "{asked:?} is granted and not in the document");
        return;
    };
    let name = format!("{} {template}", asked.method);
    if answer.status.is_client_error() || answer.status.is_server_error() {
        return refused(asked, &name, operation, answer);
    }
    let here = is_there(asked.version, operation);
    assert!(here, "{name} is granted at {}, where it is not", asked.version);
    let action = action(asked, operation);
    if let Some(body) = asked.body {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert!(
            !schema.is_null(),
            "{name} takes a body that the document does not know"
        );
        holds(asked.version, &format!("the request of {name}"), schema, body);
    }
    unknown_parameters(asked, &name, operation, query);
    granted(asked, &name, operation, action, answer);
}

fn refused(asked: &Asked<'_>, name: &str, operation: &Value, answer: &Answer) {
    let listed = &operation["responses"][answer.status.as_str()];
    if answer.status == StatusCode::SERVICE_UNAVAILABLE && !listed.is_null() {
        return;
    }
    let shape = match answer.status {
        StatusCode::UNAUTHORIZED => "Unauthorized",
        _ => "Fault",
    };
    let schema = &DOCUMENT["components"]["responses"][shape]["content"]["application/json"]["schema"];
    holds(
        asked.version,
        &format!("the refusal {} of {name}", answer.status),
        schema,
        &answer.body,
    );
}

fn granted(asked: &Asked<'_>, name: &str, operation: &Value, action: Option<&Value>, answer: &Answer) {
    let status = answer.status.as_str();
    let listed = &operation["responses"][status];
    let known = listed.is_object() && is_there(asked.version, listed);
    assert!(known, "{name} answers {status} at {}", asked.version);
    if let Some(action) = action {
        let answers = action["x-openstack"]["answers"].as_array().unwrap();
        assert!(
            answers.contains(&status.into()),
            "{name} answers {status} to {action}"
        );
    }
    let schema = &listed["content"]["application/json"]["schema"];
    let schema = match action {
        Some(action) => of_action(schema, &action["x-openstack"]["action-name"]),
        None => Some(schema.clone()).filter(|schema| !schema.is_null()),
    };
    let schema = schema.and_then(|schema| schema_at(asked.version, &schema));
    let what = format!("the answer {status} of {name} {}", action_name(action));
    match schema {
        Some(schema) => holds(asked.version, &what, &schema, &answer.body),
        None => assert!(
            answer.body == "" || template_is_text(name),
            "{what} has a body at {}: {}",
            asked.version,
            answer.body
        ),
    }
}

/// Load balancers read words.
fn template_is_text(name: &str) -> bool {
    name == "GET /healthcheck"
}

fn action_name(action: Option<&Value>) -> &str {
    action
        .and_then(|action| action["x-openstack"]["action-name"].as_str())
        .unwrap_or_default()
}

/// Those of several bodies that are an action's own, or everybody's.
fn of_action(schema: &Value, name: &Value) -> Option<Value> {
    let all = match schema["anyOf"].as_array() {
        Some(all) if schema.get("x-openstack").is_none() => all.clone(),
        _ if schema.is_null() => return None,
        _ => vec![schema.clone()],
    };
    let own = |body: &&Value| {
        let of = &body["x-openstack"]["action-name"];
        of.is_null() || of == name
    };
    let own: Vec<Value> = all.iter().filter(own).cloned().collect();
    (!own.is_empty()).then(|| json!({ "anyOf": own }))
}

/// The action that the request names, as the document has it.
fn action<'a>(asked: &Asked<'_>, operation: &'a Value) -> Option<&'a Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let all = schema.get("oneOf")?.as_array()?;
    let name = asked.body?.as_object()?.keys().next()?;
    let found = all.iter().find(|action| {
        action["x-openstack"]["action-name"] == name.as_str() && is_there(asked.version, action)
    });
    assert!(
        found.is_some(),
        "the action {name} is granted and not in the document"
    );
    found
}

fn unknown_parameters(asked: &Asked<'_>, name: &str, operation: &Value, query: &str) {
    let bearing = &operation["x-openstack"]["unknown-parameters"];
    if query.is_empty() || bearing.is_object() && is_there(asked.version, &json!({ "x-openstack": bearing }))
    {
        return;
    }
    let none = Vec::new();
    let parameters = operation["parameters"].as_array().unwrap_or(&none);
    for pair in query.split('&') {
        let key = pair.split('=').next().unwrap_or_default();
        let known = |parameter: &&Value| {
            parameter["name"] == key
                && is_there(asked.version, parameter)
                && schema_at(asked.version, &parameter["schema"]).is_some()
        };
        // A handler that reads no query does not mind one.
        let is_read = operation["parameters"].is_array();
        assert!(
            !is_read || parameters.iter().any(|parameter| known(&parameter)),
            "{name} takes the parameter {key} at {}",
            asked.version
        );
    }
}

/// The path as the document has it, and what it says of the method.
pub(crate) fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let newer = path.replacen("/v2/", "/v2.1/", 1);
    let plain = without_project(&newer);
    [path, &newer, &plain]
        .into_iter()
        .find_map(|path| found(method, path))
}

fn found(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object()?;
    let fitting = paths.iter().filter(|(template, _)| fits(template, path));
    let (template, item) = fitting.min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template, item.get(method.to_ascii_lowercase())?))
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let step =
        |(template, step): (&&str, &&str)| template == step || template.starts_with('{') && !step.is_empty();
    template.len() == path.len() && template.iter().zip(&path).all(step)
}

fn without_project(path: &str) -> String {
    let steps: Vec<&str> = path.split('/').collect();
    match steps[..] {
        ["", "v2.1", _, ref rest @ ..] => format!("/v2.1/{}", rest.join("/")),
        _ => path.to_owned(),
    }
}

thread_local! {
    /// They are slow to make.
    static VALIDATORS: RefCell<HashMap<(String, String), Rc<Validator>>> = RefCell::default();
}

/// # Panics
/// When the value is not as the schema says at the version.
pub(crate) fn holds(version: Microversion, what: &str, schema: &Value, value: &Value) {
    let key = (what.to_owned(), version.to_string());
    let known = VALIDATORS.with_borrow(|all| all.get(&key).cloned());
    let validator = known.unwrap_or_else(|| {
        let made = Rc::new(validator(version, schema));
        VALIDATORS.with_borrow_mut(|all| all.insert(key, made.clone()));
        made
    });
    let mistakes: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        mistakes.is_empty(),
        "{what} at {version} is not what the document says:\n{}\n{value}",
        mistakes.join("\n")
    );
}

fn validator(version: Microversion, schema: &Value) -> Validator {
    jsonschema::validator_for(&resolved(version, schema)).unwrap()
}

/// The schema as it is at a version, with what it refers to in place of the references.
pub(crate) fn resolved(version: Microversion, schema: &Value) -> Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|reference| DOCUMENT.pointer(reference.strip_prefix('#')?));
    let mut at = schema_at(version, target.unwrap_or(schema)).unwrap();
    inline(version, &mut at);
    at
}

fn inline(version: Microversion, node: &mut Value) {
    if node.get("$ref").is_some_and(Value::is_string) {
        *node = resolved(version, node);
        return;
    }
    match node {
        Value::Object(map) => map.values_mut().for_each(|value| inline(version, value)),
        Value::Array(list) => list.iter_mut().for_each(|value| inline(version, value)),
        _ => {}
    }
}

/// Whether the call is there at the version.
pub(crate) fn at_version(version: Microversion, method: &str, path: &str, body: Option<&Value>) -> bool {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let Some((_, operation)) = operation(method, path) else {
        return false;
    };
    let actions = &operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"];
    let name = body.and_then(|body| body.as_object()?.keys().next());
    let own = |action: &&Value| action["x-openstack"]["action-name"].as_str() == name.map(String::as_str);
    let action = actions.as_array().and_then(|actions| actions.iter().find(own));
    is_there(version, operation) && action.is_none_or(|action| is_there(version, action))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(version: &str, method: &str, path: &str, status: u16, body: Value) {
        let asked = Asked {
            version: version.parse().unwrap(),
            method,
            path,
            body: None,
        };
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: http::HeaderMap::new(),
            body,
        };
        check(&asked, &answer);
    }

    fn server(more: Value) -> Value {
        let link = |rel: &str| json!({"rel": rel, "href": "http://a/"});
        let mut server = json!({"id": "7", "name": "a", "links": [link("self"), link("bookmark")]});
        server
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({ "servers": [server] })
    }

    #[test]
    fn what_the_document_says_passes() {
        checked("2.1", "GET", "/v2.1/servers", 200, server(json!({})));
        checked("2.1", "GET", "/v2.1/0d/servers?x=1", 200, server(json!({})));
    }

    #[test]
    #[should_panic(expected = "Additional properties are not allowed")]
    fn a_key_too_many_does_not() {
        checked(
            "2.1",
            "GET",
            "/v2.1/servers",
            200,
            server(json!({"status": "ACTIVE"})),
        );
    }

    #[test]
    #[should_panic(expected = "is a required property")]
    fn a_missing_key_does_not() {
        checked(
            "2.1",
            "GET",
            "/v2.1/servers",
            200,
            json!({"servers": [{"id": "7"}]}),
        );
    }

    #[test]
    #[should_panic(expected = "answers 202 at 2.1")]
    fn another_status_does_not() {
        checked("2.1", "GET", "/v2.1/servers", 202, server(json!({})));
    }

    #[test]
    #[should_panic(expected = "takes the parameter x at 2.75")]
    fn an_unknown_parameter_does_not() {
        checked("2.75", "GET", "/v2.1/flavors?x=1", 200, json!({"flavors": []}));
    }

    #[test]
    #[should_panic(expected = "is granted at 2.25, where it is not")]
    fn a_route_outside_its_range_does_not() {
        checked("2.25", "GET", "/v2.1/servers/7/tags", 200, json!({"tags": []}));
    }
}
