//! `inject_key`: the server's SSH key as root's `authorized_keys`, in a directory that the container sees read-only.

use std::fs::{DirBuilder, OpenOptions, Permissions, remove_dir_all, set_permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::DockerDriver;
use crate::objects::{Instance, InstanceId};
use crate::virt::Error;

impl DockerDriver {
    /// Writes the key; answers the bind that shows it to the container, when there is one.
    pub(super) async fn key_bind(&self, instance: &Instance) -> Result<Option<String>, Error> {
        let Some(key) = instance.key_data.clone().filter(|_| self.settings.inject_key) else {
            return Ok(None);
        };
        let directory = self.directory_of(instance.id).join(".ssh");
        let bind = format!("{}:/root/.ssh:ro", directory.display());
        on_disk(move || write_key(&directory, &key))
            .await
            .map_err(|error| {
                Error::Refused(format!(
                    "the SSH key cannot be written under instances_path: {error}"
                ))
            })?;
        Ok(Some(bind))
    }

    /// Removes everything kept for a server; fine if there is nothing.
    pub(super) async fn forget_files(&self, id: InstanceId) {
        let directory = self.directory_of(id);
        let removed = on_disk({
            let directory = directory.clone();
            move || remove_dir_all(directory)
        });
        match removed.await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(instance.id = %id, directory = %directory.display(), %error, "a server's files stay behind");
            }
            _ => {}
        }
    }

    pub(super) fn directory_of(&self, id: InstanceId) -> PathBuf {
        self.settings.instances_path.join(id.to_string())
    }
}

/// Written anew each time, so that there are never two.
fn write_key(directory: &Path, key: &str) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    set_permissions(directory, Permissions::from_mode(0o700))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(directory.join("authorized_keys"))?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(
        file,
        "# The following ssh key was injected by Nova\n{}",
        key.trim_end()
    )
}

pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_there_once_and_nobody_else_reads_it() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("server/.ssh");
        write_key(&directory, "ssh-ed25519 AAAA me\n").unwrap();
        write_key(&directory, "ssh-ed25519 AAAA me").unwrap();
        let file = directory.join("authorized_keys");
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            "# The following ssh key was injected by Nova\nssh-ed25519 AAAA me\n"
        );
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&file)), (0o700, 0o600));
    }
}
