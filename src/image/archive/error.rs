//! Why an archive was not accepted, in words that say what to do instead.

use std::sync::Arc;

/// The texts are for the user who uploaded the image.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("the image is empty: expected a tar archive as docker save writes it")]
    Empty,
    #[error(
        "not a docker save archive: expected a tar, plain or compressed with gzip, xz or zstd, as docker save writes it"
    )]
    NotTar,
    #[error(
        "not a docker save archive: it is a disk image ({0}); servers here are containers: upload what docker save writes, \
         with container format docker and disk format raw"
    )]
    DiskImage(&'static str),
    #[error("{what} is compressed with {by}: upload it uncompressed or compressed with gzip, xz or zstd")]
    Compression { what: String, by: &'static str },
    #[error("the {by} compression of {what} is damaged: {reason}")]
    Compressed {
        what: String,
        by: &'static str,
        reason: String,
    },
    #[error(
        "{what} expands to more than {limit} bytes from {read} bytes that were uploaded, more than images may here \
         ([docker] max_image_expansion): upload it uncompressed"
    )]
    Expands { what: String, read: u64, limit: u64 },
    #[error(
        "{what} makes the image bigger than images may be here: {limit} bytes ([docker] max_image_size_mb)"
    )]
    TooBig { what: String, limit: u64 },
    #[error("the docker save archive is truncated: it ends in the middle; upload it again, whole")]
    Truncated,
    #[error("the tar archive is damaged: {0}")]
    Damaged(&'static str),
    #[error(
        "not a docker save archive: it holds a root filesystem, as docker export writes it; \
         make an image of it with docker import and upload what docker save writes"
    )]
    RootFilesystem,
    #[error(
        "not a docker save archive: there is no manifest.json in it, nor the index.json of an OCI layout; upload what \
         docker save writes"
    )]
    NoManifest,
    #[error("not a docker save archive: its {file} cannot be read: {reason}")]
    Malformed { file: String, reason: String },
    #[error("the archive holds {0} images: save one image alone (docker save NAME:TAG)")]
    Images(usize),
    #[error("the archive holds images for {offered} and none for this host, which is {host}")]
    Platform { host: String, offered: String },
    #[error("the docker save archive is not whole: it names {0}, which is not in it")]
    Missing(String),
    #[error("not a docker save archive: it has an entry that docker save does not write: {0}")]
    Strange(String),
    #[error("the archive has an entry that leads out of it: {0}")]
    Escapes(String),
    #[error("the archive has an entry that is a link out of it: {entry}, to {target}")]
    Link { entry: String, target: String },
    #[error("the archive has an entry that is a device: {0}")]
    Device(String),
    #[error("the archive has an entry twice: {0}")]
    Twice(String),
    #[error("the archive has a layer that the image's configuration does not name: {0}")]
    Unnamed(String),
    /// What a layer of the archive holds is no part of any image.
    #[error("its layer {layer} has an entry that {problem}: {entry}")]
    InLayer {
        layer: String,
        entry: String,
        problem: &'static str,
    },
    #[error(
        "its layer {0} is compressed with zstd, which the Docker engine of this host is too old for (23.0 is the first): \
         convert the image, for example with skopeo copy --dest-compress-format gzip"
    )]
    ZstdLayer(String),
    /// The source of the bytes failed, not the archive.
    #[error("the image could not be read to its end")]
    Read(#[source] Arc<std::io::Error>),
    /// Whoever read the filtered stream stopped before its end.
    #[error("the image was not read to its end")]
    Unfinished,
}

impl Error {
    /// What was said of a tar is said of a layer in it.
    pub(super) fn of_layer(self, layer: &str) -> Self {
        let malformed = |reason: &str| Self::Malformed {
            file: layer.to_owned(),
            reason: reason.to_owned(),
        };
        match self {
            Self::NotTar => malformed("it is no tar archive"),
            Self::Truncated => malformed("it ends in the middle"),
            Self::Damaged(reason) => malformed(reason),
            other => other,
        }
    }
}
