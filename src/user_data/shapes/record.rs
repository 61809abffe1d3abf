//! A mapping whose keys are all known.

use super::values::{entries_of, unfit, unfit_text};
use crate::user_data::document::{Entries, Node};
use crate::user_data::error::Mistake;

#[derive(Debug)]
pub(in crate::user_data) struct Record<'n>(&'n Entries);

impl<'n> Record<'n> {
    pub(in crate::user_data) fn of(node: &'n Node, keys: &[&str], expected: &str) -> Result<Self, Mistake> {
        let entries = entries_of(node, expected)?;
        match entries.iter().find(|(key, _)| !keys.contains(&key.as_str())) {
            Some((key, _)) => Err(unfit_text(&format!("one of {}", keys.join(", ")), key).under(key)),
            None => Ok(Self(entries)),
        }
    }

    /// The same where nothing need be said.
    pub(in crate::user_data) fn of_some(node: &'n Node, keys: &[&str]) -> Result<Option<Self>, Mistake> {
        match node {
            Node::Null => Ok(None),
            other => Self::of(other, keys, &format!("a mapping of {}", keys.join(", "))).map(Some),
        }
    }

    /// Refuses a key that says something where it means nothing.
    pub(in crate::user_data) fn only(&self, key: &str, fits: bool, here: &str) -> Result<(), Mistake> {
        self.read(key, |node| match node {
            Node::Null => Ok(()),
            _ if fits => Ok(()),
            other => Err(unfit(&format!("nothing, for {here} has none of it"), other)),
        })
    }

    /// Reads a key; one that is not there is null.
    pub(in crate::user_data) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Node) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        let node = self
            .0
            .iter()
            .find(|(name, _)| name == key)
            .map_or(&Node::Null, |(_, node)| node);
        read(node).map_err(|mistake| mistake.under(key))
    }

    /// The first of several spellings of a key that is there, the first of all if none is.
    pub(in crate::user_data) fn spelling<'k>(&self, spellings: [&'k str; 2]) -> &'k str {
        let [first, second] = spellings;
        if self.0.iter().any(|(name, _)| name == second) {
            second
        } else {
            first
        }
    }
}
