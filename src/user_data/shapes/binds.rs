//! What is mounted into the container: volumes of its own, and binds of what is elsewhere.

use std::collections::BTreeMap;

use super::record::Record;
use super::values::{each, each_entry, flag, spelled, text, unfit, unfit_text};
use crate::user_data::document::{Entries, Node};
use crate::user_data::error::Mistake;

const EXPECTED_BIND: &str = "a bind such as \"/srv/data:/data:ro\"";

const MODES: [&str; 15] = [
    "ro",
    "rw",
    "z",
    "Z",
    "nocopy",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "private",
    "rprivate",
    "consistent",
    "cached",
    "delegated",
    "default",
];

/// The two things that docker-py's `volumes` can mean.
#[derive(Debug, Default, PartialEq)]
pub(in crate::user_data) struct Mounts {
    pub(in crate::user_data) volumes: Vec<String>,
    pub(in crate::user_data) binds: Vec<String>,
}

enum Mount {
    Volume(String),
    Bind(String),
}

/// The Engine's `Volumes`: paths in the container, each with an empty mapping.
pub(in crate::user_data) fn paths(node: &Node) -> Result<Vec<String>, Mistake> {
    let expected = "{}: what is bound from the host belongs into HostConfig.Binds";
    match node {
        Node::Mapping(entries) => each_entry(entries, |path, value| {
            if is_nothing(value) {
                path_in_container(path)
            } else {
                Err(unfit(expected, value))
            }
        }),
        _ => Err(unfit("a mapping of paths to {}", node)),
    }
}

/// The Engine's `Binds`.
pub(in crate::user_data) fn binds(node: &Node) -> Result<Vec<String>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => Ok(
            each(items, |item| text(item)?.map(|spec| bind(&spec)).transpose())?
                .into_iter()
                .flatten()
                .collect(),
        ),
        other => Err(unfit("a list of binds", other)),
    }
}

/// Where memory stands in for a disk: a mapping of paths to options of the mount, or a list of `path[:options]`.
pub(in crate::user_data) fn tmpfs(node: &Node) -> Result<BTreeMap<String, String>, Mistake> {
    let at =
        |path: &str, options: Option<String>| Ok((path_in_container(path)?, options.unwrap_or_default()));
    match node {
        Node::Null => Ok(BTreeMap::new()),
        Node::Mapping(entries) => each_entry(entries, |path, options| at(path, text(options)?)),
        Node::List(items) => Ok(each(items, |item| {
            let spec = spelled(item)?;
            let (path, options) = spec.split_once(':').unwrap_or((&spec, ""));
            at(path, Some(options.to_owned()))
        })?
        .into_iter()
        .collect()),
        other => Err(unfit(
            "a mapping of paths to options, or a list of path:options",
            other,
        )),
    }
}

/// A path, a list of paths or binds, or a mapping of sources to paths.
pub(in crate::user_data) fn mounts(node: &Node) -> Result<Mounts, Mistake> {
    let all: Vec<Mount> = match node {
        Node::List(items) => each(items, |item| text(item)?.map(mount).transpose())?
            .into_iter()
            .flatten()
            .collect(),
        Node::Mapping(entries) => each_entry(entries, mount_of_entry)?,
        single => text(single)?.map(mount).transpose()?.into_iter().collect(),
    };
    let mut mounts = Mounts::default();
    for mount in all {
        match mount {
            Mount::Volume(path) => mounts.volumes.push(path),
            Mount::Bind(spec) => mounts.binds.push(spec),
        }
    }
    Ok(mounts)
}

fn mount(spec: String) -> Result<Mount, Mistake> {
    if spec.contains(':') {
        bind(&spec).map(Mount::Bind)
    } else {
        path_in_container(&spec).map(Mount::Volume)
    }
}

/// `source: path`, `source: path:mode`, `source: {bind: path, mode: mode}`, or `path: {}` for a volume.
fn mount_of_entry(source: &str, target: &Node) -> Result<Mount, Mistake> {
    match target {
        nothing if is_nothing(nothing) => path_in_container(source).map(Mount::Volume),
        Node::Mapping(_) => bind_of_mapping(source, target).map(Mount::Bind),
        Node::Text(path) if path.contains(':') => bind(&format!("{source}:{path}")).map(Mount::Bind),
        Node::Text(path) => bind(&format!("{source}:{path}:rw")).map(Mount::Bind),
        other => Err(unfit("a path in the container", other)),
    }
}

fn bind_of_mapping(source: &str, target: &Node) -> Result<String, Mistake> {
    let expected = "a mapping such as {bind: /data, mode: ro}";
    let record = Record::of(target, &["bind", "ro", "mode", "propagation"], expected)?;
    let Some(path) = record.read("bind", text)? else {
        return Err(unfit(expected, target));
    };
    let read_only = record.read("ro", flag)?;
    let mode = record.read("mode", text)?;
    let mode = match (read_only, mode) {
        (Some(_), Some(_)) => return Err(Mistake::unfit("either ro or mode", "both")),
        (Some(true), None) => "ro".to_owned(),
        (_, mode) => mode.unwrap_or_else(|| "rw".to_owned()),
    };
    let propagation = record
        .read("propagation", text)?
        .map(|word| format!(",{word}"))
        .unwrap_or_default();
    bind(&format!("{source}:{path}:{mode}{propagation}"))
}

/// `source:path[:mode]`, or a path alone, which the Engine takes for a volume of the container.
fn bind(spec: &str) -> Result<String, Mistake> {
    let parts: Vec<&str> = spec.splitn(4, ':').collect();
    let fits = match parts[..] {
        [path] => path.starts_with('/'),
        [source, path] => is_source(source) && path.starts_with('/'),
        [source, path, mode] => is_source(source) && path.starts_with('/') && is_mode(mode),
        _ => false,
    };
    if fits {
        Ok(spec.to_owned())
    } else {
        Err(unfit_text(EXPECTED_BIND, spec))
    }
}

fn is_mode(mode: &str) -> bool {
    mode.split(',').all(|word| MODES.contains(&word))
}

/// A path of the host, or the name of a volume.
fn is_source(source: &str) -> bool {
    source.starts_with('/') || is_volume_name(source)
}

pub(super) fn is_volume_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && name.len() > 1
}

fn path_in_container(path: &str) -> Result<String, Mistake> {
    if path.starts_with('/') {
        Ok(path.to_owned())
    } else {
        Err(unfit_text("a path that begins with /", path))
    }
}

fn is_nothing(node: &Node) -> bool {
    *node == Node::Null || *node == Node::Mapping(Entries::new())
}
