//! What the IP stack may send, receive and forward: the rules of security groups, with connections remembered.

use std::fmt::Write;

use super::prefixes::{Sets, any_of, outermost};
use super::{Direction, Ethertype, Guard, METADATA, Rule};
use crate::network::firewall::link;

/// Neighbour discovery and multicast listening, without which nobody is found: in, and out.
const ICMPV6_IN: &str = "{ 130-132, 135, 136 }";
const ICMPV6_OUT: &str = "{ 130-133, 135, 136, 143 }";
/// Asked before one has an address.
pub(super) const ICMPV6_UNADDRESSED: &str = "{ 131, 135, 143 }";

const ICMP: u8 = 1;
const ICMPV6: u8 = 58;
/// TCP, UDP, DCCP, SCTP and UDP-Lite.
const WITH_PORTS: [u8; 5] = [6, 17, 33, 132, 136];

/// The chains of all devices; an interface that is not among them passes nothing.
pub(super) fn table(guards: &[(String, Guard)], text: &mut String) {
    let mut sets = Sets::default();
    let mut chains = String::new();
    for (device, guard) in guards {
        device_chains(device, guard, &mut sets, &mut chains);
    }
    sets.define(text);
    text.push_str(&chains);
    base_chains(guards, text);
}

fn device_chains(device: &str, guard: &Guard, sets: &mut Sets, text: &mut String) {
    if !guard.enabled {
        chain(text, &format!("{device}-in"), &[]);
        chain(text, &format!("{device}-out"), &[]);
        return;
    }
    for direction in [Direction::Ingress, Direction::Egress] {
        let name = format!("{device}-{}", word(direction));
        chain(text, &name, &allowed(guard, direction, sets));
    }
    chain(text, &format!("{device}-in"), &arriving(device));
    chain(text, &format!("{device}-out"), &leaving(device, guard));
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    }
}

/// Judges a connection by its first packet, whichever of its packets this is. Returns when it may be.
fn allowed(guard: &Guard, direction: Direction, sets: &mut Sets) -> Vec<String> {
    let mut lines = vec![
        "ct state invalid drop".to_owned(),
        // A connection that was forgotten is not begun anew from its middle, where either end may seem to begin it.
        "tcp flags & (fin | syn | rst | ack) != syn ct state new drop".to_owned(),
    ];
    for rule in guard.rules.iter().filter(|rule| rule.direction == direction) {
        let line = condition(rule, sets).map(|condition| format!("{condition} return"));
        lines.extend(line.filter(|line| !lines.contains(line)));
    }
    lines.push("drop".to_owned());
    lines
}

/// `None` when it can never hold.
fn condition(rule: &Rule, sets: &mut Sets) -> Option<String> {
    let remote = remote(rule, sets)?;
    let Some(protocol) = protocol(rule) else {
        return Some(remote);
    };
    let Some((first, last)) = tuple_ports(rule, protocol) else {
        return Some(format!("{remote} ct original protocol {protocol}"));
    };
    let ports = if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    };
    // The packet's own protocol too: an error about a connection belongs to it and has another.
    Some(format!(
        "{remote} meta l4proto {protocol} ct original protocol {protocol} ct original proto-dst {ports}"
    ))
}

fn remote(rule: &Rule, sets: &mut Sets) -> Option<String> {
    let family = rule.ethertype.packets();
    let Some(remote) = &rule.remote else {
        return Some(family.to_owned());
    };
    let members = outermost(remote, rule.ethertype);
    if members.first()?.is_default() {
        return Some(family.to_owned());
    }
    let header = rule.ethertype.header();
    let side = match rule.direction {
        Direction::Ingress => "saddr",
        Direction::Egress => "daddr",
    };
    let name = sets.name(rule.ethertype, members);
    Some(format!("ct original {header} {side} @{name}"))
}

/// Zero is any, and the ICMP of IPv6 is a protocol of its own, as Neutron has it.
fn protocol(rule: &Rule) -> Option<u8> {
    match (rule.ethertype, rule.protocol?) {
        (_, 0) => None,
        (Ethertype::V6, ICMP) => Some(ICMPV6),
        (_, protocol) => Some(protocol),
    }
}

