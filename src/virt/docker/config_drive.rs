//! The config drive: files that a server finds read-only where cloud-init looks, kept for as long as it lives.

use std::fs::{DirBuilder, OpenOptions, remove_dir_all};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use super::DockerDriver;
use super::key::on_disk;
use crate::objects::InstanceId;
use crate::virt::{Error, File};

/// Where cloud-init looks for it when there is no disk.
const TARGET: &str = "/var/lib/cloud/seed/config_drive";

impl DockerDriver {
    /// Writes the files; answers the bind that shows them to the container. What an earlier build wrote goes.
    pub(super) async fn config_drive_bind(
        &self,
        id: InstanceId,
        files: Option<&[File]>,
    ) -> Result<Option<String>, Error> {
        let Some(files) = files.map(<[File]>::to_vec) else {
            return Ok(None);
        };
        let directory = self.directory_of(id).join("config_drive");
        let bind = format!("{}:{TARGET}:ro", directory.display());
        on_disk(move || write(&directory, &files))
            .await
            .map_err(|error| {
                Error::Refused(format!(
                    "the config drive cannot be written under instances_path: {error}"
                ))
            })?;
        Ok(Some(bind))
    }
}

/// Only root reads it: there may be secrets in `user_data`, and a password.
fn write(directory: &Path, files: &[File]) -> io::Result<()> {
    match remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    make(directory)?;
    for file in files {
        let path = directory.join(inside(&file.path)?);
        make(path.parent().unwrap_or(directory))?;
        let mut kept = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        kept.write_all(&file.content)?;
    }
    Ok(())
}

fn make(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// A path that cannot lead out.
fn inside(path: &str) -> io::Result<PathBuf> {
    let path = PathBuf::from(path);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    match plain && path.file_name().is_some() {
        true => Ok(path),
        false => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("'{}' is no path in it", path.display()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(path: &str, content: &str) -> File {
        File {
            path: path.to_owned(),
            content: content.into(),
        }
    }

    #[test]
    fn files_are_roots_alone_and_those_of_an_earlier_build_go() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("server/config_drive");
        write(&directory, &[file("openstack/2012-08-10/user_data", "old")]).unwrap();
        write(&directory, &[file("openstack/latest/meta_data.json", "{}")]).unwrap();
        let kept = directory.join("openstack/latest/meta_data.json");
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "{}");
        assert!(!directory.join("openstack/2012-08-10").exists());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (mode(&directory), mode(kept.parent().unwrap()), mode(&kept)),
            (0o700, 0o700, 0o600)
        );
    }

    #[test]
    fn no_file_leads_out() {
        let root = tempfile::tempdir().unwrap();
        for path in ["../x", "/x", "", "a/../../x"] {
            let refused = write(&root.path().join("drive"), &[file(path, "x")]).unwrap_err();
            assert_eq!(refused.to_string(), format!("'{path}' is no path in it"));
        }
        assert!(!root.path().join("x").exists());
    }
}
