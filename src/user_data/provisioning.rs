//! What a `user_data` asks for inside a server, once, after its first start: what cloud-init does in a virtual machine.

use std::collections::HashMap;

use super::cloud_config::{self, CloudConfig};
use super::document::{Document, Entries, Node};
use super::envelope::{self, Kind, Part, plain_text};
use super::error::shortened;
use super::inflate::Room;

/// The default asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provisioning {
    pub config: CloudConfig,
    /// In the order in which they stand.
    pub scripts: Vec<Script>,
    /// What is not done and why, a sentence each, for whoever wrote it. They name keys, never values.
    pub warnings: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Letters, digits, `.`, `_` and `-`.
    pub name: String,
    pub content: Vec<u8>,
}

/// What runs a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// A path, or a name that is looked for in `PATH`.
    pub program: String,
    pub arguments: Vec<String>,
}

impl Provisioning {
    /// Of `user_data` after its base64 was undone, whatever it is; the time it takes grows with the size alone.
    pub fn of(user_data: &[u8]) -> Self {
        // What is too large was refused when it came.
        let carried = envelope::open(user_data).unwrap_or_default();
        let mut warnings = carried.warnings;
        let mut joined = Joined::default();
        let mut scripts = Vec::new();
        for part in carried.parts {
            match part.kind {
                Kind::Script => scripts.push(Script::of(part)),
                Kind::CloudConfig => match entries_of(&part) {
                    Ok(more) => joined.add(more),
                    Err(reason) => {
                        warnings.push(format!("cloud-config: `{}` is left out: {reason}", part.name))
                    }
                },
            }
        }
        let (config, more) = cloud_config::read(&joined.entries, &Room::default());
        warnings.extend(more);
        Self {
            config,
            scripts,
            warnings,
        }
    }

    /// Whether there is anything to do or to say inside the server.
    pub fn has_work(&self) -> bool {
        self.config.has_work() || !self.scripts.is_empty() || !self.warnings.is_empty()
    }
}

impl Script {
    /// Line ends of Windows are no part of a script: no kernel would find its interpreter.
    fn of(part: Part) -> Self {
        let Part { name, content, .. } = part;
        let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let content = match first.ends_with(b"\r") {
            true => without_returns(&content),
            false => content,
        };
        Self { name, content }
    }

    /// What its first line names; nothing when it names nothing. `env` only looks for another program: that one is meant.
    pub fn interpreter(&self) -> Option<Interpreter> {
        let first = self.content.split(|byte| *byte == b'\n').next()?;
        let said = std::str::from_utf8(first.strip_prefix(b"#!")?).ok()?.trim();
        if said.contains(char::is_control) {
            return None;
        }
        let (program, rest) = said.split_once([' ', '\t']).unwrap_or((said, ""));
        let rest = rest.trim();
        let mut words: Vec<String> = match program.rsplit('/').next() {
            Some("env") if !rest.is_empty() => {
                let rest = rest.strip_prefix("-S").map_or(rest, str::trim_start);
                rest.split_whitespace().map(str::to_owned).collect()
            }
            _ => [program, rest]
                .into_iter()
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        (!words.is_empty()).then(|| Interpreter {
            program: words.remove(0),
            arguments: words,
        })
    }
}

fn without_returns(content: &[u8]) -> Vec<u8> {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    let plain = lines.flat_map(|line| match line.strip_suffix(b"\r\n") {
        Some(line) => [line, b"\n"],
        None => [line, b""],
    });
    plain.flatten().copied().collect()
}

/// A document that says nothing has no entries.
fn entries_of(part: &Part) -> Result<Entries, String> {
    let text = plain_text(&part.content).ok_or("it is no text")?;
    if text.trim_start().starts_with("## template:") {
        return Err("it is a template, which only cloud-init fills in".to_owned());
    }
    match Document::read(&text).map(Document::into_root) {
        Ok(Node::Mapping(entries)) => Ok(entries),
        Ok(Node::Null) => Ok(Entries::new()),
        Ok(other) => Err(format!("expected a mapping, found {}", other.described())),
        // It may be long, and stands in a log of actions.
        Err(unreadable) => Err(shortened(&unreadable.0)),
    }
}

/// What the documents say together, as cloud-init joins them: what a later one says of a key replaces what an earlier one said.
#[derive(Default)]
struct Joined {
    entries: Entries,
    places: HashMap<String, usize>,
}

impl Joined {
    fn add(&mut self, more: Entries) {
        for (key, node) in more {
            match self.places.get(&key) {
                Some(place) => self.entries[*place].1 = node,
                None => {
                    self.places.insert(key.clone(), self.entries.len());
                    self.entries.push((key, node));
                }
            }
        }
    }
}
