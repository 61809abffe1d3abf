//! Makes what has to be random: the words that users are given, passwords and reservation ids, and seeds for servers.

use crate::objects::World;

const LENGTH: usize = 12;
/// Without what people confuse: 0 and O, 1, I and l.
const GROUPS: [&[u8]; 3] = [
    b"23456789",
    b"ABCDEFGHJKLMNPQRSTUVWXYZ",
    b"abcdefghijkmnopqrstuvwxyz",
];
const RESERVATION: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Twelve characters, with a digit, a capital and a small letter among them.
pub(super) fn generate(world: &dyn World) -> String {
    let symbols = GROUPS.concat();
    loop {
        let word = word(world, &symbols, LENGTH);
        if GROUPS
            .iter()
            .all(|group| word.bytes().any(|c| group.contains(&c)))
        {
            return word;
        }
    }
}

pub(super) fn reservation_id(world: &dyn World) -> String {
    format!("r-{}", word(world, RESERVATION, 8))
}

/// As many bytes as are asked for, each as random as the world's ids.
pub(super) fn random(world: &dyn World, length: usize) -> Vec<u8> {
    let bytes = std::iter::repeat_with(|| random_bytes(world)).flatten();
    bytes.take(length).collect()
}

fn word(world: &dyn World, symbols: &[u8], length: usize) -> String {
    let bytes = std::iter::repeat_with(|| random_bytes(world)).flatten();
    bytes
        .filter_map(|byte| symbol(symbols, byte))
        .map(char::from)
        .take(length)
        .collect()
}

/// Bytes above the last whole multiple are passed over, so that each symbol is as likely as any other.
fn symbol(symbols: &[u8], byte: u8) -> Option<u8> {
    let whole = 256 / symbols.len() * symbols.len();
    let byte = usize::from(byte);
    (byte < whole)
        .then(|| symbols.get(byte % symbols.len()).copied())
        .flatten()
}

/// The 14 bytes of a random UUID that are random through and through: 6 and 8 carry the version and the variant.
fn random_bytes(world: &dyn World) -> impl Iterator<Item = u8> {
    let bytes = world.uuid().into_bytes();
    bytes
        .into_iter()
        .enumerate()
        .filter(|(i, _)| *i != 6 && *i != 8)
        .map(|(_, byte)| byte)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::objects::SystemWorld;

    #[test]
    fn a_password_has_twelve_characters_of_every_group() {
        let passwords: BTreeSet<String> = (0..50).map(|_| generate(&SystemWorld)).collect();
        assert_eq!(passwords.len(), 50, "no two are alike");
        for password in passwords {
            assert_eq!(password.len(), 12);
            for group in GROUPS {
                assert!(password.bytes().any(|c| group.contains(&c)), "{password}");
            }
        }
    }

    #[test]
    fn every_symbol_comes_from_as_many_bytes_as_any_other() {
        let mut counts = vec![0; RESERVATION.len()];
        for symbol in (0..=255).filter_map(|byte| symbol(RESERVATION, byte)) {
            counts[RESERVATION.iter().position(|c| *c == symbol).unwrap()] += 1;
        }
        assert_eq!(counts, vec![7; 36]);
    }
}
