//! Sizes with a unit, as docker-py takes them.

use super::values::{bytes, bytes_or_unlimited, number, unfit};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;

const EXPECTED: &str = "a size in bytes, or one with a unit such as \"512m\"";

pub(in crate::user_data) fn memory(node: &Node) -> Result<Option<i64>, Mistake> {
    in_bytes(node).and_then(|node| bytes(&node))
}

pub(in crate::user_data) fn memory_or_unlimited(node: &Node) -> Result<Option<i64>, Mistake> {
    in_bytes(node).and_then(|node| bytes_or_unlimited(&node))
}

/// Any size: what it is of is not the container's memory.
pub(in crate::user_data) fn size(node: &Node) -> Result<Option<i64>, Mistake> {
    in_bytes(node).and_then(|node| number(&node, 1, EXPECTED))
}

fn in_bytes(node: &Node) -> Result<Node, Mistake> {
    match node {
        Node::Null => Ok(Node::Null),
        Node::Number(number) => Ok(Node::Number(*number)),
        Node::Text(text) if text.is_empty() => Ok(Node::Null),
        Node::Text(text) => parsed(text)
            .map(Node::Number)
            .ok_or_else(|| unfit(EXPECTED, node)),
        other => Err(unfit(EXPECTED, other)),
    }
}

/// `512m` is `512mb` is 512 MiB; without a unit it is bytes.
fn parsed(text: &str) -> Option<i128> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &lower[digits.len()..] {
        "" | "b" => 0,
        "k" | "kb" => 10,
        "m" | "mb" => 20,
        "g" | "gb" => 30,
        "t" | "tb" => 40,
        _ => return None,
    };
    digits
        .parse::<i64>()
        .ok()
        .map(|number| i128::from(number) << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_for_its_power_of_two() {
        let read = |text: &str| memory(&Node::Text(text.into())).unwrap();
        assert_eq!(read("6291456"), Some(6_291_456));
        assert_eq!(read("512m"), Some(512 << 20));
        assert_eq!(read("512MB"), Some(512 << 20));
        assert_eq!(read("2G"), Some(2 << 30));
        assert_eq!(read("0"), None);
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["512x", "m", "1.5g", "-5m", "99999999999t", "1k"] {
            assert!(memory(&Node::Text(text.into())).is_err(), "{text}");
        }
        assert!(memory(&Node::Fraction(f64::NAN)).is_err());
        assert!(memory(&Node::Number(i128::MAX)).is_err());
    }

    #[test]
    fn memory_with_swap_may_be_without_limit() {
        assert_eq!(memory_or_unlimited(&Node::Number(-1)).unwrap(), Some(-1));
        assert_eq!(memory_or_unlimited(&Node::Text("-1".into())).unwrap(), Some(-1));
        assert!(memory(&Node::Number(-1)).is_err());
    }
}
