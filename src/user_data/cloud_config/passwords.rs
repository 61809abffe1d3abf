//! `chpasswd`, and `password` for the default user.

use super::reading::{Reading, flag, get, is_name, items, text, word};
use super::{CloudConfig, Password};
use crate::objects::Secret;
use crate::user_data::document::{Entries, Node};

/// The ways to hash a password that systems know, in front of salt and hash.
const HASHES: [&str; 8] = ["1", "2a", "2b", "2y", "5", "6", "y", "gy"];

pub(super) fn read(reading: &mut Reading<'_>, node: &Node, config: &mut CloudConfig) {
    let Node::Mapping(entries) = node else {
        if *node != Node::Null {
            reading.unfit("chpasswd", "a mapping with `users` or `list`", node);
        }
        return;
    };
    let mut passwords = Vec::new();
    for (index, user) in get(entries, "users").into_iter().flat_map(items).enumerate() {
        let path = format!("chpasswd.users[{index}]");
        match user {
            Node::Mapping(user) => passwords.extend(of_user(reading, &path, user)),
            other => reading.unfit(&path, "a mapping with `name` and `password`", other),
        }
    }
    for node in get(entries, "list").into_iter().flat_map(items) {
        for line in text(node)
            .unwrap_or_default()
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            match line.split_once(':') {
                Some((name, said)) if is_name(name.trim()) => {
                    passwords.push((name.trim().to_owned(), of_text(said.trim())));
                }
                _ => reading.warn(
                    "chpasswd.list",
                    "has a line that is not `user:password`: it is left out",
                ),
            }
        }
    }
    for (key, _) in entries {
        if !["users", "list", "expire"].contains(&key.as_str()) {
            reading.warn(&format!("chpasswd.{key}"), "has no effect in a container");
        }
    }
    if expires(entries) {
        config.expired = passwords.iter().map(|(name, _)| name.clone()).collect();
    }
    config.passwords = passwords;
}

/// Only when `chpasswd` names nobody, as in cloud-init.
pub(super) fn of_the_default_user(reading: &mut Reading<'_>, entries: &Entries, config: &mut CloudConfig) {
    let Some(password) = word(entries, "password") else {
        return;
    };
    if !config.passwords.is_empty() {
        reading.warn("password", "has no effect beside those of `chpasswd`");
        return;
    }
    let user = config.default_user.clone();
    let lasting = match get(entries, "chpasswd") {
        Some(Node::Mapping(chpasswd)) => !expires(chpasswd),
        _ => false,
    };
    if !lasting {
        config.expired.push(user.clone());
    }
    config.passwords.push((user, of_text(&password)));
}

fn expires(chpasswd: &Entries) -> bool {
    get(chpasswd, "expire").is_none_or(flag)
}

fn of_user(reading: &mut Reading<'_>, path: &str, user: &Entries) -> Option<(String, Password)> {
    let Some(name) = word(user, "name").filter(|name| is_name(name)) else {
        reading.warn(path, "is left out: it has no name that a user can have");
        return None;
    };
    let kind = word(user, "type").unwrap_or_else(|| "hash".to_owned());
    let said = word(user, "password");
    let password = match (kind.as_str(), said) {
        ("RANDOM", _) => Some(Password::Random),
        ("text", Some(said)) => plain(&said),
        ("hash", Some(said)) => hash(&said),
        _ => None,
    };
    if password.is_none() {
        reading.warn(
            path,
            "is left out: it has no password that can be set, of type text, hash or RANDOM",
        );
    }
    Some((name, password?))
}

/// As it was said before there were types.
fn of_text(said: &str) -> Password {
    match said {
        "R" | "RANDOM" => Password::Random,
        said if is_hash(said) => Password::Hash(Secret::new(said)),
        said => Password::Plain(Secret::new(said)),
    }
}

/// A password is one line.
pub(super) fn plain(said: &str) -> Option<Password> {
    (!said.contains(['\n', '\r'])).then(|| Password::Plain(Secret::new(said)))
}

pub(super) fn hash(said: &str) -> Option<Password> {
    (!said.contains([':', '\n', '\r'])).then(|| Password::Hash(Secret::new(said)))
}

fn is_hash(said: &str) -> bool {
    let mut parts = said.split('$');
    let named = parts.next() == Some("") && parts.next().is_some_and(|kind| HASHES.contains(&kind));
    named && parts.filter(|part| !part.is_empty()).count() >= 2 && !said.contains(':')
}
