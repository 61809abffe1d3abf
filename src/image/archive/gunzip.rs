//! Takes gzip off a stream piece by piece, and stops before a small upload becomes a huge one.

use std::io::{self, BufRead, Read};

use bytes::{Buf, Bytes, BytesMut};
use flate2::bufread::MultiGzDecoder;

use super::Error;

/// Decompressed bytes handed on at once: the memory that one stream costs.
const PIECE: usize = 128 * 1024;
/// What any archive may expand to, however small it arrives …
const FREE: u64 = 1 << 30;
/// … and how much more per byte that arrives. Layers of real programs compress 2 to 5 times.
const RATIO: u64 = 100;

#[derive(Debug)]
pub(super) struct Gunzip {
    decoder: MultiGzDecoder<Feed>,
    read: u64,
    written: u64,
    free: u64,
}

/// What has arrived and was not decompressed yet.
#[derive(Debug, Default)]
struct Feed {
    chunk: Bytes,
    ended: bool,
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let have = self.fill_buf()?;
        let taken = have.len().min(into.len());
        into[..taken].copy_from_slice(&have[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for Feed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.chunk.is_empty() && !self.ended {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(&self.chunk)
    }

    fn consume(&mut self, amount: usize) {
        self.chunk.advance(amount);
    }
}

impl Gunzip {
    pub(super) fn new() -> Self {
        Self {
            decoder: MultiGzDecoder::new(Feed::default()),
            read: 0,
            written: 0,
            free: FREE,
        }
    }

    /// Only after [`Self::piece`] has asked for more.
    pub(super) fn feed(&mut self, chunk: Bytes) {
        self.read += chunk.len() as u64;
        self.decoder.get_mut().chunk = chunk;
    }

    pub(super) fn end(&mut self) {
        self.decoder.get_mut().ended = true;
    }

    /// The next decompressed bytes; none when it needs more, or has ended.
    pub(super) fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        let mut piece = BytesMut::zeroed(PIECE);
        match self.decoder.read(&mut piece) {
            Ok(0) => Ok(None),
            Ok(length) => {
                self.count(length)?;
                piece.truncate(length);
                Ok(Some(piece.freeze()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Error::Truncated),
            Err(error) => Err(Error::Gzip(error.to_string())),
        }
    }

    fn count(&mut self, length: usize) -> Result<(), Error> {
        self.written += length as u64;
        let limit = self.free + self.read.saturating_mul(RATIO);
        if self.written > limit {
            return Err(Error::Expands {
                read: self.read,
                limit,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::archive::tests::gzip;

    fn expanded(bomb: &[u8], free: u64) -> Result<u64, Error> {
        let mut gunzip = Gunzip {
            free,
            ..Gunzip::new()
        };
        gunzip.feed(Bytes::copy_from_slice(bomb));
        gunzip.end();
        while gunzip.piece()?.is_some() {}
        Ok(gunzip.written)
    }

    #[test]
    fn a_small_file_may_not_become_a_huge_one() {
        let zeros = 8 << 20;
        let bomb = gzip(&vec![0; zeros]);
        let limit = 1000 + bomb.len() as u64 * RATIO;
        assert!(limit < zeros as u64);
        let stopped = expanded(&bomb, 1000).unwrap_err();
        assert!(matches!(stopped, Error::Expands { limit: told, .. } if told == limit));
        assert_eq!(expanded(&bomb, FREE).unwrap(), zeros as u64);
    }
}
