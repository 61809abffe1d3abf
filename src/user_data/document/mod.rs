//! A YAML or JSON text as a tree in which no key stands twice, and the line of each thing in it.

mod finder;
mod key;
mod reader;

use std::cell::Cell;

use serde::de::{self, DeserializeSeed};

use finder::Finder;
use reader::Reader;

use super::error::{Path, shortened};

/// What a text may add up to beyond its own length through aliases, which repeat what they name.
const ROOM_FOR_ALIASES: usize = 4096;

/// How many brackets may be open at once in YAML. The parser's own bound on nesting is lower, but it comes after a scan
/// whose time grows with depth times length. Brackets within strings count too, so there is room for some.
const OPEN_BRACKETS: usize = 256;

#[derive(Debug)]
pub(super) struct Document<'t> {
    text: &'t str,
    root: Node,
}

/// A value. The keys of a mapping are text; a number that stands as a key is its digits.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Number(i128),
    Fraction(f64),
    Text(String),
    List(Vec<Node>),
    Mapping(Entries),
}

pub(super) type Entries = Vec<(String, Node)>;

/// Why a text is neither YAML nor JSON that we can take, in the parser's words, which tell the line.
#[derive(Debug)]
pub(super) struct Unreadable(pub(super) String);

impl<'t> Document<'t> {
    pub(super) fn read(text: &'t str) -> Result<Self, Unreadable> {
        let budget = Cell::new(text.len() + ROOM_FOR_ALIASES);
        let root = if is_json(text) {
            from_json(text, Reader::new(&budget)).map_err(|error| Unreadable(error.to_string()))?
        } else {
            refuse_costly_yaml(text)?;
            from_yaml(text, Reader::new(&budget)).map_err(|error| Unreadable(error.to_string()))?
        };
        Ok(Self { text, root })
    }

    pub(super) fn mapping(&self) -> Option<&Entries> {
        match &self.root {
            Node::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    pub(super) fn into_root(self) -> Node {
        self.root
    }

    /// Reads the text once more: only for a document that is refused.
    pub(super) fn line_of(&self, path: &Path) -> Option<usize> {
        if is_json(self.text) {
            from_json(self.text, Finder(&path.0))
                .err()
                .map(|error| error.line())
        } else {
            from_yaml(self.text, Finder(&path.0))
                .err()?
                .location()
                .map(|location| location.line())
        }
    }
}

impl Node {
    /// The value as a message shows it.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => format!("number {number}"),
            Self::Fraction(number) => format!("number {number}"),
            Self::Text(text) => format!("string \"{}\"", shortened(text)),
            Self::List(_) => "a list".to_owned(),
            Self::Mapping(_) => "a mapping".to_owned(),
        }
    }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn from_json<'t, S: DeserializeSeed<'t>>(text: &'t str, seed: S) -> serde_json::Result<S::Value> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

fn from_yaml<'t, S: DeserializeSeed<'t>>(text: &'t str, seed: S) -> serde_yaml::Result<S::Value> {
    seed.deserialize(serde_yaml::Deserializer::from_str(text))
}

/// Refuses what takes the parser long to refuse or to follow.
fn refuse_costly_yaml(text: &str) -> Result<(), Unreadable> {
    if text.lines().any(|line| line.starts_with("%TAG")) {
        return Err(Unreadable("tags are not used here".to_owned()));
    }
    let mut open = 0_usize;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > OPEN_BRACKETS {
            return Err(Unreadable("too many brackets are open at once".to_owned()));
        }
    }
    Ok(())
}

/// No path, name or argument of a container can hold a NUL, so none is let in.
fn without_nul<E: de::Error>(value: &str) -> Result<String, E> {
    if value.contains('\0') {
        Err(E::custom("text holds a NUL"))
    } else {
        Ok(value.to_owned())
    }
}
