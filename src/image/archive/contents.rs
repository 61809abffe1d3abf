//! What an archive holds, and whether it makes one whole image and nothing else.

use std::collections::{HashMap, HashSet};

use super::layer::{Content, Digest, SMALL};
use super::manifest::{
    Description, Descriptor, Manifest, read_index, read_manifest, write_index, write_manifest,
};
use super::names::{plain, target};
use super::unpack::Compression;
use super::walk::{Entry, Kind};
use super::{ArchiveImage, Error, Rules, layout};

/// An image has at most 127 layers of three files each; more entries are a root filesystem.
const MOST_ENTRIES: usize = 16 * 1024;
/// Bytes of JSON that describe images; all of one takes a few kilobytes.
const MOST_DESCRIBED: usize = 16 << 20;
/// A link leads to a layer, or to a link to one.
const MOST_LINKS: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Contents {
    files: HashMap<String, File>,
    links: HashMap<String, String>,
    folders: HashSet<String>,
    manifest: Option<Vec<Manifest>>,
    index: Option<Vec<Descriptor>>,
    described: usize,
}

#[derive(Debug)]
pub(super) struct File {
    size: u64,
    pub(super) known: Known,
}

#[derive(Debug)]
pub(super) enum Known {
    Described {
        digest: Digest,
        description: Description,
    },
    Layer {
        diff_id: Digest,
        compression: Option<Compression>,
    },
    Other,
}

/// The image of an archive, by the names of its files.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) config: String,
    pub(super) layers: Vec<String>,
    /// What `index.json` names it by.
    pub(super) descriptor: Option<Descriptor>,
}

/// The image, and the documents that the engine gets of it.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) image: ArchiveImage,
    pub(super) manifest: Vec<u8>,
    pub(super) index: Option<Vec<u8>>,
}

impl Contents {
    /// Refuses what docker save does not write: it could reach a document by another name, or is no image at all.
    /// Answers the name of a file whose data follows; nothing else has to go on to the engine.
    pub(super) fn admit(&mut self, entry: &Entry) -> Result<Option<String>, Error> {
        let name = plain(&entry.path)?;
        let count = self.files.len() + self.links.len() + self.folders.len();
        if count >= MOST_ENTRIES || name == ".dockerenv" {
            return Err(Error::RootFilesystem);
        }
        let is_sparse = entry.alias.is_some() || entry.real_size != entry.size;
        match entry.kind {
            Kind::Directory if !self.is_known(&name) => {
                self.folders.insert(name);
                Ok(None)
            }
            Kind::Symlink | Kind::HardLink => self.admit_link(name, entry),
            Kind::Character(..) | Kind::Block | Kind::Fifo => Err(Error::Device(name)),
            Kind::File if !is_sparse => self.admit_file(name, entry.size),
            Kind::File | Kind::Directory | Kind::Other => Err(Error::Strange(name)),
        }
    }

    fn admit_link(&mut self, name: String, entry: &Entry) -> Result<Option<String>, Error> {
        let target = target(&name, &entry.link, entry.kind == Kind::Symlink)?;
        if name.rsplit('/').next() != Some("layer.tar") {
            return Err(Error::RootFilesystem);
        }
        if self.is_known(&name) {
            return Err(Error::Twice(name));
        }
        self.links.insert(name, target);
        Ok(None)
    }

    fn admit_file(&mut self, name: String, size: u64) -> Result<Option<String>, Error> {
        if self.is_known(&name) {
            return Err(Error::Twice(name));
        }
        let last = name.rsplit('/').next().unwrap_or_default();
        let misplaced = is_document(last) && (last != name || size > SMALL);
        let mut above = name.match_indices('/').map(|(at, _)| &name[..at]);
        if name.is_empty() || misplaced || above.any(|above| self.is_known(above)) {
            return Err(Error::Strange(name));
        }
        let known = Known::Other;
        self.files.insert(name.clone(), File { size, known });
        Ok(Some(name))
    }

    fn is_known(&self, name: &str) -> bool {
        self.files.contains_key(name) || self.links.contains_key(name)
    }

    pub(super) fn learn(&mut self, name: &str, content: Content) -> Result<(), Error> {
        let known = match content {
            Content::Layer { diff_id, compression } => Known::Layer { diff_id, compression },
            Content::Other => Known::Other,
            Content::Description { json, digest } => {
                let description = Description::of(&json);
                if !matches!(description, Description::Other) {
                    self.described += json.len();
                }
                if self.described > MOST_DESCRIBED {
                    return Err(Error::Strange(name.to_owned()));
                }
                Known::Described { digest, description }
            }
        };
        if let Some(file) = self.files.get_mut(name) {
            file.known = known;
        }
        Ok(())
    }

