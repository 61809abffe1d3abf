//! Reads a server's `user_data` as options of its container.
//!
//! Two vocabularies are understood, in YAML or JSON: the body of the Engine's `/containers/create`, v1.16
//! (`camel`), and docker-py's `create_container` arguments (`docker_py`). Whatever belongs to somebody else, such as
//! cloud-init, is left to them: it is no mistake and asks for nothing. In a document that is ours everything must be
//! right, because an option that is silently dropped is found out in production.
//!
//! The walk: `envelope` undoes what the text came wrapped in (`inflate`, `mime`), `document` makes a tree of it, `vocabulary`
//! finds the table it is written in, each row of the table has a `meaning`, which reads its value with one of `shapes` into a
//! `draft`, and says with its `class` what that claims of the host. Whether whoever wrote it may is judged in `claims`.
//!
//! What cloud-init would do in a virtual machine, scripts and `cloud_config`, is read in `provisioning`.

mod allotment;
mod camel;
mod claims;
mod class;
mod cloud_config;
mod docker_py;
mod document;
mod draft;
mod envelope;
mod error;
mod flavor;
mod inflate;
mod meaning;
mod mime;
mod mount;
mod options;
mod provisioning;
mod shapes;
#[cfg(test)]
mod tests;
mod vocabulary;

use document::Document;
use draft::Draft;

pub use allotment::Allotment;
pub use claims::{Claim, Leaned, Leave, Refusal, What};
pub use class::{Who, is_of_the_kernel};
pub use cloud_config::{CloudConfig, Command, Group, Password, User, WriteFile};
pub use error::{Error, Path};
pub use flavor::{BadSpec, FlavorOptions};
pub use meaning::Place;
pub use mount::{BindOptions, Mount, MountKind, TmpfsOptions, VolumeDriver, VolumeOptions};
pub use options::{
    ContainerOptions, Device, DeviceRequest, DiskFigure, Healthcheck, LogConfig, PortBinding, RestartPolicy,
    Ulimit,
};
pub use provisioning::{Interpreter, Provisioning, Script};

/// What a `user_data` asks for; the default when it is not addressed to us.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    pub options: ContainerOptions,
    /// What was said and has no effect, a sentence each. They name keys, never values.
    pub warnings: Vec<String>,
    /// What not everybody may say, in the order of the tables.
    pub claims: Vec<Claim>,
}

impl Parsed {
    /// Whether all that it claims is granted, and by whom. What nobody may have is refused to all.
    pub fn judge(&self, leave: &Leave<'_>) -> Result<Leaned, Refusal> {
        let policy = self.options.restart_policy.as_ref();
        let restarts = policy.is_some_and(|policy| policy.name != "no");
        claims::judge(&self.claims, restarts, leave)
    }
}

/// A key as the reference tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// What its vocabulary calls the host's part: `HostConfig` or `host_config`.
    pub vocabulary: &'static str,
    pub in_host: bool,
    pub name: &'static str,
    pub who: Who,
    /// docker-py's name of the option, by which a flavor grants it; empty for everybody's.
    pub option: &'static str,
    /// What of it is the operator's, where some of it is.
    pub theirs: &'static str,
    /// What may be said.
    pub shape: &'static str,
    pub place: Place,
}

/// Every key of the two vocabularies.
pub fn keys() -> impl Iterator<Item = Key> {
    vocabulary::VOCABULARIES.iter().flat_map(|vocabulary| {
        let places = [(vocabulary.top, false), (vocabulary.host, true)];
        places.into_iter().flat_map(move |(place, in_host)| {
            place.rows.iter().map(move |(name, meaning)| Key {
                vocabulary: vocabulary.host.prefix.trim_end_matches('.'),
                in_host,
                name,
                who: meaning.class.who,
                option: meaning.class.option,
                theirs: meaning.class.theirs,
                shape: meaning.shape,
                place: meaning.place,
            })
        })
    })
}

/// Reads `user_data` after its base64 was undone. It may be anything at all, of any size; the time it takes grows with
/// the size alone.
pub fn parse(user_data: &[u8]) -> Result<Parsed, Error> {
    parse_over(&FlavorOptions::default(), user_data)
}

/// The same over what the flavor says: what it says alone holds, lists are joined, and otherwise the document wins.
pub fn parse_over(flavor: &FlavorOptions, user_data: &[u8]) -> Result<Parsed, Error> {
    let nothing = || Draft::over(flavor).finish();
    let carried = envelope::open(user_data).map_err(|_| {
        let most = inflate::LARGEST >> 20;
        Error::Unreadable(format!("what is in gzip comes to more than {most} MiB"))
    })?;
    let Some(text) = carried.options else {
        return Ok(nothing());
    };
    let document = match Document::read(&text) {
        Ok(document) => document,
        Err(unreadable) if vocabulary::looks_like_ours(&text) => return Err(Error::Unreadable(unreadable.0)),
        Err(_) => return Ok(nothing()),
    };
    let parsed = options_of(&document, flavor).map_err(|mistake| {
        let line = document.line_of(&mistake.path);
        mistake.in_line(line)
    });
    Ok(parsed?.unwrap_or_else(nothing))
}

/// Nothing of a document that is not ours.
fn options_of(document: &Document<'_>, flavor: &FlavorOptions) -> Result<Option<Parsed>, error::Mistake> {
    let Some(entries) = document.mapping() else {
        return Ok(None);
    };
    let Some(vocabulary) = vocabulary::of_document(entries)? else {
        return Ok(None);
    };
    let mut draft = Draft::over(flavor);
    draft.fill(vocabulary.top, vocabulary.host, entries)?;
    Ok(Some(draft.finish()))
}
