//! What may leave an interface as a frame, whoever made it: the IP stack, or a program with a raw socket.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::filter::{ICMPV6_UNADDRESSED, chain};
use super::prefixes::{any_of, outermost};
use super::{Direction, Ethertype, Guard, METADATA, Sender};
use crate::objects::{Cidr, Mac};

/// DHCP servers and routers are the network's own.
pub(super) const SERVERS_OF_OTHERS: [&str; 3] = [
    "meta nfproto ipv4 udp sport 67 udp dport 68",
    "meta nfproto ipv6 udp sport 547 udp dport 546",
    "icmpv6 type 134",
];

/// Holds for what came through the IP stack alone, for there it got a route.
const ROUTED: &str = " meta rtclassid 0-0xffffffff";

/// All addresses that may be sent from, among them the link-local ones of all MACs.
pub(super) fn addresses(senders: &[Sender]) -> Vec<Cidr> {
    let own = senders.iter().map(|sender| sender.address);
    own.chain(senders.iter().map(|sender| link_local(sender.mac)))
        .collect()
}

/// A chain for each device at the last point before its driver.
pub(super) fn frames_table(guards: &[(String, Guard)], is_there: impl Fn(&str) -> bool, text: &mut String) {
    for (device, guard) in guards.iter().filter(|(device, _)| is_there(device)) {
        let mut lines = vec![format!(
            "type filter hook egress device \"{device}\" priority filter; policy accept;"
        )];
        lines.extend(frames(guard));
        chain(text, device, &lines);
    }
}

fn frames(guard: &Guard) -> Vec<String> {
    if !guard.enabled {
        return vec![
            format!("arp saddr ip {METADATA} drop"),
            format!("meta protocol ip ip saddr {METADATA} drop"),
        ];
    }
    let mut lines = vec![
        "meta protocol ip udp sport 67 udp dport 68 drop".to_owned(),
        "meta protocol ip6 udp sport 547 udp dport 546 drop".to_owned(),
        "meta protocol ip6 icmpv6 type 134 drop".to_owned(),
    ];
    let macs = by_mac(&guard.senders);
    for (mac, own) in &macs {
        lines.extend(ip_frames(guard, *mac, own));
        lines.push(arp_frames(*mac, own));
        lines.extend(announcements(*mac, own));
    }
    lines.push("meta protocol ip6 icmpv6 type 136 drop".to_owned());
    lines.push("meta protocol ip6 ip6 saddr :: icmpv6 type 135 drop".to_owned());
    for (mac, own) in &macs {
        lines.extend(ipv6_frames(guard, *mac, own));
    }
    lines.push("drop".to_owned());
    lines
}

fn by_mac(senders: &[Sender]) -> Vec<(Mac, Vec<Cidr>)> {
    let mut all: BTreeMap<[u8; 6], Vec<Cidr>> = BTreeMap::new();
    for sender in senders {
        let own = all
            .entry(sender.mac.0)
            .or_insert_with(|| vec![link_local(sender.mac)]);
        own.push(sender.address);
    }
    all.into_iter().map(|(mac, own)| (Mac(mac), own)).collect()
}

/// The type is compared in the frame and beside it: a raw socket may say one thing and send another.
fn frame(mac: Mac, protocol: &str, number: &str) -> String {
    format!(
        "meta protocol {protocol} @ll,48,48 0x{} @ll,96,16 {number}",
        hex::encode(mac.0)
    )
}

fn ip_frames(guard: &Guard, mac: Mac, own: &[Cidr]) -> Option<String> {
    let own = outermost(own, Ethertype::V4);
    let source = (!own.is_empty()).then(|| any_of(&own, Ethertype::V4))?;
    let routed = routed(guard, Ethertype::V4);
    Some(format!(
        "{} ip saddr {source}{routed} accept",
        frame(mac, "ip", "0x0800")
    ))
}

/// Who asks whether an address is free has none.
fn arp_frames(mac: Mac, own: &[Cidr]) -> String {
    let mut own = own.to_vec();
    own.push(single(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    let source = any_of(&outermost(&own, Ethertype::V4), Ethertype::V4);
    format!(
        "{} arp saddr ether {mac} arp saddr ip {source} accept",
        frame(mac, "arp", "0x0806")
    )
}

/// What claims an address: that one has it, or that one is about to have it.
fn announcements(mac: Mac, own: &[Cidr]) -> Vec<String> {
    let frame = frame(mac, "ip6", "0x86dd");
    let own = outermost(own, Ethertype::V6);
    let source = any_of(&own, Ethertype::V6);
    let of = |target: &Cidr| {
        let target = target_within(target);
        [
            format!("{frame} ip6 saddr {source} icmpv6 type 136{target} accept"),
            format!("{frame} ip6 saddr :: icmpv6 type 135{target} accept"),
        ]
    };
    own.iter().flat_map(of).collect()
}

fn ipv6_frames(guard: &Guard, mac: Mac, own: &[Cidr]) -> [String; 2] {
    let frame = frame(mac, "ip6", "0x86dd");
    let source = any_of(&outermost(own, Ethertype::V6), Ethertype::V6);
    let routed = routed(guard, Ethertype::V6);
    [
        format!("{frame} ip6 saddr :: icmpv6 type {ICMPV6_UNADDRESSED} accept"),
        format!("{frame} ip6 saddr {source}{routed} accept"),
    ]
}

/// Neighbour discovery speaks of an address, eight bytes into its message.
fn target_within(prefix: &Cidr) -> String {
    let IpAddr::V6(address) = prefix.address else {
        return String::new();
    };
    match prefix.prefix {
        0 => String::new(),
        length => format!(
            " @th,64,{length} {:#x}",
            address.to_bits() >> (128 - u32::from(length))
        ),
    }
}

/// Frames that went past the IP stack went past the egress rules: they pass when these let everything pass.
fn routed(guard: &Guard, ethertype: Ethertype) -> &'static str {
    let anything = guard.rules.iter().any(|rule| {
        let anybody = rule.remote.as_ref().is_none_or(|remote| {
            remote
                .iter()
                .any(|prefix| prefix.is_default() && ethertype.has(prefix))
        });
        rule.direction == Direction::Egress
            && rule.ethertype == ethertype
            && matches!(rule.protocol, None | Some(0))
            && anybody
    });
    if anything { "" } else { ROUTED }
}

/// Where frames cannot be filtered: what the kernel itself says by ARP.
pub(super) fn arp_table(guards: &[(String, Guard)], text: &mut String) {
    let mut lines = vec!["type filter hook output priority filter; policy accept;".to_owned()];
    for (device, guard) in guards {
        let on = format!("oifname \"{device}\" arp");
        if guard.enabled {
            let mut own = addresses(&guard.senders);
            own.push(single(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
            let own = any_of(&outermost(&own, Ethertype::V4), Ethertype::V4);
            lines.push(format!("{on} saddr ip != {own} drop"));
        } else {
            lines.push(format!("{on} saddr ip {METADATA} drop"));
        }
    }
    chain(text, "output", &lines);
}

fn single(address: IpAddr) -> Cidr {
    let prefix = if address.is_ipv4() { 32 } else { 128 };
    Cidr { address, prefix }
}

/// The address that an interface gives itself, by EUI-64.
fn link_local(mac: Mac) -> Cidr {
    let [a, b, c, d, e, f] = mac.0;
    let id = u64::from_be_bytes([a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    single(IpAddr::V6(Ipv6Addr::from_bits(0xfe80 << 112 | u128::from(id))))
}
