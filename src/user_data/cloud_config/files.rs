//! `write_files`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::WriteFile;
use super::reading::{Reading, get, is_set, text, word};
use crate::user_data::document::{Entries, Node};

/// What nobody says anything about may be read by everybody.
const USUAL: u32 = 0o644;

pub(super) fn read(reading: &mut Reading<'_>, node: &Node) -> Vec<WriteFile> {
    let Node::List(listed) = node else {
        if *node != Node::Null {
            reading.unfit("write_files", "a list of files", node);
        }
        return Vec::new();
    };
    let files = listed.iter().enumerate().filter_map(|(index, node)| {
        let path = format!("write_files[{index}]");
        let Node::Mapping(entries) = node else {
            reading.unfit(&path, "a mapping with `path` and `content`", node);
            return None;
        };
        file(reading, &path, entries)
    });
    files.collect()
}

fn file(reading: &mut Reading<'_>, at: &str, entries: &Entries) -> Option<WriteFile> {
    let Some(path) = word(entries, "path").filter(|path| !path.is_empty()) else {
        reading.warn(at, "is left out: it has no `path`");
        return None;
    };
    for (key, _) in entries {
        let known = [
            "path",
            "content",
            "encoding",
            "permissions",
            "owner",
            "append",
            "defer",
        ];
        if !known.contains(&key.as_str()) {
            reading.warn(&format!("{at}.{key}"), "has no effect in a container");
        }
    }
    let content = content(reading, at, entries)?;
    let permissions = permissions(reading, at, get(entries, "permissions"));
    let owner = word(entries, "owner").map(|owner| owner.trim().to_owned());
    Some(WriteFile {
        path: format!("/{}", path.trim_start_matches('/')),
        content,
        permissions,
        owner: owner.filter(|owner| !owner.is_empty()),
        append: is_set(entries, "append"),
        defer: is_set(entries, "defer"),
    })
}

/// Nothing when it cannot be taken out of its encoding.
fn content(reading: &mut Reading<'_>, at: &str, entries: &Entries) -> Option<Vec<u8>> {
    let written = match get(entries, "content") {
        Some(node) => {
            let written = text(node);
            if written.is_none() {
                reading.unfit(&format!("{at}.content"), "text", node);
            }
            written?
        }
        None => String::new(),
    };
    let encoding = word(entries, "encoding")
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    let (base64, gzip) = match encoding.as_str() {
        "" | "text/plain" => (false, false),
        "b64" | "base64" => (true, false),
        "gz" | "gzip" => (false, true),
        "gz+b64" | "gzip+b64" | "gz+base64" | "gzip+base64" => (true, true),
        _ => {
            reading.warn(
                &format!("{at}.encoding"),
                "is unknown: the content is taken as it is",
            );
            (false, false)
        }
    };
    let bytes = match base64 {
        false => Some(written.into_bytes()),
        true => {
            let digits: Vec<u8> = written
                .bytes()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            STANDARD.decode(digits).ok()
        }
    };
    let bytes = match (bytes, gzip) {
        (Some(bytes), true) => reading.room.inflated(&bytes).unwrap_or_default(),
        (bytes, _) => bytes,
    };
    if bytes.is_none() {
        reading.warn(
            &format!("{at}.content"),
            "is left out: it is not in that encoding, or too large",
        );
    }
    bytes
}

/// A number is taken as it is, text as octal digits.
fn permissions(reading: &mut Reading<'_>, at: &str, said: Option<&Node>) -> u32 {
    let Some(node) = said else { return USUAL };
    let mode = match node {
        Node::Number(number) => u32::try_from(*number).ok(),
        node => text(node).and_then(|text| {
            let digits = text.trim();
            u32::from_str_radix(digits.strip_prefix("0o").unwrap_or(digits), 8).ok()
        }),
    };
    mode.filter(|mode| *mode <= 0o7777).unwrap_or_else(|| {
        reading.unfit(&format!("{at}.permissions"), "octal digits", node);
        USUAL
    })
}
