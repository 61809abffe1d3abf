//! The data of an image on its way into a file: written, summed and looked at as it passes, never held.

use std::io;

use futures_util::StreamExt;

use super::LocalImages;
use super::describe::gone;
use super::progress::Progress;
use super::sums::{Sums, Workers};
use crate::image::{ByteStream, Error, discard};
use crate::objects::{ImageId, ImageStatus, RequestContext};

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
        let rules = is_archive.then(|| self.archives.clone());
        let mut workers = Workers::start(self.files.unfinished(id), rules);
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
