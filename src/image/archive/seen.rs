//! What has been seen of an archive, and whether it makes one whole image.

use std::collections::HashMap;

use tar::EntryType;

use super::manifest::Manifest;
use super::{ArchiveImage, Error};

/// An image has at most 127 layers of three files each; more entries are a root filesystem.
const MOST_ENTRIES: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct Seen {
    /// By name, with the digest of the small ones.
    pub(super) files: HashMap<String, Option<[u8; 32]>>,
    pub(super) manifest: Option<Manifest>,
    pub(super) manifest_digest: Option<String>,
    /// The small file that is arriving.
    pub(super) current: String,
}

impl Seen {
    /// Refuses what docker save does not write: it could reach a document by another name, or is no image at all.
    pub(super) fn admit(&self, name: &str, kind: EntryType) -> Result<(), Error> {
        let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
        let is_link = kind.is_symlink() || kind.is_hard_link();
        if self.files.len() >= MOST_ENTRIES || name == ".dockerenv" {
            return Err(Error::RootFilesystem);
        }
        if !(kind.is_file() || kind.is_dir() || is_link) || (is_link && last != "layer.tar") {
            return Err(Error::RootFilesystem);
        }
        let twice = self.files.contains_key(name) && is_document(name);
        if twice || (is_document(last) && !(folder.is_empty() && kind.is_file())) {
            return Err(Error::Strange(name.to_owned()));
        }
        Ok(())
    }

    pub(super) fn image(&mut self) -> Result<ArchiveImage, Error> {
        let Some(manifest) = self.manifest.take() else {
            return Err(self.without_manifest());
        };
        let missing = manifest
            .layers
            .iter()
            .flatten()
            .find(|layer| !self.files.contains_key(layer.as_str()));
        if let Some(layer) = missing {
            return Err(Error::Missing(layer.clone()));
        }
        match self.files.get(&manifest.config) {
            Some(Some(digest)) => Ok(ArchiveImage {
                id: format!("sha256:{}", hex::encode(digest)),
                manifest_digest: self.manifest_digest.take(),
            }),
            Some(None) => Err(Error::Strange(manifest.config)),
            None => Err(Error::Missing(manifest.config)),
        }
    }

    fn without_manifest(&self) -> Error {
        let has = |name: &str| self.files.contains_key(name);
        if has("oci-layout") {
            Error::OciLayout
        } else if has("etc") || has("bin") || has("usr") || has("etc/passwd") {
            Error::RootFilesystem
        } else {
            Error::NoManifest
        }
    }
}

pub(super) fn is_document(name: &str) -> bool {
    matches!(name, "manifest.json" | "index.json" | "repositories")
}
