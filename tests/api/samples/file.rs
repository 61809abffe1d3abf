//! The files of the samples.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("api-ref/samples")
}

/// What is sent and answered from a version on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) since: String,
    pub(crate) request: String,
    pub(crate) body: Option<Value>,
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

/// Nothing where there is no such file.
pub(crate) fn read(sample: &str) -> Vec<Entry> {
    let text = fs::read_to_string(path(sample)).unwrap_or_else(|_| "[]".to_owned());
    let all: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{sample}: {error}"));
    all.iter().map(entry).collect()
}

fn path(sample: &str) -> PathBuf {
    folder().join(format!("{sample}.json"))
}

fn entry(value: &Value) -> Entry {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Entry {
        since: text(&value["since"]),
        request: text(&value["request"]),
        body: value.get("body").cloned(),
        status: u16::try_from(value["status"].as_u64().unwrap()).unwrap(),
        answer: value.get("answer").cloned().unwrap_or_else(|| "".into()),
    }
}

/// In the order of versions.
pub(crate) fn write(sample: &str, mut entries: Vec<Entry>) {
    let number = |entry: &Entry| {
        entry
            .since
            .split_once('.')
            .and_then(|(_, minor)| minor.parse::<u32>().ok())
    };
    entries.sort_by_key(number);
    let all: Vec<Value> = entries.into_iter().map(value).collect();
    let path = path(sample);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("{:#}\n", Value::from(all))).unwrap();
}

fn value(entry: Entry) -> Value {
    let mut value = json!({"since": entry.since, "request": entry.request});
    if let Some(body) = entry.body {
        value["body"] = body;
    }
    value["status"] = entry.status.into();
    if entry.answer != "" {
        value["answer"] = entry.answer;
    }
    value
}

/// All that there are.
pub(crate) fn names() -> Vec<String> {
    let mut found = Vec::new();
    gather(&folder(), &mut found);
    found.sort_unstable();
    found
}

fn gather(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => gather(&path, found),
            false => {
                let name = path.strip_prefix(self::folder()).unwrap().with_extension("");
                found.push(name.to_str().unwrap().to_owned());
            }
        }
    }
}
