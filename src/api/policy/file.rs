//! `[oslo_policy] policy_file`: read at start, and again whenever it changed.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use super::Error;
use super::rules::Rules;

/// The rules in force, and the file that they come from.
#[derive(Debug)]
pub struct Policy {
    path: Option<PathBuf>,
    read: RwLock<Read>,
}

#[derive(Debug)]
struct Read {
    stamp: Option<Stamp>,
    rules: Arc<Rules>,
}

/// What changes when a file does; none when there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl Policy {
    /// Nova's own rules, whatever any file says.
    pub fn defaults() -> Result<Self, Error> {
        Ok(Self {
            path: None,
            read: RwLock::new(Read {
                stamp: None,
                rules: Arc::new(Rules::defaults()?),
            }),
        })
    }

    /// A file that is not there changes nothing, until it is.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let stamp = Stamp::of(path);
        let rules = match stamp {
            Some(_) => load(path)?,
            None => Rules::defaults()?,
        };
        Ok(Self {
            path: Some(path.to_owned()),
            read: RwLock::new(Read {
                stamp,
                rules: Arc::new(rules),
            }),
        })
    }

    /// What the file says without effect.
    pub fn warnings(&self) -> Vec<String> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        read.rules.warnings.clone()
    }

    /// A new file that cannot be used leaves the old rules in force, and the log says so once.
    pub(super) fn in_force(&self) -> Arc<Rules> {
        let Some(path) = &self.path else {
            return self.known();
        };
        let stamp = Stamp::of(path);
        let changed = {
            let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
            read.stamp != stamp
        };
        if changed {
            self.renew(path, stamp);
        }
        self.known()
    }

    fn known(&self) -> Arc<Rules> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        read.rules.clone()
    }

    fn renew(&self, path: &Path, stamp: Option<Stamp>) {
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        if read.stamp == stamp {
            return; // another request was first
        }
        read.stamp = stamp;
        match load(path) {
            Ok(rules) => {
                tracing::info!(path = %path.display(), "the policy file changed and is in force");
                for warning in &rules.warnings {
                    tracing::warn!("{warning}");
                }
                read.rules = Arc::new(rules);
            }
            Err(error) => {
                tracing::error!("{error}");
                tracing::error!(path = %path.display(), "the changed policy file is not used; what it said before stays in force");
            }
        }
    }
}

impl Stamp {
    /// One that cannot be looked at is there, and is refused when it is read.
    fn of(path: &Path) -> Option<Self> {
        match std::fs::metadata(path) {
            Ok(found) => Some(Self {
                modified: found.modified().ok(),
                length: found.len(),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(_) => Some(Self {
                modified: None,
                length: 0,
            }),
        }
    }
}

fn load(path: &Path) -> Result<Rules, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    Rules::of(path, &text)
}
