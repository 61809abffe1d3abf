//! Addresses as numbers: what lies in a range, what two ranges share, what comes next.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::records::Pool;
use crate::objects::{Cidr, Mac};

pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address with this number in the family of `like`; none when the family ends before it.
pub(super) fn address(number: u128, like: IpAddr) -> Option<IpAddr> {
    match like {
        IpAddr::V4(_) => u32::try_from(number)
            .ok()
            .map(|bits| Ipv4Addr::from_bits(bits).into()),
        IpAddr::V6(_) => Some(Ipv6Addr::from_bits(number).into()),
    }
}

pub(super) fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

pub(super) fn version(address: IpAddr) -> u8 {
    if address.is_ipv4() { 4 } else { 6 }
}

pub(super) fn first(range: &Cidr) -> u128 {
    number(range.network().address)
}

pub(super) fn last(range: &Cidr) -> u128 {
    first(range) | host_mask(width(range.address) - range.prefix.min(width(range.address)))
}

fn host_mask(bits: u8) -> u128 {
    1u128.checked_shl(bits.into()).map_or(u128::MAX, |size| size - 1)
}

pub(super) fn overlap(a: &Cidr, b: &Cidr) -> bool {
    a.address.is_ipv4() == b.address.is_ipv4() && first(a) <= last(b) && first(b) <= last(a)
}

pub(super) fn holds(outer: &Cidr, inner: &Cidr) -> bool {
    outer.address.is_ipv4() == inner.address.is_ipv4()
        && first(outer) <= first(inner)
        && last(inner) <= last(outer)
}

/// The numbers that machines can have: in IPv4 neither the network's own nor the broadcast address.
pub(super) fn hosts(range: &Cidr) -> (u128, u128) {
    let (first, last, spare) = (first(range), last(range), width(range.address) - range.prefix);
    match (range.address.is_ipv4(), spare) {
        (_, 0 | 1) => (first, last),
        (true, _) => (first + 1, last - 1),
        // The first one is every router's.
        (false, _) => (first + 1, last),
    }
}

pub(super) fn in_pool(pool: &Pool, number_of_it: u128) -> bool {
    (number(pool.start)..=number(pool.end)).contains(&number_of_it)
}

/// The first range of this prefix length in `outer` that shares nothing with `taken`.
pub(super) fn free_range(outer: &Cidr, prefix: u8, taken: &[Cidr]) -> Option<Cidr> {
    let size = host_mask(width(outer.address) - prefix);
    let mut start = first(outer);
    while start <= last(outer) {
        let range = Cidr {
            address: address(start, outer.address)?,
            prefix,
        };
        match taken
            .iter()
            .filter(|other| overlap(other, &range))
            .map(last)
            .max()
        {
            None => return Some(range),
            Some(end) => start = (end.max(start | size)).checked_add(1)?,
        }
        start = start.checked_add(size)? & !size;
    }
    None
}

/// Neighbours and overlaps made one, as far as a prefix can say it.
pub(super) fn compact(mut ranges: Vec<Cidr>) -> Vec<Cidr> {
    ranges.sort_by_key(|range| (first(range), range.prefix));
    let mut compacted: Vec<Cidr> = Vec::new();
    for range in ranges {
        if compacted.iter().any(|outer| holds(outer, &range)) {
            continue;
        }
        compacted.push(range);
        while let Some(joined) = join_last_two(&compacted) {
            compacted.truncate(compacted.len() - 2);
            compacted.push(joined);
        }
    }
    compacted
}

fn join_last_two(ranges: &[Cidr]) -> Option<Cidr> {
    let [.., a, b] = ranges else { return None };
    let prefix = a.prefix.checked_sub(1)?;
    let outer = Cidr { prefix, ..*a }.network();
    let halves = a.prefix == b.prefix && first(&outer) == first(a) && last(&outer) == last(b);
    (halves && last(a) + 1 == first(b)).then_some(outer)
}

/// The address that a machine with this MAC gives itself.
pub(super) fn eui64(range: &Cidr, mac: Mac) -> Option<IpAddr> {
    let [a, b, c, d, e, f] = mac.0;
    let host = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    address(first(range) | u128::from(host), range.address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    fn ranges(texts: &[&str]) -> Vec<Cidr> {
        texts.iter().map(|text| range(text)).collect()
    }

    #[test]
    fn the_first_free_range_is_found_between_those_that_are_taken() {
        let free = |prefix, taken: &[&str]| free_range(&range("10.0.0.0/16"), prefix, &ranges(taken));
        assert_eq!(free(24, &[]), Some(range("10.0.0.0/24")));
        assert_eq!(free(24, &["10.0.0.0/25"]), Some(range("10.0.1.0/24")));
        assert_eq!(
            free(24, &["10.0.0.0/24", "10.0.2.0/24"]),
            Some(range("10.0.1.0/24"))
        );
        assert_eq!(free(17, &["10.0.3.0/24"]), Some(range("10.0.128.0/17")));
        assert_eq!(free(16, &["10.0.3.0/24"]), None);
        assert_eq!(
            free_range(&range("255.255.255.0/24"), 25, &ranges(&["255.255.255.0/24"])),
            None
        );
        assert_eq!(
            free_range(&range("fd00::/32"), 64, &ranges(&["fd00::/33"])),
            Some(range("fd00:0:8000::/64"))
        );
    }

    #[test]
    fn neighbours_become_one_range() {
        let compacted = |texts: &[&str]| compact(ranges(texts));
        assert_eq!(
            compacted(&["10.0.1.0/24", "10.0.0.0/24"]),
            ranges(&["10.0.0.0/23"])
        );
        assert_eq!(
            compacted(&["10.0.1.0/24", "10.0.2.0/24"]),
            ranges(&["10.0.1.0/24", "10.0.2.0/24"])
        );
        assert_eq!(
            compacted(&["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/23", "10.0.0.128/25"]),
            ranges(&["10.0.0.0/22"])
        );
    }

    #[test]
    fn a_mac_makes_an_address() {
        let mac = "fa:16:3e:01:02:03".parse().unwrap();
        assert_eq!(
            eui64(&range("fd00::/64"), mac),
            Some("fd00::f816:3eff:fe01:203".parse().unwrap())
        );
    }

    #[test]
    fn machines_have_neither_the_first_nor_the_last_address_of_ipv4() {
        let hosts = |text| {
            let range = range(text);
            let (first, last) = hosts(&range);
            [first, last].map(|number| address(number, range.address).unwrap().to_string())
        };
        assert_eq!(hosts("10.0.0.0/24"), ["10.0.0.1", "10.0.0.254"]);
        assert_eq!(hosts("10.0.0.0/31"), ["10.0.0.0", "10.0.0.1"]);
        assert_eq!(hosts("10.0.0.7/32"), ["10.0.0.7", "10.0.0.7"]);
        assert_eq!(hosts("fd00::/126"), ["fd00::1", "fd00::3"]);
        assert_eq!(hosts("0.0.0.0/0"), ["0.0.0.1", "255.255.255.254"]);
    }
}
