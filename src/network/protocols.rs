//! IP protocols by the names that Neutron knows, and by IANA's numbers.

pub(super) const NUMBERS: [(&str, u8); 25] = [
    ("ah", 51),
    ("dccp", 33),
    ("egp", 8),
    ("esp", 50),
    ("gre", 47),
    ("hopopt", 0),
    ("icmp", 1),
    ("igmp", 2),
    ("ip", 0),
    ("ipip", 4),
    ("ipv6-encap", 41),
    ("ipv6-frag", 44),
    ("ipv6-icmp", 58),
    ("icmpv6", 58),
    ("ipv6-nonxt", 59),
    ("ipv6-opts", 60),
    ("ipv6-route", 43),
    ("ospf", 89),
    ("pgm", 113),
    ("rsvp", 46),
    ("sctp", 132),
    ("tcp", 6),
    ("udp", 17),
    ("udplite", 136),
    ("vrrp", 112),
];

/// Of a name, or of a number as text.
pub(super) fn number(name: &str) -> Option<u8> {
    let known = NUMBERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map_or_else(|| name.parse().ok(), |(_, number)| Some(*number))
}
