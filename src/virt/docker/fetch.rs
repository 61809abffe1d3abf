//! Brings an image's bytes into the engine: from the shared directory or the image service, through the archive filter.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bollard::models::BuildInfo;
use bollard::query_parameters::ImportImageOptionsBuilder;
use futures_util::{StreamExt, TryStreamExt};
use tokio::fs::File;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;

use super::DockerDriver;
use super::container::EngineImage;
use super::refusal::refused;
use crate::image::archive::{self, ArchiveImage, Rules};
use crate::image::{ByteStream, Error as ImageError, Mismatch, checked};
use crate::objects::{Image, ImageId, RequestContext};
use crate::virt::Error;

/// How often long work says how far it is.
const REPORT_EVERY: Duration = Duration::from_secs(5);
const CHUNK: usize = 256 << 10;

impl DockerDriver {
    /// Loads and tags the image. When `abandoned`, the transfer stops and the engine drops what it had of it.
    pub(super) async fn fetch(
        &self,
        context: &RequestContext,
        image: &Image,
        abandoned: &CancellationToken,
    ) -> Result<EngineImage, Error> {
        ensure_format(image)?;
        let loaded = tokio::select! {
            () = abandoned.cancelled() => return Err(Error::Refused("the server is no longer wanted".to_owned())),
            loaded = self.load_from_somewhere(context, image) => loaded?,
        };
        match self.adopt(&loaded, image.id).await {
            Ok(present) => Ok(present),
            Err(error) => {
                self.drop_nameless(&loaded.id).await.ok();
                Err(error)
            }
        }
    }

    async fn load_from_somewhere(
        &self,
        context: &RequestContext,
        image: &Image,
    ) -> Result<ArchiveImage, Error> {
        if let Some(path) = self.shared_file(image.id) {
            match self.load_file(image, &path).await {
                Ok(loaded) => return Ok(loaded),
                Err(error) => {
                    tracing::warn!(image.id = %image.id, path = %path.display(), %error,
                        "the shared directory's file cannot be loaded; asking the image service");
                }
            }
        }
        let download = self.images.download(context, image.id).await?;
        self.load(image, checked(download.stream, image)).await
    }

    fn shared_file(&self, image: ImageId) -> Option<PathBuf> {
        let path = self.settings.shared_directory.as_ref()?.join(image.to_string());
        path.is_file().then_some(path)
    }

    async fn load_file(&self, image: &Image, path: &Path) -> Result<ArchiveImage, Error> {
        let mut file = File::open(path).await.map_err(ImageError::from)?;
        file.set_max_buf_size(CHUNK);
        let data = ReaderStream::with_capacity(file, CHUNK).boxed();
        self.load(image, checked(data, image)).await
    }

    /// What is asked of archives here: as configured, and as the engine can.
    async fn rules(&self) -> Result<Rules, Error> {
        let (architecture, zstd_layers) = self.image_abilities().await?;
        Ok(Rules {
            architecture,
            zstd_layers,
            ..self.settings.archives.clone()
        })
    }

    async fn load(&self, image: &Image, data: ByteStream) -> Result<ArchiveImage, Error> {
        let passed = Passed::default();
        let (archive, verdict) = archive::normalise(passed.count(data), self.rules().await?);
        let sent = with_reports(
            image.id,
            "loading an image into the engine",
            &passed,
            self.send(archive),
        )
        .await;
        let verdict = verdict.wait().await;
        match (verdict, sent) {
            (Ok(loaded), Ok(())) => {
                let bytes = passed.bytes();
                tracing::info!(image.id = %image.id, bytes, engine.id = %loaded.id, "image loaded into the engine");
                Ok(loaded)
            }
            (Err(archive::Error::Read(source)), _) => Err(read_failed(image.id, passed.bytes(), &source)),
            (Err(archive::Error::Unfinished) | Ok(_), Err(error)) => Err(error),
            (Err(error), _) => Err(Error::ImageUnacceptable {
                id: image.id,
                reason: error.to_string(),
            }),
        }
    }

    async fn send(&self, archive: ByteStream) -> Result<(), Error> {
        let api = self.docker.patient_api().await?;
        let options = ImportImageOptionsBuilder::default().quiet(true).build();
        let answers = api.import_image(options, bollard::body_try_stream(archive), None);
        answers
            .try_for_each(|_: BuildInfo| std::future::ready(Ok(())))
            .await
            .map_err(refused)
    }

    /// Makes sure that what was sent is what is there, and tags it.
    async fn adopt(&self, loaded: &ArchiveImage, image: ImageId) -> Result<EngineImage, Error> {
        let ids = [Some(&loaded.id), loaded.manifest_digest.as_ref()];
        for id in ids.into_iter().flatten() {
            if let Some(present) = self.engine_image(id).await? {
                self.remember(&present.id, image).await?;
                return Ok(present);
            }
        }
        let id = &loaded.id;
        Err(Error::Refused(format!(
            "it took the image but does not have {id} afterwards"
        )))
    }
}

/// Whether the data can be what `docker save` writes; the archive filter sees whether it is.
pub(in crate::virt) fn ensure_format(image: &Image) -> Result<(), Error> {
    match image.format_objection() {
        None => Ok(()),
        Some(reason) => Err(Error::ImageUnacceptable { id: image.id, reason }),
    }
}

/// The data was not what was recorded, or did not come.
fn read_failed(id: ImageId, received: u64, source: &Arc<io::Error>) -> Error {
    let inner = source.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<Mismatch>()) {
        Some(mismatch) => Error::ImageUnacceptable {
            id,
            reason: mismatch.to_string(),
        },
        None => Error::Image(ImageError::BrokeOff {
            id,
            received,
            source: io::Error::new(source.kind(), source.clone()),
        }),
    }
}

/// How many bytes went by.
#[derive(Debug, Clone, Default)]
pub(super) struct Passed(Arc<AtomicU64>);

impl Passed {
    pub(super) fn count(&self, data: ByteStream) -> ByteStream {
        let counter = self.0.clone();
        data.inspect_ok(move |chunk| {
            counter.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        })
        .boxed()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Says every few seconds how far `work` is.
pub(super) async fn with_reports<T>(
    image: ImageId,
    doing: &'static str,
    passed: &Passed,
    work: impl Future<Output = T>,
) -> T {
    tokio::pin!(work);
    loop {
        match tokio::time::timeout(REPORT_EVERY, &mut work).await {
            Ok(done) => return done,
            Err(_) => tracing::info!(image.id = %image, bytes = passed.bytes(), "{doing}"),
        }
    }
}
