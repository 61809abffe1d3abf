//! From the bytes as they were uploaded to the bytes as the engine gets them, one piece at a time.

use bytes::{Bytes, BytesMut};

use super::filter::Filter;
use super::rules::Budget;
use super::unpack::{Compression, Unpacker};
use super::{ArchiveImage, Error, Rules};

/// Enough to tell compressions and disk images apart.
const MAGIC: usize = 8;
/// Taken from what is not compressed at once: nobody waits long for one piece to be looked through.
const PIECE: usize = 256 << 10;

/// Reads an archive that arrives in pieces of any size. It does no I/O and waits for nothing.
///
/// Feed it, then take pieces until there is none; feed the next. After `end` take the last pieces and `finish`.
#[derive(Debug)]
pub(crate) struct Reader {
    source: Source,
    budget: Budget,
    filter: Filter,
}

#[derive(Debug)]
enum Source {
    /// The first bytes, until there are enough to know.
    Unknown(BytesMut),
    Plain(Bytes),
    Packed(Box<Unpacker>),
}

impl Reader {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            source: Source::Unknown(BytesMut::new()),
            budget: Budget::new(&rules),
            filter: Filter::new(rules),
        }
    }

    pub(crate) fn feed(&mut self, chunk: Bytes) -> Result<(), Error> {
        self.budget.arrived(chunk.len());
        match &mut self.source {
            Source::Plain(waiting) => *waiting = chunk,
            Source::Packed(unpacker) => unpacker.feed(chunk),
            Source::Unknown(first) if first.is_empty() && chunk.len() >= MAGIC => {
                self.source = recognise(chunk)?;
            }
            Source::Unknown(first) => {
                first.extend_from_slice(&chunk);
                if first.len() >= MAGIC {
                    self.source = recognise(first.split().freeze())?;
                }
            }
        }
        Ok(())
    }

    /// Nothing more will be fed.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        match &mut self.source {
            Source::Packed(unpacker) => unpacker.end(),
            Source::Unknown(first) if first.is_empty() => return Err(Error::Empty),
            Source::Unknown(_) => return Err(Error::NotTar),
            Source::Plain(_) => {}
        }
        Ok(())
    }

    /// Appends what is ready to `out`; `false` when it needs to be fed.
    pub(crate) fn advance(&mut self, out: &mut impl Extend<Bytes>) -> Result<bool, Error> {
        let piece = match &mut self.source {
            Source::Unknown(_) => None,
            Source::Plain(waiting) if waiting.is_empty() => None,
            Source::Plain(waiting) => {
                let piece = waiting.split_to(waiting.len().min(PIECE));
                self.budget.unpacked(piece.len() as u64, WHAT)?;
                Some(piece)
            }
            Source::Packed(unpacker) => unpacker.piece(&mut self.budget)?,
        };
        match piece {
            Some(piece) => self.filter.push(piece, &mut self.budget, out).map(|()| true),
            None => Ok(false),
        }
    }

    /// Judges the whole; the end of the archive is appended only if it is good, so that a bad one is never loaded.
    pub(crate) fn finish(&mut self, out: &mut impl Extend<Bytes>) -> Result<ArchiveImage, Error> {
        self.filter.finish(out)
    }
}

/// What the whole is called in errors.
const WHAT: &str = "the archive";

fn recognise(first: Bytes) -> Result<Source, Error> {
    let disk = match first.as_ref() {
        [b'Q', b'F', b'I', 0xfb, ..] => Some("qcow2"),
        [b'K', b'D', b'M', b'V', ..] => Some("vmdk"),
        b if b.starts_with(b"vhdxfile") => Some("vhdx"),
        b if b.starts_with(b"conectix") => Some("vhd"),
        b if b.starts_with(b"<<< ") => Some("vdi"),
        _ => None,
    };
    if let Some(format) = disk {
        return Err(Error::DiskImage(format));
    }
    match Compression::of(&first) {
        Some(compression) => {
            let mut unpacker = Box::new(Unpacker::new(compression, WHAT.to_owned())?);
            unpacker.feed(first);
            Ok(Source::Packed(unpacker))
        }
        None => Ok(Source::Plain(first)),
    }
}
