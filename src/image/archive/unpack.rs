//! Takes gzip, xz or zstd off a stream piece by piece, and stops before a small upload becomes a huge one.

use std::fmt;
use std::io::{self, BufRead, Read};

use bytes::{Buf, Bytes, BytesMut};
use flate2::bufread::MultiGzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};
use zstd::stream::read::Decoder as ZstdDecoder;

use super::Error;
use super::rules::Budget;

/// Decompressed bytes handed on at once: the memory that one stream costs.
const PIECE: usize = 128 * 1024;
/// What unpacking xz may take: a little more than `xz -9` needs.
const XZ_MEMORY: u64 = 80 << 20;
/// 2 to this power is the memory that unpacking zstd may take: what `zstd -19` needs, and eight times that.
const ZSTD_WINDOW: u32 = 26;

/// How a stream is compressed, as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Xz,
    Zstd,
    Bzip2,
}

impl Compression {
    /// None for what is not compressed. Six bytes are enough to know.
    pub(super) fn of(first: &[u8]) -> Option<Self> {
        match first {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            // A frame to be skipped comes first where zstd:chunked is written.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
        }
    }
}

pub(super) struct Unpacker {
    decoder: Decoder,
    compression: Compression,
    /// Whose compression it is, for people.
    what: String,
}

enum Decoder {
    Gzip(MultiGzDecoder<Feed>),
    Xz(XzDecoder<Feed>),
    Zstd(ZstdDecoder<'static, Feed>),
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacker")
            .field("compression", &self.compression)
            .field("what", &self.what)
            .finish_non_exhaustive()
    }
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

impl Unpacker {
    pub(super) fn new(compression: Compression, what: String) -> Result<Self, Error> {
        let unusable = |error: io::Error| Error::Compressed {
            what: what.clone(),
            by: compression.name(),
            reason: error.to_string(),
        };
        let decoder = match compression {
            Compression::Gzip => Decoder::Gzip(MultiGzDecoder::new(Feed::default())),
            Compression::Xz => {
                let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED);
                let stream = stream.map_err(|error| unusable(error.into()))?;
                Decoder::Xz(XzDecoder::new_stream(Feed::default(), stream))
            }
            Compression::Zstd => {
                let mut decoder = ZstdDecoder::with_buffer(Feed::default()).map_err(unusable)?;
                decoder.window_log_max(ZSTD_WINDOW).map_err(unusable)?;
                Decoder::Zstd(decoder)
            }
            Compression::Bzip2 => {
                return Err(Error::Compression {
                    what,
                    by: compression.name(),
                });
            }
        };
        Ok(Self {
            decoder,
            compression,
            what,
        })
    }

    /// Only after [`Self::piece`] has asked for more.
    pub(super) fn feed(&mut self, chunk: Bytes) {
        self.waiting().chunk = chunk;
    }

    pub(super) fn end(&mut self) {
        self.waiting().ended = true;
    }

    fn waiting(&mut self) -> &mut Feed {
        match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.get_mut(),
            Decoder::Xz(decoder) => decoder.get_mut(),
            Decoder::Zstd(decoder) => decoder.get_mut(),
        }
    }

    /// The next decompressed bytes; none when it needs more, or has ended.
    pub(super) fn piece(&mut self, budget: &mut Budget) -> Result<Option<Bytes>, Error> {
        let mut piece = BytesMut::zeroed(PIECE);
        let read = match &mut self.decoder {
            Decoder::Gzip(decoder) => decoder.read(&mut piece),
            Decoder::Xz(decoder) => decoder.read(&mut piece),
            Decoder::Zstd(decoder) => decoder.read(&mut piece),
        };
        match read {
            Ok(0) => Ok(None),
            Ok(length) => {
                budget.unpacked(length as u64, &self.what)?;
                piece.truncate(length);
                Ok(Some(piece.freeze()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Error::Truncated),
            Err(error) => Err(Error::Compressed {
                what: self.what.clone(),
                by: self.compression.name(),
                reason: error.to_string(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{gzip, xz, zstd};
    use super::*;
    use crate::image::archive::Rules;

    fn expanded(bomb: &[u8], rules: &Rules) -> Result<u64, Error> {
        let mut budget = Budget::new(rules);
        let compression = Compression::of(bomb).unwrap();
        let mut unpacker = Unpacker::new(compression, "the archive".to_owned())?;
        let mut written = 0;
        // As a network delivers it, so that every decoder has to wait in its middle.
        for chunk in bomb.chunks(1000) {
            budget.arrived(chunk.len());
            unpacker.feed(Bytes::copy_from_slice(chunk));
            while let Some(piece) = unpacker.piece(&mut budget)? {
                written += piece.len() as u64;
            }
        }
        unpacker.end();
        while let Some(piece) = unpacker.piece(&mut budget)? {
            written += piece.len() as u64;
        }
        Ok(written)
    }

    #[test]
    fn a_small_file_may_not_become_a_huge_one() {
        let size = 4 << 20;
        let zeros = vec![0; size];
        for bomb in [gzip(&zeros), xz(&zeros), zstd(&zeros)] {
            let few = Rules {
                free_bytes: 1000,
                ..Rules::default()
            };
            assert!(1000 + bomb.len() * 100 < size);
            let stopped = expanded(&bomb, &few).unwrap_err();
            assert!(
                matches!(&stopped, Error::Expands { what, .. } if what == "the archive"),
                "{stopped}"
            );
            let little = Rules {
                max_bytes: 1 << 20,
                ..Rules::default()
            };
            assert!(matches!(expanded(&bomb, &little), Err(Error::TooBig { limit, .. }) if limit == 1 << 20));
            let none = Rules {
                max_bytes: 0,
                max_ratio: 0,
                free_bytes: 0,
                ..Rules::default()
            };
            assert_eq!(expanded(&bomb, &none).unwrap(), size as u64);
        }
    }

    #[test]
    fn compression_that_was_cut_is_no_end() {
        let text = b"so much to say ".repeat(10_000);
        for whole in [gzip(&text), xz(&text), zstd(&text)] {
            assert_eq!(expanded(&whole, &Rules::default()).unwrap(), text.len() as u64);
            let cut = expanded(&whole[..whole.len() - 9], &Rules::default());
            assert!(matches!(cut, Err(Error::Truncated)), "{cut:?}");
        }
    }

    /// What was packed for a decoder with memory to spare asks for a gigabyte at once.
    #[test]
    fn unpacking_takes_no_more_memory_than_the_usual_levels_need() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(28).unwrap();
        io::Write::write_all(&mut encoder, &[7; 4 << 20]).unwrap();
        let greedy = encoder.finish().unwrap();
        assert!(matches!(
            expanded(&greedy, &Rules::default()),
            Err(Error::Compressed { by: "zstd", .. })
        ));
        let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
        options.dict_size(128 << 20);
        let mut filters = liblzma::stream::Filters::new();
        filters.lzma2(&options);
        let check = liblzma::stream::Check::Crc32;
        let stream = Stream::new_stream_encoder(&filters, check).unwrap();
        let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
        io::Write::write_all(&mut encoder, &[7; 1000]).unwrap();
        let greedy = encoder.finish().unwrap();
        assert!(matches!(
            expanded(&greedy, &Rules::default()),
            Err(Error::Compressed { by: "xz", .. })
        ));
    }
}
