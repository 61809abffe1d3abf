//! What stands before an entry because its header has no room for it: GNU's long names, and PAX records.

use tar::EntryType;

use super::Error;

/// What the next entry is told. As the engine reads them, a second PAX header replaces the first, and GNU's names win.
#[derive(Debug, Default)]
pub(super) struct Extension {
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    pax: Option<Pax>,
}

#[derive(Debug, Default)]
struct Pax {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    sparse_name: Option<Vec<u8>>,
    real_size: u64,
}

impl Extension {
    pub(super) fn is_empty(&self) -> bool {
        self.long_name.is_none() && self.long_link.is_none() && self.pax.is_none()
    }

    pub(super) fn read(&mut self, kind: EntryType, body: &[u8]) -> Result<(), Error> {
        let text = || body.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        if kind.is_gnu_longname() {
            self.long_name = Some(text());
        } else if kind.is_gnu_longlink() {
            self.long_link = Some(text());
        } else if kind.is_pax_local_extensions() {
            self.pax = Some(Pax::read(body)?);
        } else {
            // For all entries: the engine takes it for an entry by itself, and begins anew after it.
            *self = Self::default();
        }
        Ok(())
    }

    pub(super) fn path(&self) -> Option<Vec<u8>> {
        let pax = || self.pax.as_ref()?.path.clone();
        self.long_name
            .clone()
            .filter(|name| !name.is_empty())
            .or_else(pax)
    }

    pub(super) fn link(&self) -> Option<Vec<u8>> {
        let pax = || self.pax.as_ref()?.link.clone();
        self.long_link
            .clone()
            .filter(|name| !name.is_empty())
            .or_else(pax)
    }

    pub(super) fn alias(&self) -> Option<Vec<u8>> {
        self.pax.as_ref()?.sparse_name.clone()
    }

    pub(super) fn size(&self) -> Option<u64> {
        self.pax.as_ref()?.size
    }

    pub(super) fn real_size(&self) -> u64 {
        self.pax.as_ref().map_or(0, |pax| pax.real_size)
    }
}

impl Pax {
    fn read(mut body: &[u8]) -> Result<Self, Error> {
        let mut pax = Self::default();
        while !body.is_empty() {
            let (key, value, rest) =
                record(body).ok_or(Error::Damaged("an extended header cannot be read"))?;
            pax.take(key, value)?;
            body = rest;
        }
        Ok(pax)
    }

    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let size = || {
            let text = std::str::from_utf8(value).ok();
            let size = text.and_then(|text| text.parse::<u64>().ok());
            size.ok_or(Error::Damaged("a size cannot be read"))
        };
        match key {
            // An empty value leaves what the header says.
            _ if value.is_empty() => {}
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link = Some(value.to_vec()),
            b"size" => self.size = Some(size()?),
            b"GNU.sparse.name" => self.sparse_name = Some(value.to_vec()),
            b"GNU.sparse.size" | b"GNU.sparse.realsize" => self.real_size = self.real_size.max(size()?),
            _ => {}
        }
        Ok(())
    }
}

/// `27 key=value with any bytes\n`, where the number counts all of it; and what is after it.
fn record(body: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = body.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&body[..space]).ok()?.parse().ok()?;
    let (record, rest) = body.split_at_checked(length)?;
    let pair = record.get(space + 1..)?.strip_suffix(b"\n")?;
    let equals = pair.iter().position(|byte| *byte == b'=')?;
    Some((&pair[..equals], &pair[equals + 1..], rest))
}

pub(super) fn is_extension(kind: EntryType) -> bool {
    kind.is_gnu_longname()
        || kind.is_gnu_longlink()
        || kind.is_pax_local_extensions()
        || kind.is_pax_global_extensions()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_and_may_hold_any_byte() {
        let body = b"14 key=a\nb\x00=c\n10 path=x\n";
        let (key, value, rest) = record(body).unwrap();
        assert_eq!((key, value), (&b"key"[..], &b"a\nb\x00=c"[..]));
        assert_eq!(record(rest).unwrap().1, b"x");
        for broken in [&b"8 path=x\n"[..], b"99 path=x\n", b"x path=x\n", b"10", b""] {
            assert!(record(broken).is_none(), "{broken:?}");
        }
    }
}
