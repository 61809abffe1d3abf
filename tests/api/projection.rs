//! The document of the API as it is at one version: what is not there at that version is left out, and what must be there is
//! required.

use nova_docker::api::Microversion;
use serde_json::{Map, Value};

/// Whether the version lies in the range that the object says it has.
pub(crate) fn is_there(version: Microversion, object: &Value) -> bool {
    let end = |key: &str| {
        object["x-openstack"][key]
            .as_str()
            .map(|text| text.parse().unwrap())
    };
    let (first, last): (Option<Microversion>, Option<Microversion>) = (end("min-ver"), end("max-ver"));
    first.is_none_or(|first| first <= version) && last.is_none_or(|last| version <= last)
}

/// `None` where nothing of the schema is left.
pub(crate) fn schema_at(version: Microversion, schema: &Value) -> Option<Value> {
    let Value::Object(map) = schema else {
        return Some(schema.clone());
    };
    if !is_there(version, schema) {
        return None;
    }
    let mut new = Map::new();
    let mut required = map
        .get("required")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    for (key, value) in map {
        let value = match key.as_str() {
            "properties" => properties_at(version, value, &mut required),
            "anyOf" | "oneOf" => choices_at(version, value)?,
            "items" | "additionalProperties" | "propertyNames" => schema_at(version, value)?,
            _ => value.clone(),
        };
        new.insert(key.clone(), value);
    }
    if !required.is_empty() {
        new.insert("required".to_owned(), required.into());
    }
    Some(new.into())
}

fn properties_at(version: Microversion, properties: &Value, required: &mut Vec<Value>) -> Value {
    let mut new = Map::new();
    for (name, property) in properties.as_object().unwrap() {
        let Some(property) = schema_at(version, property) else {
            continue;
        };
        let named = Value::from(name.as_str());
        if must_be_there(&property) && !required.contains(&named) {
            required.push(named);
        }
        new.insert(name.clone(), property);
    }
    new.into()
}

fn must_be_there(property: &Value) -> bool {
    let says = |schema: &Value| schema["x-openstack"]["required"] == true;
    let choices = property["anyOf"].as_array();
    says(property) || choices.is_some_and(|choices| choices.iter().any(says))
}

fn choices_at(version: Microversion, choices: &Value) -> Option<Value> {
    let choices = choices.as_array().unwrap().iter();
    let left: Vec<Value> = choices.filter_map(|choice| schema_at(version, choice)).collect();
    (!left.is_empty()).then(|| left.into())
}
