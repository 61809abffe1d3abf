//! A tar archive walked through as it passes: what each entry is, then its data, as the engine's own reader takes them.

use bytes::{Buf, Bytes, BytesMut};
use tar::{EntryType, Header};

use super::Error;
use super::pax::{Extension, is_extension};

pub(super) const BLOCK: usize = 512;
/// Nor does the engine take longer ones.
const LONGEST_EXTENSION: u64 = 1 << 20;

/// Fed piece by piece; holds a header or an extension of one, never data.
#[derive(Debug)]
pub(super) struct Walk {
    state: State,
    /// The part of a header or extension that has arrived.
    held: BytesMut,
    extension: Extension,
    begun: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Header,
    Extension {
        kind: EntryType,
        size: usize,
    },
    /// Further blocks of the map of an old sparse file, before its data.
    SparseMap {
        size: u64,
    },
    Data {
        left: u64,
        padding: usize,
    },
    Padding(usize),
    End,
}

/// What an archive says of one of its entries.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) path: Vec<u8>,
    /// Another name that a reader of sparse files would take.
    pub(super) alias: Option<Vec<u8>>,
    pub(super) kind: Kind,
    pub(super) link: Vec<u8>,
    /// Bytes of data that follow.
    pub(super) size: u64,
    /// What it is when its holes are filled.
    pub(super) real_size: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    File,
    Directory,
    Symlink,
    HardLink,
    Character(u32, u32),
    Block,
    Fifo,
    Other,
}

#[derive(Debug)]
pub(super) enum Event {
    Entry(Entry),
    Data(Bytes),
    EntryEnd,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            state: State::Header,
            held: BytesMut::new(),
            extension: Extension::default(),
            begun: false,
        }
    }
}

impl Walk {
    /// The next thing in `chunk`, which loses what was looked at; none when more is needed.
    pub(super) fn next(&mut self, chunk: &mut Bytes) -> Result<Option<Event>, Error> {
        loop {
            match self.state {
                State::End => {
                    chunk.clear();
                    return Ok(None);
                }
                State::Data { left: 0, padding } => {
                    self.state = State::Padding(padding);
                    return Ok(Some(Event::EntryEnd));
                }
                State::Data { .. } if chunk.is_empty() => return Ok(None),
                State::Data { left, padding } => {
                    let length = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
                    let left = left - length as u64;
                    self.state = State::Data { left, padding };
                    return Ok(Some(Event::Data(chunk.split_to(length))));
                }
                State::Padding(left) => {
                    let length = left.min(chunk.len());
                    chunk.advance(length);
                    self.state = State::Padding(left - length);
                    if length < left {
                        return Ok(None);
                    }
                    self.state = State::Header;
                }
                State::Header | State::Extension { .. } | State::SparseMap { .. } => {
                    let Some(block) = self.gather(chunk) else {
                        return Ok(None);
                    };
                    if let Some(entry) = self.complete(&block)? {
                        return Ok(Some(Event::Entry(entry)));
                    }
                }
            }
        }
    }

    /// The archive may end here: its end was seen, or it is between two entries.
    pub(super) fn may_end(&self) -> bool {
        let nothing_held = self.held.is_empty() && self.extension.is_empty();
        self.has_ended() || (matches!(self.state, State::Header | State::Padding(0)) && nothing_held)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state == State::End
    }

    /// Not even the first header was there.
    pub(super) fn has_nothing(&self) -> bool {
        !self.begun && self.state == State::Header
    }

    fn gather(&mut self, chunk: &mut Bytes) -> Option<Bytes> {
        let want = match self.state {
            State::Extension { size, .. } => padded(size),
            _ => BLOCK,
        };
        let taken = chunk.len().min(want - self.held.len());
        self.held.extend_from_slice(&chunk[..taken]);
        chunk.advance(taken);
        (self.held.len() == want).then(|| self.held.split().freeze())
    }

