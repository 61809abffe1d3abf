//! Whether two JSON values have the same shape: the same keys, and values of the same types.

use std::collections::BTreeSet;

use serde_json::Value;

/// Where they differ. Items of lists have the shape of one another, so that one list may be longer; what a project may call as
/// it likes, as the keys of metadata, is the same in both as well.
pub(crate) fn differences(expected: &Value, found: &Value) -> Vec<String> {
    let mut all = Vec::new();
    compare("", expected, found, &mut all);
    all
}

fn compare(place: &str, expected: &Value, found: &Value, all: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
            for key in keys {
                let place = format!("{place}/{key}");
                match (expected.get(key), found.get(key)) {
                    (Some(expected), Some(found)) => compare(&place, expected, found, all),
                    (Some(_), None) => all.push(format!("{place} is not there")),
                    _ => all.push(format!("{place} is not in the sample")),
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) => match (expected.first(), found.first()) {
            (Some(expected), Some(found)) => compare(&format!("{place}/0"), expected, found, all),
            (None, None) => {}
            _ => all.push(format!("{place} has entries in one of them only")),
        },
        _ if kind(expected) != kind(found) => {
            all.push(format!(
                "{place} is {} instead of {}",
                kind(found),
                kind(expected)
            ));
        }
        _ => {}
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a flag",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn keys_and_types_are_compared_and_values_are_not() {
        let same = differences(
            &json!({"a": [{"b": 1}], "c": null}),
            &json!({"c": null, "a": [{"b": 2}, {"b": 3}]}),
        );
        assert_eq!(same, Vec::<String>::new());
        let different = differences(
            &json!({"a": {"b": 1, "c": "x"}, "d": []}),
            &json!({"a": {"b": "1", "e": 2}, "d": [1]}),
        );
        let expected = [
            "/a/b is text instead of a number",
            "/a/c is not there",
            "/a/e is not in the sample",
            "/d has entries in one of them only",
        ];
        assert_eq!(different, expected);
    }
}
