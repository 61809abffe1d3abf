//! Variables of the environment, and labels, which have the same shapes.

use std::collections::BTreeMap;

use super::values::{each, each_entry, unfit, unfit_text, word};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;

const EXPECTED: &str = "a mapping of names to values or a list of NAME=value";

/// `K=V` each, `K` alone for a variable without a value.
pub(in crate::user_data) fn environment(node: &Node) -> Result<Option<Vec<String>>, Mistake> {
    match node {
        Node::Null => Ok(None),
        Node::Mapping(entries) => each_entry(entries, variable).map(Some),
        Node::List(items) => {
            let variables = each(items, |item| word(item).and_then(named))?;
            Ok(Some(
                variables
                    .into_iter()
                    .filter(|variable| !variable.is_empty())
                    .collect(),
            ))
        }
        other => Err(unfit(EXPECTED, other)),
    }
}

pub(in crate::user_data) fn labels(node: &Node) -> Result<BTreeMap<String, String>, Mistake> {
    match node {
        Node::Null => Ok(BTreeMap::new()),
        Node::Mapping(entries) => each_entry(entries, |key, value| Ok((key.to_owned(), value_of(value)?))),
        Node::List(items) => Ok(each(items, word)?.into_iter().map(split).collect()),
        other => Err(unfit(EXPECTED, other)),
    }
}

fn variable(name: &str, value: &Node) -> Result<String, Mistake> {
    if name.is_empty() || name.contains('=') {
        return Err(unfit_text("a name without an equals sign", name));
    }
    match value {
        Node::Null => Ok(name.to_owned()),
        value => Ok(format!("{name}={}", word(value)?)),
    }
}

fn named(variable: String) -> Result<String, Mistake> {
    if variable.starts_with('=') {
        Err(unfit_text("NAME=value", &variable))
    } else {
        Ok(variable)
    }
}

fn value_of(node: &Node) -> Result<String, Mistake> {
    if *node == Node::Null {
        Ok(String::new())
    } else {
        word(node)
    }
}

fn split(label: String) -> (String, String) {
    match label.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (label, String::new()),
    }
}
