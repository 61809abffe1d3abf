//! The document that describes the API: that it is served, whole, and well-formed.

use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::contract::{DOCUMENT, operation};
use crate::routes::NOVA;

#[tokio::test]
async fn anybody_may_read_the_document() {
    let cloud = Cloud::start().await;
    for path in ["/v2.1/openapi.json", "/v2.1/0d/openapi.json"] {
        let request = Request::get(path).header("Host", "cloud:8774");
        let answer = cloud.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert!(answer.body == *DOCUMENT, "{path} is not the document");
    }
}

#[test]
fn every_route_of_nova_is_in_the_document() {
    let mut missing = Vec::new();
    for (methods, path) in NOVA {
        let path = match *path {
            "/" => "/v2.1/".to_owned(),
            path => format!("/v2.1{}", path.replace("{}", "x")),
        };
        let unknown = methods
            .split(' ')
            .filter(|method| operation(method, &path).is_none());
        missing.extend(unknown.map(|method| format!("{method} {path}")));
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_schema_is_one() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    assert!(schemas.len() > 100, "{}", schemas.len());
    for (name, schema) in schemas {
        assert!(
            jsonschema::draft202012::meta::is_valid(schema),
            "{name}: {schema}"
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let mut lost = Vec::new();
    references(&DOCUMENT, &mut |reference| {
        let place = reference.strip_prefix('#').unwrap_or_default();
        if DOCUMENT.pointer(place).is_none() {
            lost.push(reference.to_owned());
        }
    });
    assert_eq!(lost, Vec::<String>::new());
}

fn references(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::Object(map) => {
            if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                found(reference);
            }
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn operations_have_ids_of_their_own_and_only_parameters_of_their_paths() {
    let mut ids = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        let item = item.as_object().unwrap();
        let operations = item.iter().filter(|(method, _)| *method != "parameters");
        ids.extend(operations.map(|(_, operation)| operation["operationId"].as_str().unwrap()));
        let none = Vec::new();
        let parameters = item.get("parameters").and_then(Value::as_array).unwrap_or(&none);
        let named = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let steps = path.split('/').filter(|step| step.starts_with('{'));
        assert_eq!(named.count(), steps.count(), "{path}");
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count > 150), (count, true));
}
