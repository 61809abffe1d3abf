//! Turns configuration files into raw texts, each with the line where it was set.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ini::{Ini, ParseOption};

use crate::conf::error::{Error, Place};
use crate::conf::oslo::check::{self, Checked, Key};

/// One `option = value` of a file.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    pub(super) place: Place,
    /// In lower case, except `DEFAULT`.
    pub(super) section: String,
    pub(super) name: String,
    pub(super) text: String,
}

/// All assignments of all files; one list per file, the last file wins.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(super) files: Vec<Vec<Assignment>>,
}

impl Texts {
    pub(crate) fn load(paths: &[PathBuf]) -> Result<Self, Error> {
        let files = paths.iter().map(|path| {
            let unreadable = |reason| Error::Unreadable {
                path: path.clone(),
                reason,
            };
            parse(path, &std::fs::read_to_string(path).map_err(unreadable)?)
        });
        Ok(Self {
            files: files.collect::<Result<_, Error>>()?,
        })
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Assignment> {
        self.files.iter().flatten()
    }
}

/// The dialect nearest to oslo.config's; what is still misread, [`check`] keeps away.
fn dialect() -> ParseOption {
    ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        enabled_indented_mutiline_value: true,
        enabled_preserve_key_leading_whitespace: true,
    }
}

fn parse(path: &Path, text: &str) -> Result<Vec<Assignment>, Error> {
    let file: Arc<Path> = Arc::from(path);
    let malformed = |line, reason: String| Error::Malformed {
        place: Place {
            file: file.clone(),
            line,
        },
        reason,
    };
    let checked = check::check(text).map_err(|fault| malformed(fault.line, fault.reason.to_owned()))?;
    let values = values(&checked).map_err(|(line, reason)| malformed(line, reason))?;
    let assignment = |(key, value): (Key, String)| Assignment {
        place: Place {
            file: file.clone(),
            line: key.line,
        },
        section: check::fold(&key.section),
        text: head_unquoted(&key, value),
        name: key.name,
    };
    Ok(checked.keys.into_iter().zip(values).map(assignment).collect())
}

/// One value per key, in their order; that the reader saw the same keys is verified rather than believed.
fn values(checked: &Checked) -> Result<Vec<String>, (usize, String)> {
    let ini =
        Ini::load_from_str_opt(&checked.text, dialect()).map_err(|error| (1, error.msg.into_owned()))?;
    let mut read = ini.iter().flat_map(|(_, section)| section.iter());
    let mut values = Vec::with_capacity(checked.keys.len());
    for key in &checked.keys {
        match read.next() {
            Some((name, value)) if name == key.name => values.push(value.to_owned()),
            _ => return Err((key.line, format!("{} cannot be read", key.name))),
        }
    }
    Ok(values)
}

/// Only the first line of a value loses quotes, one equal pair around all of it.
fn head_unquoted(key: &Key, value: String) -> String {
    if key.opens_empty {
        return if value.is_empty() {
            value
        } else {
            format!("\n{}", value.trim_start_matches('\n'))
        };
    }
    let (head, tail) = value
        .find('\n')
        .map_or((value.as_str(), ""), |end| value.split_at(end));
    format!("{}{tail}", unquoted(head))
}

fn unquoted(text: &str) -> &str {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\'') && text.ends_with(*first));
    match quote {
        Some(_) => text.get(1..text.len() - 1).unwrap_or_default(),
        None => text,
    }
}
