//! Reads a text into a tree of no more than the text's size.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::key::Key;
use super::{Entries, Node, without_nul};

/// Reads one value, paying for it from the budget that keeps aliases from costing more than the text.
#[derive(Clone, Copy)]
pub(super) struct Reader<'b>(&'b Cell<usize>);

impl<'b> Reader<'b> {
    pub(super) fn new(budget: &'b Cell<usize>) -> Self {
        Self(budget)
    }

    fn pay<E: de::Error>(&self, size: usize) -> Result<(), E> {
        let left = self.0.get().checked_sub(size);
        self.0
            .set(left.ok_or_else(|| E::custom("aliases repeat too much"))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, true, false, null, a list or a mapping without tags")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        self.pay(1).map(|()| Node::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        self.pay(1).map(|()| Node::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        self.visit_i128(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        self.visit_i128(value.into())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        self.pay(1).map(|()| Node::Number(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        self.pay(1).map(|()| Node::Fraction(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        self.pay(value.len())?;
        without_nul(value).map(Node::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        self.pay(1)?;
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(self)? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        self.pay(1)?;
        let (mut entries, mut seen) = (Entries::new(), HashSet::new());
        while let Some(key) = map.next_key_seed(Key::Fresh(&seen))? {
            self.pay(key.len())?;
            seen.insert(key.clone());
            entries.push((key, map.next_value_seed(self)?));
        }
        Ok(Node::Mapping(entries))
    }
}
