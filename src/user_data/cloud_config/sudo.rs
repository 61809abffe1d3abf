//! What a user may do as another: the rules of sudo behind the name.

use super::reading::{Reading, items, text};
use crate::user_data::document::Node;

pub(super) fn read(reading: &mut Reading<'_>, path: &str, said: Option<&Node>) -> Vec<String> {
    let Some(node) = said.filter(|node| **node != Node::Bool(false)) else {
        return Vec::new();
    };
    let rules: Option<Vec<String>> = items(node)
        .map(|rule| text(rule).filter(|rule| *rule != "true" && !rule.contains(['\n', '\r'])))
        .collect();
    rules.unwrap_or_else(|| {
        reading.unfit(&format!("{path}.sudo"), "a rule, or a list of rules", node);
        Vec::new()
    })
}
