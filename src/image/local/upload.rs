//! The data of an image on its way into a file: written, summed and looked at as it passes, never held.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Context, SHA512};
use bytes::Bytes;
use futures_util::StreamExt;
use md5::{Digest, Md5};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::LocalImages;
use super::describe::gone;
use crate::image::archive::{self, Reader};
use crate::image::{ByteStream, Error, discard};
use crate::objects::{ImageId, ImageStatus, RequestContext};

/// Chunks that wait for a slow disk before the sender has to.
const WAITING: usize = 8;
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// What the data turned out to be.
#[derive(Debug)]
struct Sums {
    size: u64,
    md5: String,
    sha512: String,
}

impl LocalImages {
    /// Takes the data of a queued image. When it fails, or the data is not what was `expected` (bytes), the image is
    /// `queued` again and nothing of the data is kept. It goes on to its end when the caller stops waiting.
    pub async fn upload_image(
        &self,
        context: &RequestContext,
        id: ImageId,
        data: ByteStream,
        expected: Option<u64>,
    ) -> Result<(), Error> {
        let is_archive = match self.begin(context, id).await {
            Ok(is_archive) => is_archive,
            Err(error) => {
                discard(data).await;
                return Err(error);
            }
        };
        let store = self.clone();
        let work = tokio::spawn(async move {
            let received = store.receive(id, data, is_archive, expected).await;
            store.conclude(id, received).await
        });
        work.await.map_err(io::Error::other)?
    }

    /// Whether the data has to be a docker archive.
    async fn begin(&self, context: &RequestContext, id: ImageId) -> Result<bool, Error> {
        let image = self.find_to_change(context, id).await?;
        if image.container_format.is_none() || image.disk_format.is_none() {
            let message = "Properties disk_format, container_format must be set prior to saving data.";
            return Err(Error::Invalid(message.to_owned()));
        }
        let saving = self.records.change(id, |image| {
            image.status = saving_after(image.status)?;
            Ok(())
        });
        saving.await.map_err(gone)?;
        Ok(image.container_format.as_deref() == Some("docker"))
    }

    async fn receive(
        &self,
        id: ImageId,
        mut data: ByteStream,
        is_archive: bool,
        expected: Option<u64>,
    ) -> Result<Sums, Error> {
        let mut workers = Workers::start(self.files.unfinished(id), is_archive);
        let mut progress = Progress::new(id);
        while let Some(chunk) = data.next().await {
            let chunk = chunk.map_err(interrupted)?;
            progress.count(chunk.len());
            if !workers.take(chunk).await {
                discard(data).await;
                break;
            }
        }
        let sums = workers.finish().await?;
        if let Some(expected) = expected.filter(|expected| *expected != sums.size) {
            return Err(Error::Invalid(format!(
                "The size of the uploaded data ({} bytes) differs from the size that was announced ({expected} bytes).",
                sums.size
            )));
        }
        progress.done();
        Ok(sums)
    }

    async fn conclude(&self, id: ImageId, received: Result<Sums, Error>) -> Result<(), Error> {
        let saved = match received {
            Ok(sums) => self.activate(id, sums).await,
            Err(error) => Err(error),
        };
        let Err(error) = saved else {
            return Ok(());
        };
        tracing::info!(image.id = %id, %error, "upload given up");
        self.files.remove(self.files.unfinished(id)).await?;
        let requeued = self.records.change(id, |image| {
            image.status = ImageStatus::Queued;
            Ok::<(), Error>(())
        });
        match requeued.await.map_err(gone) {
            // Deleted while its data was coming: there is nothing to put back.
            Ok(_) | Err(Error::NotFound(_)) => Err(error),
            Err(worse) => Err(worse),
        }
    }

    async fn activate(&self, id: ImageId, sums: Sums) -> Result<(), Error> {
        self.files.finish(id).await?;
        let now = self.world.now();
        let activated = self.records.change(id, |image| {
            image.status = ImageStatus::Active;
            image.size = Some(sums.size);
            image.checksum = Some(sums.md5);
            image.hash_algo = Some("sha512".to_owned());
            image.hash_value = Some(sums.sha512);
            image.updated_at = now;
            Ok::<(), Error>(())
        });
        if let Err(error) = activated.await {
            self.files.remove(self.files.whole(id)).await?;
            return Err(gone(error));
        }
        Ok(())
    }
}

