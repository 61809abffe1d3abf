//! Pairs joined by a colon, such as links and names of hosts.

use super::values::{each, each_entry, spelled, text, texts, unfit};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;

/// A list of `a:b`, a list of `[a, b]`, or a mapping, which is sorted.
pub(in crate::user_data) fn pairs(node: &Node) -> Result<Vec<String>, Mistake> {
    match node {
        Node::List(items) => Ok(each(items, pair)?.into_iter().flatten().collect()),
        Node::Mapping(entries) => {
            let mut pairs: Vec<String> =
                each_entry(entries, |key, value| Ok(format!("{key}:{}", spelled(value)?)))?;
            pairs.sort();
            Ok(pairs)
        }
        other => texts(other),
    }
}

fn pair(node: &Node) -> Result<Option<String>, Mistake> {
    match node {
        Node::List(pair) => match pair.as_slice() {
            [first, second] => Ok(Some(format!("{}:{}", spelled(first)?, spelled(second)?))),
            _ => Err(unfit("a pair", node)),
        },
        other => text(other),
    }
}
