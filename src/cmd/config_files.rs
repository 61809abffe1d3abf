//! `--config-file` and `--config-dir`, as every role takes them.

use std::path::PathBuf;

use clap::Args;

use crate::conf::Sources;

#[derive(Debug, Clone, Default, Args)]
pub struct ConfigFiles {
    /// Read this file; given more than once, later ones win; with none, /etc/nova-docker/nova.conf if it is there
    #[arg(long = "config-file", value_name = "PATH")]
    files: Vec<PathBuf>,
    /// Read every *.conf file in this folder, in the order of their names, after all files
    #[arg(long = "config-dir", value_name = "DIR")]
    dirs: Vec<PathBuf>,
}

impl ConfigFiles {
    pub fn sources(&self) -> Sources {
        Sources {
            files: self.files.clone(),
            dirs: self.dirs.clone(),
        }
    }
}