fn saving_after(status: ImageStatus) -> Result<ImageStatus, Error> {
    if status == ImageStatus::Queued {
        return Ok(ImageStatus::Saving);
    }
    let status = format!("{status:?}").to_lowercase();
    Err(Error::Conflict(format!(
        "Image status transition from {status} to saving is not allowed"
    )))
}

/// The sender broke off: its fault, and for it to repeat.
fn interrupted(error: io::Error) -> Error {
    tracing::debug!(%error, "the data of an upload broke off");
    Error::Invalid("The image data broke off before its end; upload it again.".to_owned())
}

/// Two threads, because two sums are more than one core does at the speed of a disk.
struct Workers {
    to: Vec<mpsc::Sender<Bytes>>,
    writer: JoinHandle<Result<(u64, String), Error>>,
    md5: JoinHandle<String>,
}

impl Workers {
    fn start(path: PathBuf, is_archive: bool) -> Self {
        let (to_writer, chunks) = mpsc::channel(WAITING);
        let writer = tokio::task::spawn_blocking(move || write(path, chunks, is_archive));
        let (to_md5, chunks) = mpsc::channel(WAITING);
        let md5 = tokio::task::spawn_blocking(move || sum_md5(chunks));
        Self {
            to: vec![to_writer, to_md5],
            writer,
            md5,
        }
    }

    /// `false` when no more is wanted.
    async fn take(&mut self, chunk: Bytes) -> bool {
        for to in &self.to {
            if to.send(chunk.clone()).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn finish(self) -> Result<Sums, Error> {
        drop(self.to);
        let (size, sha512) = self.writer.await.map_err(io::Error::other)??;
        let md5 = self.md5.await.map_err(io::Error::other)?;
        Ok(Sums { size, md5, sha512 })
    }
}

fn sum_md5(mut chunks: mpsc::Receiver<Bytes>) -> String {
    let mut sum = Md5::new();
    while let Some(chunk) = chunks.blocking_recv() {
        sum.update(&chunk);
    }
    hex::encode(sum.finalize())
}

/// Bytes and SHA-512 of what is then on the disk.
fn write(path: PathBuf, mut chunks: mpsc::Receiver<Bytes>, is_archive: bool) -> Result<(u64, String), Error> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    let mut sum = Context::new(&SHA512);
    let mut size = 0;
    let mut check = is_archive.then(Reader::default);
    while let Some(chunk) = chunks.blocking_recv() {
        file.write_all(&chunk)?;
        sum.update(&chunk);
        size += chunk.len() as u64;
        if let Some(check) = &mut check {
            check.feed(chunk)?;
            drain(check)?;
        }
    }
    if let Some(mut check) = check {
        check.end()?;
        drain(&mut check)?;
        check.finish(&mut Nowhere)?;
    }
    file.sync_all()?;
    Ok((size, hex::encode(sum.finish())))
}

fn drain(check: &mut Reader) -> Result<(), archive::Error> {
    while check.advance(&mut Nowhere)? {}
    Ok(())
}

struct Nowhere;

impl Extend<Bytes> for Nowhere {
    fn extend<I: IntoIterator<Item = Bytes>>(&mut self, _: I) {}
}

/// Tells the log how far an upload is.
struct Progress {
    id: ImageId,
    began: Instant,
    told: Instant,
    bytes: u64,
}

impl Progress {
    fn new(id: ImageId) -> Self {
        let now = Instant::now();
        Self {
            id,
            began: now,
            told: now,
            bytes: 0,
        }
    }

    fn count(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.told.elapsed() >= REPORT_EVERY {
            self.told = Instant::now();
            self.tell("image upload goes on");
        }
    }

    fn done(&self) {
        self.tell("image uploaded");
    }

    fn tell(&self, what: &'static str) {
        let seconds = self.began.elapsed().as_secs_f64().max(0.001);
        let rate = self.bytes as f64 / 1e6 / seconds;
        tracing::info!(image.id = %self.id, bytes = self.bytes, mb_per_s = format!("{rate:.1}"), "{what}");
    }
}
