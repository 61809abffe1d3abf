//! What a key can mean: who may say it, in which shapes, where it goes, and how it is read. Both vocabularies choose from these.

pub(super) mod gone;
pub(super) mod host;
pub(super) mod limits;
pub(super) mod network;
pub(super) mod process;
pub(super) mod storage;

use super::class::{Class, FREE};
use super::document::Node;
use super::draft::Draft;
use super::error::Mistake;

pub(super) type Read = fn(&mut Draft, &Node) -> Result<(), Mistake>;

#[derive(Debug, Clone, Copy)]
pub(super) struct Meaning {
    pub(super) class: Class,
    /// What may be said, as the reference has it.
    pub(super) shape: &'static str,
    /// Where it stands in the body of `/containers/create`, or why nowhere.
    pub(super) place: Place,
    pub(super) read: Read,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// `HostConfig.CapAdd`; more than one with commas between them.
    At(&'static str),
    /// The server, or what made it, has another word for it.
    Elsewhere(&'static str),
    /// Saying it is not wrong and does nothing, for this reason.
    Nowhere(&'static str),
}

pub(super) const fn free(shape: &'static str, place: &'static str, read: Read) -> Meaning {
    of(FREE, shape, place, read)
}

pub(super) const fn of(class: Class, shape: &'static str, place: &'static str, read: Read) -> Meaning {
    Meaning {
        class,
        shape,
        place: Place::At(place),
        read,
    }
}

/// Says one thing.
macro_rules! say {
    ($option:ident, $read:path) => {
        |draft, node| $crate::user_data::draft::set(&mut draft.options.$option, $read(node))
    };
}

/// Says one thing that a flavor has a figure for.
macro_rules! bounded {
    ($option:ident, $read:path, $check:path) => {
        |draft, node| {
            $crate::user_data::draft::set(&mut draft.options.$option, $read(node))?;
            $check(draft, node)
        }
    };
}

/// Adds texts, each once.
macro_rules! add {
    ($option:ident, $read:path) => {
        |draft, node| $crate::user_data::draft::extend(&mut draft.options.$option, $read(node))
    };
}

/// Adds records or pairs.
macro_rules! put {
    ($option:ident, $read:path) => {
        |draft, node| $read(node).map(|more| draft.options.$option.extend(more))
    };
}

pub(super) use {add, bounded, put, say};
