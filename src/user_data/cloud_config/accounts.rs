//! `users`, `user`, `groups` and `ssh_authorized_keys`.

use super::passwords::{hash, plain};
use super::reading::{Reading, get, is_field, is_name, is_set, items, text, word};
use super::{CloudConfig, Group, User, names_in, sudo};
use crate::user_data::document::{Entries, Node};

/// Who has the keys where nobody is named: containers know no other user for certain.
const ROOT: &str = "root";
/// The word for the user that a distribution has for its own.
const DEFAULT: &str = "default";

const OF_A_USER: [&str; 18] = [
    "name",
    "uid",
    "gecos",
    "primary_group",
    "groups",
    "homedir",
    "no_create_home",
    "no_user_group",
    "system",
    "shell",
    "lock_passwd",
    "lock-passwd",
    "passwd",
    "hashed_passwd",
    "plain_text_passwd",
    "sudo",
    "ssh_authorized_keys",
    "create_groups",
];

pub(super) fn read(reading: &mut Reading<'_>, entries: &Entries, config: &mut CloudConfig) {
    config.groups = get(entries, "groups").map_or_else(Vec::new, |node| groups(reading, node));
    let own = get(entries, "user").and_then(|node| default_user(reading, node));
    let listed = get(entries, "users").map(|node| users(reading, node));
    let with_default = listed
        .as_ref()
        .is_none_or(|listed| listed.contains(&Listed::Default));
    config.default_user = match &own {
        Some(own) if with_default => own.name.clone(),
        _ => ROOT.to_owned(),
    };
    let own = own.filter(|own| with_default && own.name != ROOT);
    let others = listed.into_iter().flatten().filter_map(|listed| match listed {
        Listed::User(user) => Some(*user),
        Listed::Default => None,
    });
    config.users = own.into_iter().chain(others).collect();
    config.ssh_authorized_keys = keys(get(entries, "ssh_authorized_keys"));
}

#[derive(Debug, PartialEq)]
enum Listed {
    Default,
    User(Box<User>),
}

fn default_user(reading: &mut Reading<'_>, node: &Node) -> Option<User> {
    match node {
        Node::Mapping(entries) => user(reading, "user", word(entries, "name"), entries),
        node => user(reading, "user", text(node), &Entries::new()),
    }
}

/// A list of names and mappings, names with commas, or a mapping from name to the rest.
fn users(reading: &mut Reading<'_>, node: &Node) -> Vec<Listed> {
    let mut listed = Vec::new();
    if let Node::Mapping(by_name) = node {
        for (name, node) in by_name {
            listed.extend(one(reading, &format!("users.{name}"), Some(name.clone()), node));
        }
        return listed;
    }
    for (index, node) in items(node).enumerate() {
        let path = format!("users[{index}]");
        match node {
            Node::Mapping(entries) => listed.extend(one(reading, &path, word(entries, "name"), node)),
            node if text(node).is_some() => {
                for name in names_in(node) {
                    listed.extend(one(reading, &path, Some(name), &Node::Null));
                }
            }
            other => reading.unfit(&path, "a name, or a mapping with one", other),
        }
    }
    listed
}

fn one(reading: &mut Reading<'_>, path: &str, name: Option<String>, node: &Node) -> Option<Listed> {
    if name.as_deref() == Some(DEFAULT) {
        return Some(Listed::Default);
    }
    let nothing = Entries::new();
    let entries = match node {
        Node::Mapping(entries) => entries,
        _ => &nothing,
    };
    user(reading, path, name, entries).map(|user| Listed::User(Box::new(user)))
}

fn user(reading: &mut Reading<'_>, path: &str, name: Option<String>, entries: &Entries) -> Option<User> {
    let Some(name) = name.filter(|name| is_name(name)) else {
        reading.warn(path, "is left out: it has no name that a user can have");
        return None;
    };
    for (key, _) in entries {
        if !OF_A_USER.contains(&key.as_str()) {
            reading.warn(&format!("{path}.{key}"), "is not done in a container");
        }
    }
    let said = |key: &str| word(entries, key).filter(|said| is_field(said));
    let hashed = said("passwd").or_else(|| said("hashed_passwd"));
    let clear = word(entries, "plain_text_passwd").and_then(|said| plain(&said));
    let primary =
        said("primary_group").or_else(|| is_set(entries, "no_user_group").then(|| "users".to_owned()));
    Some(User {
        uid: said("uid").and_then(|uid| uid.parse().ok()),
        gecos: said("gecos").unwrap_or_default(),
        primary_group: primary.filter(|group| is_name(group)),
        groups: groups_of(get(entries, "groups")),
        home: said("homedir").unwrap_or_else(|| format!("/home/{name}")),
        create_home: !is_set(entries, "no_create_home") && !is_set(entries, "system"),
        system: is_set(entries, "system"),
        shell: said("shell").unwrap_or_else(|| "/bin/sh".to_owned()),
        locked: is_locked(entries),
        password: clear.or_else(|| hash(&hashed?)),
        sudo: sudo::read(reading, path, get(entries, "sudo")),
        ssh_authorized_keys: keys(get(entries, "ssh_authorized_keys")),
        name,
    })
}

/// Unless it is said that they are not.
fn is_locked(entries: &Entries) -> bool {
    let said = ["lock_passwd", "lock-passwd"]
        .into_iter()
        .find(|key| get(entries, key).is_some());
    said.is_none_or(|key| is_set(entries, key))
}

fn groups_of(node: Option<&Node>) -> Vec<String> {
    let names = match node {
        Some(Node::Mapping(entries)) => entries.iter().map(|(name, _)| name.clone()).collect(),
        Some(node) => names_in(node),
        None => Vec::new(),
    };
    names.into_iter().filter(|name| is_name(name)).collect()
}

/// Names, or mappings from a name to those who are in it.
fn groups(reading: &mut Reading<'_>, node: &Node) -> Vec<Group> {
    let mut groups = Vec::new();
    for node in items(node) {
        match node {
            Node::Mapping(entries) => groups.extend(entries.iter().map(|(name, members)| {
                Group {
                    name: name.clone(),
                    members: names_in(members)
                        .into_iter()
                        .filter(|name| is_name(name))
                        .collect(),
                }
            })),
            node => groups.extend(names_in(node).into_iter().map(|name| Group {
                name,
                members: Vec::new(),
            })),
        }
    }
    groups.retain(|group| {
        let fits = is_name(&group.name);
        if !fits {
            reading.warn("groups", "has a name that no group can have: it is left out");
        }
        fits
    });
    groups
}

/// One in each line; a list, or text that is one key or several.
fn keys(node: Option<&Node>) -> Vec<String> {
    let texts = node.into_iter().flat_map(items).filter_map(text);
    let lines = texts.flat_map(|text| {
        text.lines()
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>()
    });
    lines.filter(|line| !line.is_empty()).collect()
}
