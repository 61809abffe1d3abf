//! The plain shapes: flags, texts, numbers, and lists of them.

use crate::user_data::document::{Entries, Node};
use crate::user_data::error::Mistake;

/// The Engine refuses a container with less.
const LEAST_MEMORY: i64 = 6 * 1024 * 1024;

pub(in crate::user_data) fn flag(node: &Node) -> Result<Option<bool>, Mistake> {
    match node {
        Node::Null => Ok(None),
        Node::Bool(flag) => Ok(Some(*flag)),
        other => Err(unfit("true or false", other)),
    }
}

/// A text, or a number in its place; the empty text is "not said".
pub(in crate::user_data) fn text(node: &Node) -> Result<Option<String>, Mistake> {
    match node {
        Node::Null => Ok(None),
        other => Ok(Some(spelled(other)?).filter(|text| !text.is_empty())),
    }
}

/// As many texts as a list holds, without the empty ones; a text alone is a list of one.
pub(in crate::user_data) fn texts(node: &Node) -> Result<Vec<String>, Mistake> {
    match node {
        Node::List(items) => Ok(each(items, text)?.into_iter().flatten().collect()),
        Node::Mapping(_) => Err(unfit("a list of strings", node)),
        single => Ok(text(single)?.into_iter().collect()),
    }
}

/// A list, or a text with commas between its parts.
pub(in crate::user_data) fn comma_list(node: &Node) -> Result<Vec<String>, Mistake> {
    match node {
        Node::Text(list) => Ok(list
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()),
        other => texts(other),
    }
}

pub(in crate::user_data) fn bytes(node: &Node) -> Result<Option<i64>, Mistake> {
    number(node, LEAST_MEMORY, "a number of bytes, 0 or at least 6291456")
}

/// What memory and swap have together.
pub(in crate::user_data) fn bytes_or_unlimited(node: &Node) -> Result<Option<i64>, Mistake> {
    match node {
        Node::Number(-1) => Ok(Some(-1)),
        other => number(
            other,
            LEAST_MEMORY,
            "a number of bytes, 0 or at least 6291456, or -1",
        ),
    }
}

pub(in crate::user_data) fn shares(node: &Node) -> Result<Option<i64>, Mistake> {
    number(node, 1, "a whole number, 0 or more")
}

/// A number from `least` on; zero is "not said".
pub(in crate::user_data) fn number(node: &Node, least: i64, expected: &str) -> Result<Option<i64>, Mistake> {
    match node {
        Node::Null | Node::Number(0) => Ok(None),
        Node::Number(number) => match i64::try_from(*number) {
            Ok(number) if number >= least => Ok(Some(number)),
            _ => Err(unfit(expected, node)),
        },
        other => Err(unfit(expected, other)),
    }
}

/// A text or whole number as text. A number with a fraction is refused: how it was written (`1.10`) is lost by then.
pub(in crate::user_data) fn spelled(node: &Node) -> Result<String, Mistake> {
    match node {
        Node::Text(text) => Ok(text.clone()),
        Node::Number(number) => Ok(number.to_string()),
        Node::Fraction(_) => Err(unfit("a string (put such a number in quotes)", node)),
        other => Err(unfit("a string", other)),
    }
}

/// As `spelled`, with true and false as texts too: for what ends up as words of a command line.
pub(in crate::user_data) fn word(node: &Node) -> Result<String, Mistake> {
    match node {
        Node::Bool(flag) => Ok(flag.to_string()),
        other => spelled(other),
    }
}

pub(in crate::user_data) fn entries_of<'n>(node: &'n Node, expected: &str) -> Result<&'n Entries, Mistake> {
    match node {
        Node::Mapping(entries) => Ok(entries),
        other => Err(unfit(expected, other)),
    }
}

pub(in crate::user_data) fn each<T>(
    items: &[Node],
    read: impl Fn(&Node) -> Result<T, Mistake>,
) -> Result<Vec<T>, Mistake> {
    items
        .iter()
        .enumerate()
        .map(|(index, item)| read(item).map_err(|mistake| mistake.at(index)))
        .collect()
}

pub(in crate::user_data) fn each_entry<T, C: FromIterator<T>>(
    entries: &Entries,
    read: impl Fn(&str, &Node) -> Result<T, Mistake>,
) -> Result<C, Mistake> {
    entries
        .iter()
        .map(|(key, value)| read(key, value).map_err(|mistake| mistake.under(key)))
        .collect()
}

pub(in crate::user_data) fn unfit(expected: &str, node: &Node) -> Mistake {
    Mistake::unfit(expected, node.described())
}

/// As `unfit`, about a text that was read already, or a key.
pub(in crate::user_data) fn unfit_text(expected: &str, text: &str) -> Mistake {
    unfit(expected, &Node::Text(text.to_owned()))
}
