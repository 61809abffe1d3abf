//! Why an archive was not accepted, in words that say what to do instead.

use std::sync::Arc;

/// The texts are for the user who uploaded the image.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("the image is empty: expected a tar archive as docker save writes it")]
    Empty,
    #[error(
        "not a docker save archive: expected a tar, plain or compressed with gzip, as docker save writes it"
    )]
    NotTar,
    #[error("the archive is compressed with {0}: upload it uncompressed or compressed with gzip")]
    Compression(&'static str),
    #[error("the archive's gzip compression is damaged: {0}")]
    Gzip(String),
    #[error(
        "the archive expands to more than {limit} bytes from {read} bytes of gzip: upload it uncompressed"
    )]
    Expands { read: u64, limit: u64 },
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
        "not a docker save archive: it holds an OCI layout without manifest.json; \
         convert it, for example with skopeo copy oci-archive:FILE docker-archive:NEWFILE"
    )]
    OciLayout,
    #[error("not a docker save archive: there is no manifest.json in it; upload what docker save writes")]
    NoManifest,
    #[error("not a docker save archive: its {file} cannot be read: {reason}")]
    Malformed { file: &'static str, reason: String },
    #[error("the archive holds {0} images: save one image alone (docker save NAME:TAG)")]
    Images(usize),
    #[error("the docker save archive is not whole: its manifest.json names {0}, which is not in it")]
    Missing(String),
    #[error("not a docker save archive: it has an entry that docker save does not write: {0}")]
    Strange(String),
    /// The source of the bytes failed, not the archive.
    #[error("the image could not be read to its end")]
    Read(#[source] Arc<std::io::Error>),
    /// Whoever read the filtered stream stopped before its end.
    #[error("the image was not read to its end")]
    Unfinished,
}
