//! Undoes gzip, as far as there is room for what comes of it.

use std::cell::Cell;
use std::io::Read;

use flate2::read::MultiGzDecoder;

/// All that one `user_data` has in gzip may come to this: many times what anybody writes, and little to a host.
pub(super) const LARGEST: usize = 1 << 20;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What is in gzip comes to more than there is room for.
#[derive(Debug, PartialEq)]
pub(super) struct TooLarge;

/// What is left of the room.
#[derive(Debug)]
pub(super) struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(LARGEST))
    }
}

impl Room {
    /// Nothing of what is no gzip, or broken.
    pub(super) fn inflated(&self, bytes: &[u8]) -> Result<Option<Vec<u8>>, TooLarge> {
        if !bytes.starts_with(&MAGIC) {
            return Ok(None);
        }
        let left = self.0.get();
        let mut plain = Vec::new();
        let most = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(1);
        let read = MultiGzDecoder::new(bytes).take(most).read_to_end(&mut plain);
        let rest = left.checked_sub(plain.len()).ok_or(TooLarge)?;
        // What is broken has cost its time, too.
        self.0.set(rest);
        Ok(read.is_ok().then_some(plain))
    }
}

#[cfg(test)]
pub(super) fn deflated(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_undone_and_nothing_else() {
        let room = Room::default();
        assert_eq!(
            room.inflated(&deflated(b"tty: true")),
            Ok(Some(b"tty: true".to_vec()))
        );
        assert_eq!(room.inflated(b"tty: true"), Ok(None));
        assert_eq!(room.inflated(b"\x1f\x8b\x08\x00\x00"), Ok(None));
        let whole = deflated(&[7; 1000]);
        assert_eq!(room.inflated(&whole[..whole.len() - 5]), Ok(None));
    }

    #[test]
    fn a_bomb_ends_where_the_room_does_and_several_share_it() {
        let bomb = deflated(&vec![0; LARGEST + 1]);
        assert_eq!(Room::default().inflated(&bomb), Err(TooLarge));
        let room = Room::default();
        let half = deflated(&vec![0; LARGEST / 2 + 1]);
        assert!(room.inflated(&half).unwrap().is_some());
        assert_eq!(room.inflated(&half), Err(TooLarge));
    }
}
