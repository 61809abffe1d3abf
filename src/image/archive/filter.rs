//! A tar archive taken apart as it passes: layers go through untouched, the documents that carry names do not.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::{Buf, Bytes, BytesMut};
use tar::{EntryType, Header, PaxExtensions};

use super::manifest;
use super::seen::{Seen, is_document};
use super::{ArchiveImage, Error};

const BLOCK: usize = 512;
/// Files up to this size are looked at whole: manifests and configurations are a few kilobytes.
const SMALL: u64 = 4 << 20;

/// Sits between an uploaded archive and the engine; knows what it must of one image.
#[derive(Debug)]
pub(super) struct Filter {
    state: State,
    /// The part of a header, extension or small file that has arrived.
    held: BytesMut,
    /// Blocks that speak of the entry after them, as they came, and what they said.
    extension: Extension,
    seen: Seen,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Header,
    Extension { kind: EntryType, size: usize },
    Small { size: usize },
    Passing { left: u64 },
    End,
}

#[derive(Debug, Default)]
struct Extension {
    raw: BytesMut,
    path: Option<String>,
    size: Option<u64>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            state: State::Header,
            held: BytesMut::new(),
            extension: Extension::default(),
            seen: Seen::default(),
        }
    }
}

impl Filter {
    pub(super) fn push(&mut self, mut chunk: Bytes, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        while !chunk.is_empty() {
            let want = match self.state {
                State::End => return Ok(()),
                State::Passing { left } => {
                    let part = chunk.split_to(usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len()));
                    self.passed(left - part.len() as u64);
                    out.extend([part]);
                    continue;
                }
                State::Header => BLOCK,
                State::Extension { size, .. } | State::Small { size } => padded(size),
            };
            let taken = chunk.len().min(want - self.held.len());
            self.held.extend_from_slice(&chunk[..taken]);
            chunk.advance(taken);
            if self.held.len() == want {
                self.complete(out)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut impl Extend<Bytes>) -> Result<ArchiveImage, Error> {
        let between = self.state == State::Header && self.held.is_empty() && self.extension.raw.is_empty();
        if self.state == State::Header && self.seen.files.is_empty() && !self.held.is_empty() {
            return Err(Error::NotTar);
        }
        if self.state != State::End && !(between && self.seen.manifest.is_some()) {
            return Err(Error::Truncated);
        }
        let image = self.seen.image()?;
        out.extend([Bytes::from_static(&[0; 2 * BLOCK])]);
        Ok(image)
    }

    fn passed(&mut self, left: u64) {
        self.state = if left == 0 {
            State::Header
        } else {
            State::Passing { left }
        };
    }

    fn complete(&mut self, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        match self.state {
            State::Header => self.header(out),
            State::Extension { kind, size } => self.extend(kind, size),
            State::Small { size } => self.small(size, out),
            State::Passing { .. } | State::End => Ok(()),
        }
    }

    fn header(&mut self, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        let block = self.held.split().freeze();
        if block.iter().all(|byte| *byte == 0) {
            self.state = State::End;
            return Ok(());
        }
        let header = self.read_header(&block)?;
        let kind = header.entry_type();
        let size = header
            .entry_size()
            .map_err(|_| Error::Damaged("a size cannot be read"))?;
        if is_extension(kind) {
            return self.begin_extension(kind, size, &block);
        }
        let size = self.extension.size.take().unwrap_or(size);
        let name = self.name(&header)?;
        self.seen.admit(&name, kind)?;
        self.begin_entry(name, kind, size, block, out)
    }

    fn read_header(&self, block: &[u8]) -> Result<Header, Error> {
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        let stated = header.cksum().ok();
        if stated != Some(checksum(block)) {
            return Err(if self.seen.files.is_empty() {
                Error::NotTar
            } else {
                Error::Damaged("a header's checksum is wrong")
            });
        }
        Ok(header)
    }

    fn begin_extension(&mut self, kind: EntryType, size: u64, block: &[u8]) -> Result<(), Error> {
        let size = usize::try_from(size).ok().filter(|size| *size as u64 <= SMALL);
        let size = size.ok_or(Error::Damaged("an extended header is too long"))?;
        self.extension.raw.extend_from_slice(block);
        self.state = State::Extension { kind, size };
        if size == 0 { self.extend(kind, 0) } else { Ok(()) }
    }

    /// An extended header is here; what it says is for the next entry.
    fn extend(&mut self, kind: EntryType, size: usize) -> Result<(), Error> {
        let body = self.held.split();
        self.extension.raw.extend_from_slice(&body);
        self.state = State::Header;
        let body = &body[..size];
        if kind.is_gnu_longname() {
            let text = body.split(|byte| *byte == 0).next().unwrap_or_default();
            self.extension.path = Some(String::from_utf8_lossy(text).into_owned());
        } else if kind.is_pax_local_extensions() {
            self.extension.read_pax(body)?;
        } else if kind.is_pax_global_extensions() {
            // Comments; readers that honour anything else in it are none of the engine's.
            self.extension = Extension::default();
        }
        Ok(())
    }

    fn name(&mut self, header: &Header) -> Result<String, Error> {
        let name = match self.extension.path.take() {
            Some(path) => path,
            None => String::from_utf8_lossy(&header.path_bytes()).into_owned(),
        };
        let name = name.trim_start_matches("./").trim_end_matches('/').to_owned();
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Error::Strange(name));
        }
        Ok(name)
    }

    fn begin_entry(
        &mut self,
        name: String,
        kind: EntryType,
        size: u64,
        block: Bytes,
        out: &mut impl Extend<Bytes>,
    ) -> Result<(), Error> {
        // Only files have data, whatever the header of another entry says; readers agree on that.
        let size = if kind.is_file() { size } else { 0 };
        match usize::try_from(size) {
            Ok(small) if kind.is_file() && size <= SMALL => {
                self.seen.current = name;
                self.extension.raw.extend_from_slice(&block);
                self.state = State::Small { size: small };
                if small == 0 { self.small(0, out) } else { Ok(()) }
            }
            _ => {
                if is_document(&name) {
                    return Err(Error::Strange(name));
                }
                self.seen.files.insert(name, None);
                let before = self.extension.raw.split().freeze();
                out.extend([before, block].into_iter().filter(|part| !part.is_empty()));
                self.passed(size.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64));
                Ok(())
            }
        }
    }

    /// A small file is here whole, with its header in `extension.raw`.
    fn small(&mut self, size: usize, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        let header = self.extension.raw.split().freeze();
        let data = self.held.split().freeze();
        let name = std::mem::take(&mut self.seen.current);
        self.state = State::Header;
        match name.as_str() {
            "repositories" => {}
            "manifest.json" => {
                let (manifest, json) = manifest::without_tags(&data[..size])?;
                self.seen.manifest = Some(manifest);
                out.extend(entry(&name, json)?);
            }
            "index.json" => {
                let (digest, json) = manifest::without_names(&data[..size])?;
                self.seen.manifest_digest = digest;
                out.extend(entry(&name, json)?);
            }
            _ => {
                let digest = digest(&SHA256, &data[..size]).as_ref().try_into().ok();
                self.seen.files.insert(name, digest);
                out.extend([header, data].into_iter().filter(|part| !part.is_empty()));
                return Ok(());
            }
        }
        self.seen.files.insert(name, None);
        Ok(())
    }
}