    fn complete(&mut self, block: &[u8]) -> Result<Option<Entry>, Error> {
        match self.state {
            State::Extension { kind, size } => {
                self.state = State::Header;
                self.extension.read(kind, &block[..size])?;
                Ok(None)
            }
            State::SparseMap { size } => {
                if block[504] == 0 {
                    self.state = data(size);
                }
                Ok(None)
            }
            _ => self.header(block),
        }
    }

    fn header(&mut self, block: &[u8]) -> Result<Option<Entry>, Error> {
        if block.iter().all(|byte| *byte == 0) {
            self.state = State::End;
            return Ok(None);
        }
        let header = self.checked(block)?;
        self.begun = true;
        let kind = header.entry_type();
        let size = header
            .entry_size()
            .map_err(|_| Error::Damaged("a size cannot be read"))?;
        if is_extension(kind) {
            self.begin_extension(kind, size)?;
            return Ok(None);
        }
        let extension = std::mem::take(&mut self.extension);
        let size = extension.size().unwrap_or(size);
        let path = extension
            .path()
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let old_directory = block[156] == 0 && path.ends_with(b"/");
        let size = if has_no_data(kind) || old_directory {
            0
        } else {
            size
        };
        self.state = data(size);
        let mut real_size = size.max(extension.real_size());
        if kind.is_gnu_sparse() {
            let sparse = header
                .as_gnu()
                .ok_or(Error::Damaged("a sparse file has no map"))?;
            let stated = sparse
                .real_size()
                .map_err(|_| Error::Damaged("a size cannot be read"))?;
            real_size = real_size.max(stated);
            if sparse.is_extended() {
                self.state = State::SparseMap { size };
            }
        }
        Ok(Some(Entry {
            kind: if old_directory {
                Kind::Directory
            } else {
                kind_of(&header)
            },
            link: extension.link().unwrap_or_else(|| link_of(&header)),
            alias: extension.alias(),
            path,
            size,
            real_size,
        }))
    }

    fn checked(&self, block: &[u8]) -> Result<Header, Error> {
        let mut header = Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        match header.cksum().ok() == Some(checksum(block)) {
            true => Ok(header),
            false if self.begun => Err(Error::Damaged("a header's checksum is wrong")),
            false => Err(Error::NotTar),
        }
    }

    fn begin_extension(&mut self, kind: EntryType, size: u64) -> Result<(), Error> {
        if size > LONGEST_EXTENSION {
            return Err(Error::Damaged("an extended header is too long"));
        }
        let size = usize::try_from(size).unwrap_or_default();
        if size == 0 {
            return self.extension.read(kind, &[]);
        }
        self.state = State::Extension { kind, size };
        Ok(())
    }
}

fn data(left: u64) -> State {
    let beyond = usize::try_from(left % BLOCK as u64).unwrap_or_default();
    State::Data {
        left,
        padding: (BLOCK - beyond) % BLOCK,
    }
}

/// Whatever size its header says.
fn has_no_data(kind: EntryType) -> bool {
    kind.is_dir()
        || kind.is_symlink()
        || kind.is_hard_link()
        || kind.is_character_special()
        || kind.is_block_special()
        || kind.is_fifo()
}

fn kind_of(header: &Header) -> Kind {
    let number = |number: std::io::Result<Option<u32>>| number.ok().flatten().unwrap_or(u32::MAX);
    match header.entry_type() {
        kind if kind.is_file() => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Link => Kind::HardLink,
        EntryType::Char => Kind::Character(number(header.device_major()), number(header.device_minor())),
        EntryType::Block => Kind::Block,
        EntryType::Fifo => Kind::Fifo,
        _ => Kind::Other,
    }
}

fn link_of(header: &Header) -> Vec<u8> {
    header
        .link_name_bytes()
        .map(|link| link.into_owned())
        .unwrap_or_default()
}

/// The sum of a header's bytes, its own checksum field taken as spaces.
fn checksum(block: &[u8]) -> u32 {
    let field = 148..156;
    let counted = |(at, byte): (usize, &u8)| if field.contains(&at) { 32 } else { u32::from(*byte) };
    block.iter().enumerate().map(counted).sum()
}

pub(super) fn padded(size: usize) -> usize {
    size.div_ceil(BLOCK) * BLOCK
}
