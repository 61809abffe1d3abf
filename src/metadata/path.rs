//! From the path that was asked for to what is said.

use super::facts::Facts;
use super::node::Node;
use super::openstack::Document;
use super::{ec2, openstack};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    Text,
    Json,
}

/// What there is under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Content(ContentType, Vec<u8>),
    /// Where a server may leave a password, once.
    Password,
}

/// Nothing when there is nothing under this path. What does not begin with `openstack` is EC2's.
pub fn lookup(facts: &Facts, path: &str) -> Option<Answer> {
    let words = normal(path);
    match words[..] {
        ["openstack"] => Some(text(versions(&openstack::VERSIONS).shown())),
        ["openstack", version, ref rest @ ..] => openstack_item(facts, version, rest),
        ["ec2"] | [] => Some(text(versions(&ec2::VERSIONS).shown())),
        ["ec2", version, ref rest @ ..] | [version, ref rest @ ..] => {
            let tree = Node::Folder(ec2::tree(facts, version)?);
            Some(text(tree.find(rest)?.shown()))
        }
    }
}

fn openstack_item(facts: &Facts, version: &str, rest: &[&str]) -> Option<Answer> {
    let version = openstack::version(version)?;
    let name = match rest {
        [] => {
            let names = openstack::documents(facts, version).map(|(_, name)| name.to_owned());
            return Some(text(Node::Names(names.collect()).shown()));
        }
        [name] => *name,
        _ => return None,
    };
    let document = openstack::document(version, name)?;
    if document == Document::Password {
        return Some(Answer::Password);
    }
    let content = openstack::content(facts, version, document)?;
    // Nova leaves the network's at text.
    let json = matches!(
        document,
        Document::MetaData | Document::VendorData | Document::VendorData2
    );
    let kind = if json {
        ContentType::Json
    } else {
        ContentType::Text
    };
    Some(Answer::Content(kind, content))
}

fn text(bytes: Vec<u8>) -> Answer {
    Answer::Content(ContentType::Text, bytes)
}

fn versions(dated: &[&str]) -> Node {
    let all = dated.iter().copied().chain(["latest"]);
    Node::Names(all.map(str::to_owned).collect())
}

/// Without empty parts and those that lead back.
fn normal(path: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in path.split('/') {
        match word {
            "" | "." => {}
            ".." => drop(words.pop()),
            word => words.push(word),
        }
    }
    words
}
