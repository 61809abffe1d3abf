//! Which words a document is written in, and which word was meant by one that does not exist.

use super::class::FREE;
use super::document::Entries;
use super::error::Mistake;
use super::meaning::{Meaning, Place, Read};
use super::{camel, docker_py};

/// A key, and what it means.
pub(super) type Row = (&'static str, &'static Meaning);

/// A mapping whose keys are known, and what leads to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) prefix: &'static str,
    pub(super) rows: &'static [Row],
}

/// Two mappings of one style: the whole document, and the one in it about the host's side of the container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vocabulary {
    pub(super) top: Area,
    pub(super) host: Area,
}

pub(super) const VOCABULARIES: [Vocabulary; 2] = [camel::VOCABULARY, docker_py::VOCABULARY];

/// Keys of other people's documents that look like a slip in one of ours.
const FOREIGN: [&str; 2] = ["users", "groups"];

/// Longer keys are not compared with the known ones: nobody mistypes that much.
const LONGEST_SLIP: usize = 32;

/// How many keys of a document are looked at for a slip that shows it to be ours.
const SLIPS_LOOKED_FOR: usize = 64;

/// The key that leads to the host's part, which `read` fills in.
pub(super) const fn the_hosts_part(read: Read) -> Meaning {
    Meaning {
        class: FREE,
        shape: "a mapping of the following",
        place: Place::At(""),
        read,
    }
}

impl Area {
    pub(super) fn row(&self, key: &str) -> Option<&'static Row> {
        self.rows.iter().find(|(name, ..)| *name == key)
    }
}

/// The vocabulary of a document, nothing when the document is not ours.
pub(super) fn of_document(entries: &Entries) -> Result<Option<Vocabulary>, Mistake> {
    if let Some(exact) = choose(entries, |vocabulary| vocabulary.top)? {
        return Ok(Some(exact));
    }
    let mut keys = entries.iter().map(|(key, _)| key.as_str()).take(SLIPS_LOOKED_FOR);
    Ok(keys.find_map(|key| {
        let slips = VOCABULARIES.iter().filter_map(|vocabulary| {
            let (distance, _) = closest(key, vocabulary.top)?;
            (!FOREIGN.contains(&key) && is_plain_slip(key, distance)).then_some((distance, vocabulary))
        });
        slips
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, vocabulary)| *vocabulary)
    }))
}

/// The place with the words that docker-py's `host_config` is written in: the Engine's, as `create_host_config` puts
/// them out, or those which that function takes.
pub(super) fn of_host_config(entries: &Entries) -> Result<Area, Mistake> {
    let own = docker_py::VOCABULARY.host;
    let vocabulary = choose(entries, |vocabulary| vocabulary.host)?;
    Ok(vocabulary.map_or(own, |vocabulary| Area {
        prefix: own.prefix,
        ..vocabulary.host
    }))
}

/// Whether a text that cannot be read was meant for us: a line of it opens with a key that we know. In YAML that line
/// stands as far to the left as any.
pub(super) fn looks_like_ours(text: &str) -> bool {
    let lines = || {
        text.lines()
            .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
    };
    let is_json = text.trim_start().starts_with('{');
    let margin = lines().map(indentation).min().unwrap_or_default();
    lines()
        .filter(|line| is_json || indentation(line) == margin)
        .any(|line| {
            let line = line.trim_start_matches(|c: char| c.is_whitespace() || "{,\"'".contains(c));
            let key = line
                .split_once(':')
                .map_or("", |(key, _)| key.trim_end_matches([' ', '"', '\'']));
            VOCABULARIES
                .iter()
                .any(|vocabulary| vocabulary.top.row(key).is_some())
        })
}

/// The name that `key` was probably meant to be, with the way to it. One that belongs elsewhere must be nearer.
pub(super) fn nearest(key: &str, here: Area, elsewhere: Area) -> Option<String> {
    let bearable = match key.chars().count() {
        0..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let within = |place, bearable| closest(key, place).filter(|(distance, _)| *distance <= bearable);
    let (near, far) = (within(here, bearable), within(elsewhere, 1));
    let best = near.into_iter().chain(far).min_by_key(|(distance, _)| *distance);
    best.map(|(_, name)| name)
        .or_else(|| beginning_with(key, here))
        .or_else(|| beginning_with(key, elsewhere))
}

/// The vocabulary with keys in this mapping. Keys of both are a mistake, unless both have them.
fn choose(entries: &Entries, place: fn(&Vocabulary) -> Area) -> Result<Option<Vocabulary>, Mistake> {
    let of = |vocabulary: &Vocabulary| {
        let place = place(vocabulary);
        entries
            .iter()
            .map(|(key, _)| key)
            .find(|key| place.row(key).is_some())
    };
    let [camel, docker_py] = &VOCABULARIES;
    match (of(camel), of(docker_py)) {
        (Some(one), Some(other)) => Err(Mistake::mixed(one, other)),
        (Some(_), None) => Ok(Some(*camel)),
        (None, Some(_)) => Ok(Some(*docker_py)),
        (None, None) => Ok(None),
    }
}

fn closest(key: &str, place: Area) -> Option<(usize, String)> {
    if key.len() > LONGEST_SLIP {
        return None;
    }
    let key = key.to_lowercase();
    let distance = |name: &str| strsim::osa_distance(&key, &name.to_lowercase());
    let (distance, name) = place
        .rows
        .iter()
        .map(|(name, ..)| (distance(name), *name))
        .min()?;
    Some((distance, format!("{}{name}", place.prefix)))
}

/// `env` for `environment`.
fn beginning_with(key: &str, place: Area) -> Option<String> {
    let (name, ..) = place
        .rows
        .iter()
        .find(|(name, ..)| key.len() >= 3 && name.starts_with(key))?;
    Some(format!("{}{name}", place.prefix))
}

/// A slip so small that a whole document is taken for ours because of it.
fn is_plain_slip(key: &str, distance: usize) -> bool {
    match key.chars().count() {
        0..=3 => distance == 0,
        4..=7 => distance <= 1,
        _ => distance <= 2,
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
