//! One file of an archive as it passes: a description, a layer, or something else. Layers are looked through to the end.

use aws_lc_rs::digest::{Context, SHA256, digest};
use bytes::{Bytes, BytesMut};

use super::Error;
use super::names::{leaves, shown};
use super::rules::Budget;
use super::unpack::{Compression, Unpacker};
use super::walk::{BLOCK, Entry, Event, Kind, Walk};

/// Descriptions up to this size are read: they are a few kilobytes, and nobody takes bigger ones.
pub(super) const SMALL: u64 = 4 << 20;

/// `sha256:` is left out.
pub(super) type Digest = [u8; 32];

/// What a file turned out to be.
#[derive(Debug)]
pub(super) enum Content {
    /// JSON, whole.
    Description {
        json: Bytes,
        digest: Digest,
    },
    Layer {
        /// Of the layer when it is not compressed: what configurations name it by.
        diff_id: Digest,
        compression: Option<Compression>,
    },
    Other,
}

/// A file that is arriving.
#[derive(Debug)]
pub(super) enum Arriving {
    /// Not enough to know what it is.
    Beginning {
        first: BytesMut,
        size: u64,
    },
    Description(BytesMut),
    Layer(Box<Layer>),
    Other,
}

impl Arriving {
    pub(super) fn new(size: u64) -> Self {
        Self::Beginning {
            first: BytesMut::new(),
            size,
        }
    }

    /// `name` is the file's.
    pub(super) fn push(&mut self, data: &Bytes, name: &str, budget: &mut Budget) -> Result<(), Error> {
        match self {
            Self::Beginning { first, .. } => {
                first.extend_from_slice(data);
                if first.len() >= BLOCK {
                    self.recognise(name, budget)?;
                }
                Ok(())
            }
            Self::Description(json) => {
                json.extend_from_slice(data);
                Ok(())
            }
            Self::Layer(layer) => layer
                .push(data.clone(), budget)
                .map_err(|error| error.of_layer(name)),
            Self::Other => Ok(()),
        }
    }

    fn recognise(&mut self, name: &str, budget: &mut Budget) -> Result<(), Error> {
        let Self::Beginning { first, size } = self else {
            return Ok(());
        };
        let (first, size) = (first.split().freeze(), *size);
        let text = first.trim_ascii_start();
        let compression = Compression::of(&first);
        *self = if compression.is_some()
            || Walk::default().next(&mut first.clone()).is_ok() && first.len() >= BLOCK
        {
            Self::Layer(Box::new(Layer::new(name, compression)?))
        } else if text.starts_with(b"{") || text.starts_with(b"[") {
            match size <= SMALL {
                true => Self::Description(BytesMut::new()),
                false => Self::Other,
            }
        } else {
            Self::Other
        };
        self.push(&first, name, budget)
    }

    pub(super) fn finish(mut self, name: &str, budget: &mut Budget) -> Result<Content, Error> {
        self.recognise(name, budget)?;
        match self {
            Self::Description(json) => Ok(Content::Description {
                digest: sha256(&json),
                json: json.freeze(),
            }),
            Self::Layer(layer) => layer.finish(budget).map_err(|error| error.of_layer(name)),
            Self::Beginning { .. } | Self::Other => Ok(Content::Other),
        }
    }
}

/// A tar of files, plain or compressed.
#[derive(Debug)]
pub(super) struct Layer {
    name: String,
    unpacker: Option<Unpacker>,
    compression: Option<Compression>,
    walk: Walk,
    sum: Sum,
}

struct Sum(Context);

impl std::fmt::Debug for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sum")
    }
}

impl Layer {
    fn new(name: &str, compression: Option<Compression>) -> Result<Self, Error> {
        let what = || format!("its layer {name}");
        Ok(Self {
            name: name.to_owned(),
            unpacker: compression.map(|by| Unpacker::new(by, what())).transpose()?,
            compression,
            walk: Walk::default(),
            sum: Sum(Context::new(&SHA256)),
        })
    }

    fn push(&mut self, data: Bytes, budget: &mut Budget) -> Result<(), Error> {
        match &mut self.unpacker {
            None => self.look(data, budget),
            Some(unpacker) => {
                unpacker.feed(data);
                self.unpack(budget)
            }
        }
    }

    fn unpack(&mut self, budget: &mut Budget) -> Result<(), Error> {
        while let Some(unpacker) = &mut self.unpacker
            && let Some(piece) = unpacker.piece(budget)?
        {
            self.look(piece, budget)?;
        }
        Ok(())
    }

    fn look(&mut self, mut piece: Bytes, budget: &mut Budget) -> Result<(), Error> {
        self.sum.0.update(&piece);
        while let Some(event) = self.walk.next(&mut piece)? {
            if let Event::Entry(entry) = event {
                let holes = entry.real_size.saturating_sub(entry.size);
                budget.unpacked(holes, &format!("its layer {}", self.name))?;
                self.check(&entry)?;
            }
        }
        Ok(())
    }

    /// What the engine would refuse too, and less clearly; and what no image needs.
    fn check(&self, entry: &Entry) -> Result<(), Error> {
        let paths = [Some(&entry.path), entry.alias.as_ref()];
        let out = paths.into_iter().flatten().any(|path| leaves(b"", path));
        let folder = entry.path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        let problem = match entry.kind {
            _ if out => "leads out of the image",
            Kind::HardLink if leaves(b"", &entry.link) => "is a link out of the image",
            // An absolute one means the image's own root.
            Kind::Symlink if !entry.link.starts_with(b"/") && leaves(&entry.path[..folder], &entry.link) => {
                "is a link out of the image"
            }
            Kind::Block => "is a block device",
            Kind::Character(major, minor) if !is_harmless(major, minor) => {
                "is a device that containers do not have"
            }
            _ => return Ok(()),
        };
        Err(Error::InLayer {
            layer: self.name.clone(),
            entry: shown(&entry.path),
            problem,
        })
    }

    fn finish(mut self, budget: &mut Budget) -> Result<Content, Error> {
        if let Some(unpacker) = &mut self.unpacker {
            unpacker.end();
            self.unpack(budget)?;
        }
        if !self.walk.may_end() {
            return Err(Error::Truncated);
        }
        Ok(Content::Layer {
            diff_id: bytes_of(&self.sum.0.finish()),
            compression: self.compression,
        })
    }
}

/// What every container has in its `/dev`, and the marks that overlay filesystems leave where a file was removed.
fn is_harmless(major: u32, minor: u32) -> bool {
    matches!((major, minor), (0, 0) | (1, 3 | 5 | 7 | 8 | 9) | (5, 0..=2))
}

pub(super) fn sha256(data: &[u8]) -> Digest {
    bytes_of(&digest(&SHA256, data))
}

fn bytes_of(digest: &aws_lc_rs::digest::Digest) -> Digest {
    let mut bytes = Digest::default();
    bytes.copy_from_slice(digest.as_ref());
    bytes
}