impl Extension {
    fn read_pax(&mut self, body: &[u8]) -> Result<(), Error> {
        for record in PaxExtensions::new(body) {
            let record = record.map_err(|_| Error::Damaged("an extended header cannot be read"))?;
            let value = String::from_utf8_lossy(record.value_bytes());
            match record.key_bytes() {
                b"path" => self.path = Some(value.into_owned()),
                b"size" => {
                    let size = value
                        .parse()
                        .map_err(|_| Error::Damaged("a size cannot be read"))?;
                    self.size = Some(size);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_extension(kind: EntryType) -> bool {
    kind.is_gnu_longname()
        || kind.is_gnu_longlink()
        || kind.is_pax_local_extensions()
        || kind.is_pax_global_extensions()
}

/// The sum of a header's bytes, its own checksum field taken as spaces.
fn checksum(block: &[u8]) -> u32 {
    let field = 148..156;
    let counted = |(at, byte): (usize, &u8)| if field.contains(&at) { 32 } else { u32::from(*byte) };
    block.iter().enumerate().map(counted).sum()
}

fn padded(size: usize) -> usize {
    size.div_ceil(BLOCK) * BLOCK
}

/// A file of our own writing, with its header and padding.
fn entry(name: &str, mut data: Vec<u8>) -> Result<[Bytes; 2], Error> {
    let mut header = Header::new_ustar();
    header
        .set_path(name)
        .map_err(|_| Error::Damaged("a name is too long"))?;
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(data.len() as u64);
    header.set_cksum();
    data.resize(padded(data.len()), 0);
    Ok([Bytes::copy_from_slice(header.as_bytes()), Bytes::from(data)])
}
