//! Named network namespaces as `ip netns` makes them: files on which a namespace is mounted, so that it outlives us.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::statfs::{NSFS_MAGIC, statfs};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::super::vif::{self, Namespace};
use super::Error;
use super::survey::Survey;

/// Where the names are, and the mark by which ours are known.
#[derive(Debug)]
pub(super) struct Named {
    folder: PathBuf,
    /// The alias of the loopback interface in each of our namespaces; and what is in the file below the mount.
    mark: String,
    /// Two that find a name free at the same time would mount over each other.
    one_at_a_time: Mutex<()>,
}

impl Named {
    pub(super) fn new(folder: PathBuf, mark: String) -> Self {
        Self {
            folder,
            mark,
            one_at_a_time: Mutex::default(),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// None when nothing is mounted there: such a file is what a reboot leaves.
    pub(super) async fn open(&self, name: &str) -> Result<Option<Namespace>, Error> {
        let path = self.path(name);
        if !is_mounted(&path) {
            return Ok(None);
        }
        let namespace = Namespace::open(&path)?;
        if Survey::of(&namespace).await?.alias("lo") == Some(&self.mark) {
            Ok(Some(namespace))
        } else {
            Err(Error::Foreign(path))
        }
    }

    /// The one that is there, or a new one. It has its mark before it has its name.
    pub(super) async fn make(&self, name: &str) -> Result<Namespace, Error> {
        let _turn = self.one_at_a_time.lock().await;
        if let Some(present) = self.open(name).await? {
            return Ok(present);
        }
        let namespace = fresh().await?;
        Survey::mark(&namespace, "lo", &self.mark).await?;
        let (folder, path, mark) = (self.folder.clone(), self.path(name), self.mark.clone());
        let named = namespace.run(move || {
            share(&folder)?;
            fs::write(&path, mark)?;
            let source = Some("/proc/thread-self/ns/net");
            mount(source, &path, None::<&str>, MsFlags::MS_BIND, None::<&str>)?;
            Ok(())
        });
        let doing = format!("name a network namespace {name}");
        named.await?.map_err(|error: io::Error| kernel(doing, error))?;
        Ok(namespace)
    }

    /// Succeeds when there is none. The namespace itself ends when the last of its users does.
    pub(super) async fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.path(name);
        let doing = format!("remove the network namespace {name}");
        let removed = spawn_blocking(move || {
            // Once for each time that something was mounted there.
            while is_mounted(&path) {
                umount2(&path, MntFlags::MNT_DETACH)?;
            }
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        });
        let removed = removed
            .await
            .map_err(|error| vif::Error::BrokeOff(error.to_string()))?;
        removed.map_err(|error| kernel(doing, error).into())
    }

    /// Those of ours that begin so, and files that were about to become some.
    pub(super) async fn list(&self, beginning: &str) -> Result<Vec<String>, Error> {
        let mut ours = Vec::new();
        for name in self.all()? {
            if name.starts_with(beginning) && self.is_ours(&name).await {
                ours.push(name);
            }
        }
        Ok(ours)
    }

    fn all(&self) -> Result<Vec<String>, Error> {
        let doing = || format!("look into {}", self.folder.display());
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| kernel(doing(), error))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        Ok(names.collect())
    }

    async fn is_ours(&self, name: &str) -> bool {
        match self.open(name).await {
            Ok(Some(_)) => true,
            Ok(None) => fs::read_to_string(self.path(name)).is_ok_and(|text| text == self.mark),
            Err(_) => false,
        }
    }
}

/// A namespace of nobody yet.
async fn fresh() -> Result<Namespace, Error> {
    let made = spawn_blocking(|| {
        let inside = || {
            unshare(CloneFlags::CLONE_NEWNET).map_err(|error| kernel("make a network namespace", error))?;
            Namespace::current()
        };
        // In a thread of its own: this one will serve others.
        thread::spawn(inside).join()
    });
    let broke_off = || vif::Error::BrokeOff("the thread that makes a network namespace".to_owned());
    let made = made.await.map_err(|_| broke_off())?.map_err(|_| broke_off())?;
    Ok(made?)
}

/// Makes the folder one whose mounts all mount namespaces see: else the mounts of one could not be undone in the other.
fn share(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    let shared = || {
        let flags = MsFlags::MS_SHARED | MsFlags::MS_REC;
        mount(None::<&str>, folder, None::<&str>, flags, None::<&str>)
    };
    match shared() {
        Err(Errno::EINVAL) => {
            let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
            mount(Some(folder), folder, None::<&str>, flags, None::<&str>)?;
            shared()?;
        }
        done => done?,
    }
    Ok(())
}

fn is_mounted(path: &Path) -> bool {
    statfs(path).is_ok_and(|found| found.filesystem_type() == NSFS_MAGIC)
}

fn kernel(doing: impl Into<String>, error: impl Into<io::Error>) -> vif::Error {
    vif::Error::kernel(doing, error)
}
