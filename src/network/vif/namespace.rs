//! A network namespace, held open so that it cannot be mistaken for another one later.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use nix::sched::{CloneFlags, setns};
use nix::sys::stat::fstat;
use tokio::sync::oneshot;

use super::Error;

/// Cheap to clone; the namespace lives as long as one of the clones, even when all its processes have ended.
#[derive(Debug, Clone)]
pub struct Namespace {
    fd: Arc<OwnedFd>,
    inode: u64,
}

impl PartialEq for Namespace {
    fn eq(&self, other: &Self) -> bool {
        self.inode == other.inode
    }
}

impl Eq for Namespace {}

impl Namespace {
    /// The namespace that this file stands for, such as `/proc/<pid>/ns/net` or `/run/netns/<name>`.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let doing = || format!("open the network namespace {}", path.display());
        let file = File::open(path).map_err(|error| Error::kernel(doing(), error))?;
        Self::from_fd(file.into())
    }

    /// The namespace of a process. Ask the engine again afterwards whether the process is still the container's: ids of
    /// processes are used again.
    pub fn of_process(pid: u32) -> Result<Self, Error> {
        Self::open(Path::new(&format!("/proc/{pid}/ns/net")))
    }

    /// The namespace of the calling thread.
    pub fn current() -> Result<Self, Error> {
        Self::open(Path::new("/proc/thread-self/ns/net"))
    }

    pub fn from_fd(fd: OwnedFd) -> Result<Self, Error> {
        let stat = fstat(&fd).map_err(|error| Error::kernel("look at a network namespace", error))?;
        Ok(Self {
            inode: stat.st_ino,
            fd: Arc::new(fd),
        })
    }

    pub(super) fn raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// Runs this inside, in a thread of its own that ends with it: a thread's namespace must never leak into tokio's.
    /// Sockets that are opened there stay there.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (done, answer) = oneshot::channel();
        let namespace = self.clone();
        let inside = move || {
            let entered = setns(&*namespace.fd, CloneFlags::CLONE_NEWNET);
            // Nobody listens any more when the caller is gone.
            let _ = done.send(entered.map(|()| work()));
        };
        let cannot = |error: io::Error| Error::kernel("enter a network namespace", error);
        thread::Builder::new()
            .name("netns".to_owned())
            .spawn(inside)
            .map_err(cannot)?;
        match answer.await {
            Ok(done) => done.map_err(|error| cannot(error.into())),
            Err(_) => Err(Error::BrokeOff("the thread in a network namespace".to_owned())),
        }
    }
}
