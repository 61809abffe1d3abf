//! Which files make the configuration.

use std::path::{Path, PathBuf};

use crate::conf::error::Error;

const SYSTEM_FILE: &str = "/etc/nova-docker/nova.conf";

/// The files and folders named on the command line. When none is named, `/etc/nova-docker/nova.conf` is read if it is
/// there; Nova's own `/etc/nova/nova.conf` is read only when named, since another service may be its owner.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub files: Vec<PathBuf>,
    /// Of a folder, the files `*.conf` are read in the order of their names, after all of `files`.
    pub dirs: Vec<PathBuf>,
}

impl Sources {
    /// Where files lie that the configuration names by a relative path.
    pub(super) fn folder(&self) -> PathBuf {
        let beside = |file: &PathBuf| file.parent().map(Path::to_owned);
        let named = self.files.last().and_then(beside);
        let named = named.or_else(|| self.dirs.last().cloned());
        let system = || Path::new(SYSTEM_FILE).parent().map(Path::to_owned);
        named.or_else(system).unwrap_or_default()
    }

    pub(super) fn paths(&self) -> Result<Vec<PathBuf>, Error> {
        if self.files.is_empty() && self.dirs.is_empty() {
            let system = PathBuf::from(SYSTEM_FILE);
            return Ok(if system.exists() { vec![system] } else { Vec::new() });
        }
        let mut paths = self.files.clone();
        for dir in &self.dirs {
            let source_of = |reason| Error::Unreadable {
                path: dir.clone(),
                reason,
            };
            paths.extend(conf_files(dir).map_err(source_of)?);
        }
        Ok(paths)
    }
}

fn conf_files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries: Vec<PathBuf> = std::fs::read_dir(dir)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    let mut files: Vec<PathBuf> = entries.into_iter().filter(|path| is_conf(path)).collect();
    files.sort();
    Ok(files)
}

/// Hidden files do not count, as a shell's `*.conf` would not name them.
fn is_conf(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    !hidden && path.extension().is_some_and(|extension| extension == "conf")
}
