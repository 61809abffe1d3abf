//! An archive taken apart as it passes: the data of its files goes through untouched under headers of our own writing, and
//! the documents that carry names are written anew at its end.

use bytes::{Bytes, BytesMut};
use tar::Header;

use super::contents::{Contents, is_document};
use super::layer::Arriving;
use super::rules::Budget;
use super::walk::{BLOCK, Entry, Event, Walk, padded};
use super::{ArchiveImage, Error, Rules};

/// Sits between an uploaded archive and the engine; knows what it must of one image.
///
/// The engine never sees a header that was uploaded, so no two readers of it can disagree. A layout of OCI needs no more
/// than that either: its files are what they are, and a `manifest.json` after them tells the engine which is which.
#[derive(Debug)]
pub(super) struct Filter {
    rules: Rules,
    walk: Walk,
    contents: Contents,
    current: Option<Current>,
}

/// The file whose data is arriving.
#[derive(Debug)]
enum Current {
    Document {
        name: String,
        json: BytesMut,
    },
    Passing {
        name: String,
        size: u64,
        arriving: Box<Arriving>,
    },
}

impl Filter {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            walk: Walk::default(),
            contents: Contents::default(),
            current: None,
        }
    }

    pub(super) fn push(
        &mut self,
        mut chunk: Bytes,
        budget: &mut Budget,
        out: &mut impl Extend<Bytes>,
    ) -> Result<(), Error> {
        while let Some(event) = self.walk.next(&mut chunk)? {
            match event {
                Event::Entry(entry) => self.begin(&entry, out)?,
                Event::Data(data) => self.pass(data, budget, out)?,
                Event::EntryEnd => self.end(budget, out)?,
            }
        }
        Ok(())
    }

    fn begin(&mut self, entry: &Entry, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        let Some(name) = self.contents.admit(entry)? else {
            return Ok(());
        };
        self.current = Some(if is_document(&name) {
            Current::Document {
                name,
                json: BytesMut::new(),
            }
        } else {
            out.extend([header(&name, entry.size)?]);
            Current::Passing {
                name,
                size: entry.size,
                arriving: Box::new(Arriving::new(entry.size)),
            }
        });
        Ok(())
    }

    fn pass(&mut self, data: Bytes, budget: &mut Budget, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        match &mut self.current {
            Some(Current::Document { json, .. }) => json.extend_from_slice(&data),
            Some(Current::Passing { name, arriving, .. }) => {
                arriving.push(&data, name, budget)?;
                out.extend([data]);
            }
            None => {}
        }
        Ok(())
    }

    fn end(&mut self, budget: &mut Budget, out: &mut impl Extend<Bytes>) -> Result<(), Error> {
        match self.current.take() {
            Some(Current::Document { name, json }) => self.contents.read_document(&name, &json),
            Some(Current::Passing { name, size, arriving }) => {
                out.extend(padding(size));
                let content = arriving.finish(&name, budget)?;
                self.contents.learn(&name, content)
            }
            None => Ok(()),
        }
    }

    /// Judges the whole; the end of the archive is appended only if it is good, so that a bad one is never loaded.
    pub(super) fn finish(&mut self, out: &mut impl Extend<Bytes>) -> Result<ArchiveImage, Error> {
        if self.walk.has_nothing() {
            return Err(Error::NotTar);
        }
        if !self.walk.may_end() {
            return Err(Error::Truncated);
        }
        let whole = self.contents.whole(&self.rules).map_err(|error| match error {
            // It may have been cut between two entries.
            Error::Missing(_) | Error::NoManifest if !self.walk.has_ended() => Error::Truncated,
            error => error,
        })?;
        let documents = [
            whole.index.map(|json| ("index.json", json)),
            Some(("manifest.json", whole.manifest)),
        ];
        for (name, json) in documents.into_iter().flatten() {
            let size = json.len() as u64;
            out.extend([header(name, size)?, Bytes::from(json)]);
            out.extend(padding(size));
        }
        out.extend([Bytes::from_static(&[0; 2 * BLOCK])]);
        Ok(whole.image)
    }
}

/// The header of a file, which says of it no more than its name and its size.
fn header(name: &str, size: u64) -> Result<Bytes, Error> {
    let mut header = Header::new_ustar();
    header
        .set_path(name)
        .map_err(|_| Error::Strange(name.to_owned()))?;
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_cksum();
    Ok(Bytes::copy_from_slice(header.as_bytes()))
}

fn padding(size: u64) -> Option<Bytes> {
    const ZEROS: [u8; BLOCK] = [0; BLOCK];
    let beyond = usize::try_from(size % BLOCK as u64).unwrap_or_default();
    (beyond > 0).then(|| Bytes::from_static(&ZEROS[..padded(beyond) - beyond]))
}