    /// What [`is_document`] says is one, whole.
    pub(super) fn read_document(&mut self, name: &str, json: &[u8]) -> Result<(), Error> {
        match name {
            "manifest.json" => self.manifest = Some(read_manifest(json)?),
            "index.json" => self.index = Some(read_index(json)?),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    pub(super) fn whole(&self, rules: &Rules) -> Result<Whole, Error> {
        let chosen = self.choose(rules)?;
        let (digest, diff_ids) = self.config(&chosen.config)?;
        for (at, layer) in chosen.layers.iter().enumerate() {
            self.check_layer(layer, diff_ids.get(at), rules)?;
        }
        if let Some(missing) = diff_ids.get(chosen.layers.len()) {
            return Err(Error::Missing(format!("the layer {}", missing.escape_debug())));
        }
        self.check_nothing_else(&chosen)?;
        Ok(Whole {
            image: ArchiveImage {
                id: format!("sha256:{}", hex::encode(digest)),
                manifest_digest: chosen.descriptor.as_ref().map(|it| it.digest.clone()),
            },
            manifest: write_manifest(&chosen.config, &chosen.layers),
            index: chosen.descriptor.as_ref().map(write_index),
        })
    }

    fn choose(&self, rules: &Rules) -> Result<Chosen, Error> {
        match (self.manifest.as_deref(), self.index.as_deref()) {
            (Some([image]), index) => Ok(Chosen {
                config: plain(image.config.as_bytes())?,
                layers: image
                    .layers()
                    .iter()
                    .map(|layer| self.followed(layer))
                    .collect::<Result<_, _>>()?,
                descriptor: match index {
                    Some([only]) => Some(only.clone()),
                    _ => None,
                },
            }),
            (Some(images), _) => Err(Error::Images(images.len())),
            (None, Some(index)) => layout::choose(self, index, rules),
            (None, None) => Err(self.without_manifest()),
        }
    }

    /// The file that a name of a layer means.
    fn followed(&self, layer: &str) -> Result<String, Error> {
        let mut name = plain(layer.as_bytes())?;
        for _ in 0..MOST_LINKS {
            match self.links.get(&name) {
                Some(target) => name.clone_from(target),
                None => break,
            }
        }
        Ok(name)
    }

    fn config(&self, name: &str) -> Result<(Digest, &[String]), Error> {
        let missing = || Error::Missing(name.to_owned());
        match &self.files.get(name).ok_or_else(missing)?.known {
            Known::Described {
                digest,
                description: Description::Image { diff_ids, .. },
            } => Ok((*digest, diff_ids)),
            _ => Err(Error::Malformed {
                file: name.to_owned(),
                reason: "it describes no image".to_owned(),
            }),
        }
    }

    fn check_layer(&self, name: &str, named: Option<&String>, rules: &Rules) -> Result<(), Error> {
        let missing = || Error::Missing(name.to_owned());
        let Known::Layer { diff_id, compression } = &self.files.get(name).ok_or_else(missing)?.known else {
            return Err(Error::NotTar.of_layer(name));
        };
        let own = format!("sha256:{}", hex::encode(diff_id));
        if named.is_none_or(|named| *named != own) {
            return Err(Error::Unnamed(name.to_owned()));
        }
        match compression {
            Some(Compression::Zstd) if !rules.zstd_layers => Err(Error::ZstdLayer(name.to_owned())),
            _ => Ok(()),
        }
    }

    /// What has the size or the form of a layer has to be one of some image in the archive.
    fn check_nothing_else(&self, chosen: &Chosen) -> Result<(), Error> {
        let mut named: HashSet<String> = chosen.layers.iter().cloned().collect();
        for file in self.files.values() {
            if let Known::Described {
                description: Description::Manifest { layers, .. },
                ..
            } = &file.known
            {
                named.extend(layers.iter().filter_map(|layer| layer.blob().ok()));
            }
        }
        let is_heavy = |file: &File| file.size > SMALL || matches!(file.known, Known::Layer { .. });
        let others = self
            .files
            .iter()
            .filter(|(name, file)| is_heavy(file) && !named.contains(*name));
        match others.map(|(name, _)| name).min() {
            Some(other) => Err(Error::Unnamed(other.clone())),
            None => Ok(()),
        }
    }

    fn without_manifest(&self) -> Error {
        let has = |name: &str| self.folders.contains(name) || self.files.contains_key(name);
        match ["etc", "bin", "usr", "etc/passwd"].into_iter().any(has) {
            true => Error::RootFilesystem,
            false => Error::NoManifest,
        }
    }
}

/// What is read and written anew, for it names images.
pub(super) fn is_document(name: &str) -> bool {
    matches!(name, "manifest.json" | "index.json" | "repositories")
}
