//! The seam between servers and where their images are kept: a real Glance, or our own store.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use crate::objects::{Image, ImageId, ProjectId, RequestContext};

pub type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// The bytes of an image, as they come.
pub struct Download {
    pub size: Option<u64>,
    pub stream: ByteStream,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Reads the rest of what is not wanted: most senders look at the answer only when they have sent everything.
pub async fn discard(mut data: ByteStream) {
    while let Some(Ok(_)) = data.next().await {}
}

/// An image to be uploaded afterwards: a snapshot.
#[derive(Debug, Clone, Default)]
pub struct NewImage {
    /// Chosen by the caller; the service chooses when there is none.
    pub id: Option<ImageId>,
    pub name: String,
    pub container_format: String,
    pub disk_format: String,
    pub min_disk: u64,
    pub min_ram: u64,
    pub properties: BTreeMap<String, String>,
    /// Whose it is, if not the caller's: for services and administrators.
    pub owner: Option<ProjectId>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("Image {0} could not be found.")]
    NotFound(String),
    /// Seen but not to be touched by this caller, in words for the user.
    #[error("{0}")]
    Forbidden(String),
    /// Bad input, in words for the user.
    #[error("{0}")]
    Invalid(String),
    /// The state of the image forbids it (uploading twice, protected, …), in words for the user.
    #[error("{0}")]
    Conflict(String),
    #[error("the image service at {url} did not answer")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the image service answered {status}: {message}")]
    Refused { status: u16, message: String },
    #[error("image data could not be read or written")]
    Io(#[from] io::Error),
    /// A transfer that ended before the data did.
    #[error("the image service stopped sending image {id} after {received} bytes")]
    BrokeOff {
        id: ImageId,
        received: u64,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Identity(#[from] crate::identity::Error),
    #[error(transparent)]
    Records(#[from] crate::db::Error),
    #[error(transparent)]
    Engine(#[from] crate::docker::Error),
}

impl Error {
    /// Worth trying again when the engine is back.
    pub fn is_engine_away(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_unreachable())
    }
}

impl From<super::archive::Error> for Error {
    fn from(error: super::archive::Error) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// What booting and snapshotting need of an image service. The caller's rights are those of the context.
#[async_trait]
pub trait ImageService: fmt::Debug + Send + Sync {
    /// Where it is asked, without the version: `http://192.0.2.1:9292`.
    async fn address(&self) -> Result<String, Error>;
    async fn show(&self, context: &RequestContext, id: ImageId) -> Result<Image, Error>;
    async fn download(&self, context: &RequestContext, id: ImageId) -> Result<Download, Error>;
    /// Describes an image whose data comes later; its status is `queued`.
    async fn create(&self, context: &RequestContext, image: NewImage) -> Result<Image, Error>;
    /// Sends the data; an error of the stream is an error here, and the image does not become active.
    async fn upload(&self, context: &RequestContext, id: ImageId, data: ByteStream) -> Result<(), Error>;
    async fn delete(&self, context: &RequestContext, id: ImageId) -> Result<(), Error>;
    /// The images of the caller's that have all of these properties, newest first.
    async fn with_properties(
        &self,
        context: &RequestContext,
        properties: &[(&str, &str)],
    ) -> Result<Vec<Image>, Error>;
    /// Replaces the properties; a store that cannot says so.
    async fn set_properties(
        &self,
        _context: &RequestContext,
        id: ImageId,
        _properties: BTreeMap<String, String>,
    ) -> Result<Image, Error> {
        Err(Error::Forbidden(format!(
            "The properties of image {id} cannot be changed."
        )))
    }
}
