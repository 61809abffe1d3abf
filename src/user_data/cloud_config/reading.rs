//! Values as cloud-init takes them, and what is said about those that it would not take.

use crate::user_data::document::{Entries, Node};
use crate::user_data::error::shortened;
use crate::user_data::inflate::Room;

/// More is not said about one document.
const MOST: usize = 20;

/// Where a reading keeps what it has to say.
#[derive(Debug)]
pub(super) struct Reading<'r> {
    pub(super) room: &'r Room,
    pub(super) warnings: Vec<String>,
}

impl<'r> Reading<'r> {
    pub(super) fn new(room: &'r Room) -> Self {
        Self {
            room,
            warnings: Vec::new(),
        }
    }

    pub(super) fn warn(&mut self, path: &str, words: &str) {
        let path = shortened(path);
        match self.warnings.len() {
            0..MOST => self.warnings.push(format!("cloud-config: `{path}` {words}")),
            MOST => self
                .warnings
                .push("cloud-config: there is more that is not done".to_owned()),
            _ => {}
        }
    }

    /// What was found is said by its kind alone: it may be a secret.
    pub(super) fn unfit(&mut self, path: &str, expected: &str, found: &Node) {
        let found = match found {
            Node::Text(_) => "text".to_owned(),
            found => found.described(),
        };
        self.warn(path, &format!("is left out: expected {expected}, found {found}"));
    }
}

/// Text, and what YAML takes for something else although it was meant as text.
pub(super) fn text(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.clone()),
        Node::Number(number) => Some(number.to_string()),
        Node::Fraction(number) => Some(number.to_string()),
        Node::Bool(flag) => Some(flag.to_string()),
        Node::Null | Node::List(_) | Node::Mapping(_) => None,
    }
}

/// Also in the words that cloud-init takes for it.
pub(super) fn flag(node: &Node) -> bool {
    match node {
        Node::Bool(flag) => *flag,
        Node::Number(number) => *number == 1,
        Node::Text(text) => ["true", "1", "on", "yes"].contains(&text.to_lowercase().as_str()),
        _ => false,
    }
}

/// The items of a list, or the one thing that stands for a list of it.
pub(super) fn items(node: &Node) -> impl Iterator<Item = &Node> {
    match node {
        Node::List(nodes) => nodes.as_slice(),
        Node::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

pub(super) fn get<'n>(entries: &'n Entries, key: &str) -> Option<&'n Node> {
    let found = entries.iter().find(|(name, _)| name == key);
    found.map(|(_, node)| node).filter(|node| **node != Node::Null)
}

/// Nothing where nothing is said.
pub(super) fn word(entries: &Entries, key: &str) -> Option<String> {
    get(entries, key).and_then(text)
}

pub(super) fn is_set(entries: &Entries, key: &str) -> bool {
    get(entries, key).is_some_and(flag)
}

/// Whether it can be a name in `/etc/passwd` and `/etc/group`, and a word of a command.
pub(super) fn is_name(name: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && !":/,".contains(c);
    !name.is_empty() && name.len() <= 64 && !name.starts_with('-') && name.chars().all(fits)
}

/// Whether it can be a field there.
pub(super) fn is_field(text: &str) -> bool {
    !text.contains(|c: char| c == ':' || c.is_control())
}
