//! Reads a server's `user_data` as options of its container.
//!
//! Two vocabularies are understood, in YAML or JSON: the body of the Engine's `/containers/create`, v1.16
//! (`camel`), and docker-py's `create_container` arguments (`docker_py`). Whatever belongs to somebody else, such as
//! cloud-init, is left to them: it is no mistake and asks for nothing. In a document that is ours everything must be
//! right, because an option that is silently dropped is found out in production.
//!
//! The walk: `envelope` undoes what the text came wrapped in, `document` makes a tree of it, `vocabulary` finds the
//! table it is written in, each row of the table reads its value with one of `shapes` into a `draft`.

mod camel;
mod docker_py;
mod document;
mod draft;
mod envelope;
mod error;
mod mime;
mod options;
mod shapes;
#[cfg(test)]
mod tests;
mod vocabulary;

use document::Document;
use draft::Draft;

pub use error::{Error, Path};
pub use options::{ContainerOptions, Device, PortBinding, RestartPolicy, Ulimit};

/// What a `user_data` asks for; the default when it is not addressed to us.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    pub options: ContainerOptions,
    /// What was said and has no effect, a sentence each. They name keys, never values.
    pub warnings: Vec<String>,
}

/// Reads `user_data` after its base64 was undone. It may be anything at all, of any size; the time it takes grows with
/// the size alone.
pub fn parse(user_data: &[u8]) -> Result<Parsed, Error> {
    let Some(text) = envelope::open(user_data) else {
        return Ok(Parsed::default());
    };
    let document = match Document::read(&text) {
        Ok(document) => document,
        Err(unreadable) if vocabulary::looks_like_ours(&text) => return Err(Error::Unreadable(unreadable.0)),
        Err(_) => return Ok(Parsed::default()),
    };
    options_of(&document).map_err(|mistake| {
        let line = document.line_of(&mistake.path);
        mistake.in_line(line)
    })
}

fn options_of(document: &Document<'_>) -> Result<Parsed, error::Mistake> {
    let Some(entries) = document.mapping() else {
        return Ok(Parsed::default());
    };
    let Some(vocabulary) = vocabulary::of_document(entries)? else {
        return Ok(Parsed::default());
    };
    let mut draft = Draft::default();
    draft.fill(vocabulary.top, vocabulary.host, entries)?;
    Ok(draft.finish())
}
