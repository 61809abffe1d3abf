//! Address prefixes as nftables wants them: without overlaps, in sets.

use std::fmt::Write;

use super::Ethertype;
use crate::objects::Cidr;

impl Ethertype {
    /// The word for the protocol's headers.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::V4 => "ip",
            Self::V6 => "ip6",
        }
    }

    /// What holds for its packets.
    pub(super) fn packets(self) -> &'static str {
        match self {
            Self::V4 => "meta nfproto ipv4",
            Self::V6 => "meta nfproto ipv6",
        }
    }

    fn width(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    pub(super) fn has(self, prefix: &Cidr) -> bool {
        prefix.address.is_ipv4() == (self == Self::V4)
    }
}

/// Those of one protocol, each once, without host bits, and without those that are part of another.
pub(super) fn outermost(prefixes: &[Cidr], ethertype: Ethertype) -> Vec<Cidr> {
    let of_protocol = prefixes.iter().filter(|prefix| ethertype.has(prefix));
    let mut networks: Vec<Cidr> = of_protocol.map(Cidr::network).collect();
    networks.sort_by_key(|network| (network.address, network.prefix));
    // Prefixes overlap only by one containing the other, which then stands before it.
    networks.dedup_by(|inner, outer| outer.contains(inner.address));
    networks
}

/// As nft writes it: a single address without its length.
pub(super) fn shown(prefix: &Cidr, ethertype: Ethertype) -> String {
    if prefix.prefix == ethertype.width() {
        prefix.address.to_string()
    } else {
        prefix.to_string()
    }
}

/// What an address is compared with: one prefix, or a set of them. There must be one.
pub(super) fn any_of(prefixes: &[Cidr], ethertype: Ethertype) -> String {
    let all: Vec<String> = prefixes.iter().map(|prefix| shown(prefix, ethertype)).collect();
    match all.as_slice() {
        [only] => only.clone(),
        all => format!("{{ {} }}", all.join(", ")),
    }
}

/// The named sets of a ruleset: who has the same members shares them.
#[derive(Debug, Default)]
pub(super) struct Sets {
    sets: Vec<(Ethertype, Vec<Cidr>)>,
}

impl Sets {
    pub(super) fn name(&mut self, ethertype: Ethertype, members: Vec<Cidr>) -> String {
        let set = (ethertype, members);
        let known = self.sets.iter().position(|other| *other == set);
        let number = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        format!("remote{number}")
    }

    pub(super) fn define(&self, text: &mut String) {
        for (number, (ethertype, members)) in self.sets.iter().enumerate() {
            let kind = match ethertype {
                Ethertype::V4 => "ipv4_addr",
                Ethertype::V6 => "ipv6_addr",
            };
            let single = members.iter().all(|member| member.prefix == ethertype.width());
            let flags = if single { "" } else { " flags interval;" };
            let all: Vec<String> = members.iter().map(|member| shown(member, *ethertype)).collect();
            let all = all.join(", ");
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "  set remote{number} {{ type {kind};{flags} elements = {{ {all} }}; }}"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outermost_of(prefixes: &[&str], ethertype: Ethertype) -> Vec<String> {
        let prefixes: Vec<Cidr> = prefixes.iter().map(|text| text.parse().unwrap()).collect();
        outermost(&prefixes, ethertype)
            .iter()
            .map(Cidr::to_string)
            .collect()
    }

    #[test]
    fn prefixes_never_overlap() {
        let mixed = [
            "10.0.1.7/32",
            "fd00::1/128",
            "10.0.0.9/24",
            "10.0.0.0/25",
            "10.0.1.7/32",
            "10.0.0.255/32",
        ];
        assert_eq!(
            outermost_of(&mixed, Ethertype::V4),
            ["10.0.0.0/24", "10.0.1.7/32"]
        );
        assert_eq!(outermost_of(&mixed, Ethertype::V6), ["fd00::1/128"]);
        assert_eq!(
            outermost_of(&["10.0.0.1/32", "0.0.0.0/0"], Ethertype::V4),
            ["0.0.0.0/0"]
        );
        assert_eq!(outermost_of(&["fd00::5/128", "::1/0"], Ethertype::V6), ["::/0"]);
    }
}
