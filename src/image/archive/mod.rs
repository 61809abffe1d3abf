//! What travels into `docker load`: a docker save archive of one image, stripped of every name it carries.
//!
//! Loading an archive moves the tags it names. An operator's `busybox:latest` must stay where it is whatever a user
//! uploads, so the names are taken out on the way and the image is known by its id alone. An OCI layout becomes one that
//! old engines load too: its blobs go through as they come, in any order, and Docker's `manifest.json` is put after them.

mod contents;
mod error;
mod filter;
mod layer;
mod layout;
mod manifest;
mod names;
mod pax;
mod pipe;
mod reader;
mod rules;
#[cfg(test)]
mod tests;
mod unpack;
mod walk;

use tokio::sync::oneshot;

pub use error::Error;
pub use pipe::normalise;
pub(crate) use reader::Reader;
pub use rules::Rules;

/// What an archive turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveImage {
    /// `sha256:` and the digest of the image's configuration, computed from what passed: the id that the engine
    /// gives it (an engine that keeps its images in containerd uses `manifest_digest` instead).
    pub id: String,
    /// `sha256:…` as `index.json` says it; none in archives older than engine 25 writes.
    pub manifest_digest: Option<String>,
}

/// What became of an archive; known when the stream has ended.
#[derive(Debug)]
pub struct Verdict(oneshot::Receiver<Result<ArchiveImage, Error>>);

impl Verdict {
    /// Waits until the stream that belongs to this has been read to its end, has failed or was dropped.
    ///
    /// When the load failed, any verdict but [`Error::Unfinished`] is the reason; `Unfinished` says that the reader
    /// of the stream gave up, so the reason is the reader's own.
    pub async fn wait(self) -> Result<ArchiveImage, Error> {
        self.0.await.unwrap_or(Err(Error::Unfinished))
    }
}
