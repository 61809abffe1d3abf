//! From the bytes as they were uploaded to the bytes as the engine gets them, one piece at a time.

use bytes::{Bytes, BytesMut};

use super::filter::Filter;
use super::gunzip::Gunzip;
use super::{ArchiveImage, Error};

/// Enough to tell the compressions apart.
const MAGIC: usize = 6;

/// Reads an archive that arrives in pieces of any size. It does no I/O and waits for nothing.
///
/// Feed it, then take pieces until there is none; feed the next. After `end` take the last pieces and `finish`.
#[derive(Debug)]
pub(crate) struct Reader {
    source: Source,
    filter: Filter,
}

#[derive(Debug)]
enum Source {
    /// The first bytes, until there are enough to know.
    Unknown(BytesMut),
    Plain(Option<Bytes>),
    Gzip(Box<Gunzip>),
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            source: Source::Unknown(BytesMut::new()),
            filter: Filter::default(),
        }
    }
}

impl Reader {
    pub(crate) fn feed(&mut self, chunk: Bytes) -> Result<(), Error> {
        match &mut self.source {
            Source::Plain(waiting) => *waiting = Some(chunk),
            Source::Gzip(gunzip) => gunzip.feed(chunk),
            Source::Unknown(first) if first.is_empty() && chunk.len() >= MAGIC => {
                self.source = recognise(chunk)?
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
            Source::Gzip(gunzip) => gunzip.end(),
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
            Source::Plain(waiting) => waiting.take(),
            Source::Gzip(gunzip) => gunzip.piece()?,
        };
        match piece {
            Some(piece) => self.filter.push(piece, out).map(|()| true),
            None => Ok(false),
        }
    }

    /// Judges the whole; the end of the archive is appended only if it is good, so that a bad one is never loaded.
    pub(crate) fn finish(&mut self, out: &mut impl Extend<Bytes>) -> Result<ArchiveImage, Error> {
        self.filter.finish(out)
    }
}

fn recognise(first: Bytes) -> Result<Source, Error> {
    match first.as_ref() {
        [0x1f, 0x8b, ..] => {
            let mut gunzip = Box::new(Gunzip::new());
            gunzip.feed(first);
            Ok(Source::Gzip(gunzip))
        }
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Err(Error::Compression("xz")),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Err(Error::Compression("bzip2")),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err(Error::Compression("zstd")),
        _ => Ok(Source::Plain(Some(first))),
    }
}