/// First and last of what connection tracking keeps as the destination port: of ICMP that is type and code.
fn tuple_ports(rule: &Rule, protocol: u8) -> Option<(u16, u16)> {
    let min = rule.min?;
    match protocol {
        ICMP | ICMPV6 => {
            let kind = (min & 0xff) << 8;
            Some(match rule.max {
                Some(code) => (kind | (code & 0xff), kind | (code & 0xff)),
                None => (kind, kind | 0xff),
            })
        }
        _ if WITH_PORTS.contains(&protocol) => Some((min, rule.max.unwrap_or(u16::MAX))),
        _ => None,
    }
}

fn arriving(device: &str) -> Vec<String> {
    vec![
        format!("icmpv6 type {ICMPV6_IN} return"),
        "icmpv6 type 134 ip6 saddr fe80::/10 return".to_owned(),
        format!("ct direction reply goto {device}-egress"),
        format!("goto {device}-ingress"),
    ]
}

fn leaving(device: &str, guard: &Guard) -> Vec<String> {
    let mut lines = vec![format!("ip6 saddr :: icmpv6 type {ICMPV6_UNADDRESSED} return")];
    for ethertype in [Ethertype::V4, Ethertype::V6] {
        lines.extend(own_source(guard, ethertype));
    }
    lines.extend(link::SERVERS_OF_OTHERS.map(|refused| format!("{refused} drop")));
    lines.extend([
        format!("icmpv6 type {ICMPV6_OUT} return"),
        format!("ct direction reply goto {device}-ingress"),
        format!("goto {device}-egress"),
    ]);
    lines
}

fn own_source(guard: &Guard, ethertype: Ethertype) -> Option<String> {
    let own = outermost(&link::addresses(&guard.senders), ethertype);
    let header = ethertype.header();
    match own.first() {
        None => Some(format!("{} drop", ethertype.packets())),
        Some(first) if first.is_default() => None,
        Some(_) => Some(format!("{header} saddr != {} drop", any_of(&own, ethertype))),
    }
}

/// Where packets come by. The chains that are jumped to return when it may pass.
fn base_chains(guards: &[(String, Guard)], text: &mut String) {
    let known = "ct mark $rules accept";
    let now_known = "ct mark set $rules";
    let arriving = dispatch(guards, "iifname", "in");
    let leaving = dispatch(guards, "oifname", "out");
    let hooked = |hook: &str, lines: Vec<Vec<String>>| {
        let mut all = vec![
            format!("type filter hook {hook} priority filter; policy accept;"),
            known.to_owned(),
        ];
        all.extend(lines.concat());
        all.push(now_known.to_owned());
        all
    };
    let one = |line: &str| vec![line.to_owned()];
    let to_metadata = one(&format!("ip daddr {METADATA} drop"));
    let from_metadata = one(&format!("ip saddr {METADATA} drop"));
    let input = vec![one("iif lo accept"), to_metadata, arriving.clone()];
    chain(text, "input", &hooked("input", input));
    let output = vec![one("oif lo accept"), from_metadata, leaving.clone()];
    chain(text, "output", &hooked("output", output));
    chain(text, "forward", &hooked("forward", vec![arriving, leaving]));
}

fn dispatch(guards: &[(String, Guard)], key: &str, way: &str) -> Vec<String> {
    if guards.is_empty() {
        return vec!["drop".to_owned()];
    }
    let names: Vec<String> = guards.iter().map(|(device, _)| format!("\"{device}\"")).collect();
    let jumps = guards
        .iter()
        .map(|(device, _)| format!("\"{device}\" : jump {device}-{way}"));
    vec![
        format!("{key} != {{ {} }} drop", names.join(", ")),
        format!("{key} vmap {{ {} }}", jumps.collect::<Vec<_>>().join(", ")),
    ]
}

pub(super) fn chain(text: &mut String, name: &str, lines: &[String]) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  chain {name} {{");
    for line in lines {
        let _ = writeln!(text, "    {line}");
    }
    text.push_str("  }\n");
}
