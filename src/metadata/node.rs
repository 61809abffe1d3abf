//! A tree of what can be read: folders, lists and texts, and how each is shown when it is asked for.

use serde_json::{Map, Value};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Folder(Folder),
    Names(Vec<String>),
    Number(u32),
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Folder {
    /// What a listing shows instead of the folder's name.
    title: Option<String>,
    entries: Vec<(String, Node)>,
}

impl Folder {
    pub(super) fn titled(title: String) -> Self {
        Self {
            title: Some(title),
            entries: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &str, node: Node) -> Self {
        self.entries.push((name.to_owned(), node));
        self
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.entries.iter().position(|(entry, _)| entry == name)?;
        Some(self.entries.remove(at).1)
    }

    fn listing(&self) -> String {
        let mut entries: Vec<&(String, Node)> = self.entries.iter().collect();
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        let lines: Vec<String> = entries.into_iter().map(|(name, node)| line(name, node)).collect();
        lines.join("\n")
    }
}

fn line(name: &str, node: &Node) -> String {
    match node {
        Node::Folder(Folder {
            title: Some(title), ..
        }) => title.clone(),
        Node::Folder(_) => format!("{name}/"),
        _ => name.to_owned(),
    }
}

impl Node {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn find(self, path: &[&str]) -> Option<Self> {
        match (path, self) {
            ([], node) => Some(node),
            ([name, rest @ ..], Self::Folder(mut folder)) => folder.take(name)?.find(rest),
            _ => None,
        }
    }

    pub(super) fn shown(self) -> Vec<u8> {
        match self {
            Self::Folder(folder) => folder.listing().into_bytes(),
            Self::Names(names) => names.join("\n").into_bytes(),
            Self::Number(number) => number.to_string().into_bytes(),
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Folder(folder) => {
                let title = folder
                    .title
                    .map(|title| ("_name".to_owned(), Value::String(title)));
                let entries = folder.entries.into_iter();
                let entries = entries.map(|(name, node)| (name, node.into_json()));
                Value::Object(title.into_iter().chain(entries).collect::<Map<_, _>>())
            }
            Self::Names(names) => names.into(),
            Self::Number(number) => number.into(),
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => String::from_utf8_lossy(&bytes).into(),
        }
    }
}
