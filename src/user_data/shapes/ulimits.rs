//! Limits of the container's processes.

use super::record::Record;
use super::values::{each, text, unfit};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::Ulimit;

const EXPECTED: &str = "a limit such as {name: nofile, soft: 1024, hard: 2048}";

/// A list of limits in the spelling of docker-py or of the Engine; one bound alone holds for both.
pub(in crate::user_data) fn ulimits(node: &Node) -> Result<Vec<Ulimit>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, ulimit),
        other => Err(unfit("a list of limits", other)),
    }
}

fn ulimit(node: &Node) -> Result<Ulimit, Mistake> {
    let record = Record::of(node, &["name", "soft", "hard", "Name", "Soft", "Hard"], EXPECTED)?;
    let name = record.read(record.spelling(["name", "Name"]), text)?;
    let soft = record.read(record.spelling(["soft", "Soft"]), bound)?;
    let hard = record.read(record.spelling(["hard", "Hard"]), bound)?;
    match (name, soft.or(hard), hard.or(soft)) {
        (Some(name), Some(soft), Some(hard)) => Ok(Ulimit { name, soft, hard }),
        _ => Err(unfit(EXPECTED, node)),
    }
}

/// Zero is a limit too, and -1 is none.
fn bound(node: &Node) -> Result<Option<i64>, Mistake> {
    let expected = "a whole number, -1 or more";
    match node {
        Node::Null => Ok(None),
        Node::Number(number @ -1..) => i64::try_from(*number)
            .map(Some)
            .map_err(|_| unfit(expected, node)),
        other => Err(unfit(expected, other)),
    }
}
