//! The data of images as files: whole under the image's id, or unfinished under another name.

use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::fs;
use tokio_util::io::ReaderStream;

use crate::image::{ByteStream, Download};
use crate::objects::ImageId;

/// Bytes read from a file at once: few enough to hold, many enough to keep a disk busy.
const CHUNK: usize = 512 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Files {
    folder: Arc<Path>,
}

impl Files {
    pub(super) async fn open(folder: PathBuf) -> io::Result<Self> {
        let made = folder.clone();
        blocking(move || {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(made)
        })
        .await?;
        Ok(Self {
            folder: folder.into(),
        })
    }

    pub(super) fn whole(&self, id: ImageId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    pub(super) fn unfinished(&self, id: ImageId) -> PathBuf {
        self.folder.join(format!("{id}.part"))
    }

    pub(super) async fn read(&self, id: ImageId) -> io::Result<Download> {
        let mut file = fs::File::open(self.whole(id)).await?;
        file.set_max_buf_size(CHUNK);
        let size = file.metadata().await?.len();
        let stream: ByteStream = ReaderStream::with_capacity(file, CHUNK).boxed();
        Ok(Download {
            size: Some(size),
            stream,
        })
    }

    /// Gives unfinished data its name; what was answered `Ok` survives a power cut.
    pub(super) async fn finish(&self, id: ImageId) -> io::Result<()> {
        let (from, to, folder) = (self.unfinished(id), self.whole(id), Arc::clone(&self.folder));
        blocking(move || {
            std::fs::rename(from, to)?;
            std::fs::File::open(folder)?.sync_all()
        })
        .await
    }

    /// Also when there is none.
    pub(super) async fn remove(&self, path: PathBuf) -> io::Result<()> {
        match fs::remove_file(path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) async fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            names.extend(entry.file_name().into_string());
        }
        Ok(names)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Runs file work where it may wait.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}
