//! What a `#cloud-config` asks for, as far as it makes sense in a container; with cloud-init's own meanings.
//!
//! Nothing in it is a mistake to us: what cannot be read, and what no container does, becomes a warning.

mod accounts;
mod files;
mod names;
mod passwords;
mod reading;
mod sudo;
#[cfg(test)]
mod tests;

use super::document::{Entries, Node};
use super::inflate::Room;
use crate::objects::Secret;

use reading::{Reading, items, text};

/// In the order in which it is done: first `bootcmd`, `runcmd` last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CloudConfig {
    pub bootcmd: Vec<Command>,
    pub write_files: Vec<WriteFile>,
    /// Without a domain.
    pub hostname: Option<String>,
    pub domain: Option<String>,
    pub groups: Vec<Group>,
    pub users: Vec<User>,
    pub ssh_authorized_keys: Vec<String>,
    /// Whose `ssh_authorized_keys` and `password` are: `root`, where no other is named.
    pub default_user: String,
    pub passwords: Vec<(String, Password)>,
    /// Who has to change the password at the next login.
    pub expired: Vec<String>,
    pub runcmd: Vec<Command>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// For a shell.
    Line(String),
    /// Taken as they are.
    Words(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteFile {
    /// From the root on.
    pub path: String,
    pub content: Vec<u8>,
    pub permissions: u32,
    /// `user`, `user:group`.
    pub owner: Option<String>,
    pub append: bool,
    /// Written when users are there.
    pub defer: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub members: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub uid: Option<u32>,
    pub gecos: String,
    /// The user's own of the same name, where none is named.
    pub primary_group: Option<String>,
    pub groups: Vec<String>,
    pub home: String,
    pub create_home: bool,
    pub system: bool,
    pub shell: String,
    /// No password lets in.
    pub locked: bool,
    pub password: Option<Password>,
    /// What stands behind the name in the rules of sudo.
    pub sudo: Vec<String>,
    pub ssh_authorized_keys: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    Plain(Secret),
    /// As `/etc/shadow` has it.
    Hash(Secret),
    /// Made up, and told on the console.
    Random,
}

/// The top of a document reads some things by itself; `merge_how` was for those who join documents.
const WITHOUT_EFFECT: [&str; 4] = ["merge_how", "merge_type", "final_message", "output"];

impl CloudConfig {
    /// Whether there is something to do inside a server. A hostname is none: a container is made with it.
    pub fn has_work(&self) -> bool {
        let nameless = Self {
            hostname: None,
            domain: None,
            default_user: String::new(),
            ..self.clone()
        };
        nameless != Self::default()
    }
}

/// Of all the documents that a `user_data` has, joined.
pub(super) fn read(entries: &Entries, room: &Room) -> (CloudConfig, Vec<String>) {
    let mut reading = Reading::new(room);
    let mut config = CloudConfig::default();
    accounts::read(&mut reading, entries, &mut config);
    names::read(&mut reading, entries, &mut config);
    for (key, node) in entries {
        match key.as_str() {
            "bootcmd" => config.bootcmd = commands(&mut reading, key, node),
            "runcmd" => config.runcmd = commands(&mut reading, key, node),
            "write_files" => config.write_files = files::read(&mut reading, node),
            "chpasswd" => passwords::read(&mut reading, node, &mut config),
            // Read above, by what depends on several of them.
            "users"
            | "user"
            | "groups"
            | "password"
            | "ssh_authorized_keys"
            | "hostname"
            | "fqdn"
            | "preserve_hostname"
            | "prefer_fqdn_over_hostname" => {}
            key if WITHOUT_EFFECT.contains(&key) => {}
            key => reading.warn(key, "is not done in a container"),
        }
    }
    passwords::of_the_default_user(&mut reading, entries, &mut config);
    (config, reading.warnings)
}

fn commands(reading: &mut Reading<'_>, key: &str, node: &Node) -> Vec<Command> {
    let Node::List(listed) = node else {
        if *node != Node::Null {
            reading.unfit(key, "a list of commands", node);
        }
        return Vec::new();
    };
    let mut commands = Vec::new();
    for (index, item) in listed.iter().enumerate() {
        let path = format!("{key}[{index}]");
        match item {
            // A comment where a command was.
            Node::Null => {}
            Node::List(words) => {
                let words: Option<Vec<String>> = words.iter().map(text).collect();
                match words.filter(|words| !words.is_empty()) {
                    Some(words) => commands.push(Command::Words(words)),
                    None => reading.unfit(&path, "a command as a list of words", item),
                }
            }
            item => match text(item) {
                Some(line) => commands.push(Command::Line(line)),
                None => reading.unfit(&path, "a command as text or as a list of words", item),
            },
        }
    }
    commands
}

/// `a, b`, or a list of such.
fn names_in(node: &Node) -> Vec<String> {
    let split = |text: String| {
        let names = text.split(',').map(|name| name.trim().to_owned());
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    items(node).filter_map(text).flat_map(split).collect()
}
