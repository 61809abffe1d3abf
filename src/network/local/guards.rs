//! What may pass a port, made of its groups' rules, with the members of remote groups looked up.

use std::net::IpAddr;

use uuid::Uuid;

use super::State;
use super::records::{Port, SecurityGroupRule};
use crate::network::firewall::{Ethertype, Guard, Rule, Sender};
use crate::objects::Cidr;

/// None when the port is gone.
pub(super) fn guard(state: &State, id: Uuid) -> Option<Guard> {
    let port = state.ports.get(&id)?;
    let rules = state.security_group_rules.values();
    let own = rules.filter(|rule| port.security_groups.contains(&rule.security_group_id));
    Some(Guard {
        port: id,
        enabled: port.port_security_enabled,
        senders: senders(port),
        rules: own.filter_map(|rule| looked_up(state, rule)).collect(),
    })
}

fn senders(port: &Port) -> Vec<Sender> {
    let own = port.addresses().map(|ip| Sender {
        mac: port.mac_address,
        address: alone(ip),
    });
    let pairs = port.allowed_address_pairs.iter().map(|pair| Sender {
        mac: pair.mac_address.unwrap_or(port.mac_address),
        address: pair.ip_address,
    });
    own.chain(pairs).collect()
}

/// A rule whose protocol nobody knows lets nothing through.
fn looked_up(state: &State, rule: &SecurityGroupRule) -> Option<Rule> {
    let protocol = match rule.protocol.as_deref() {
        None | Some("any") => None,
        Some(protocol) => Some(number(protocol)?),
    };
    let members = rule
        .remote_group_id
        .map(|group| members(state, group, rule.ethertype));
    Some(Rule {
        direction: rule.direction,
        ethertype: rule.ethertype,
        protocol,
        min: rule.port_range_min,
        max: rule.port_range_max,
        remote: members.or_else(|| rule.remote_ip_prefix.map(|range| vec![range])),
    })
}

fn members(state: &State, group: Uuid, ethertype: Ethertype) -> Vec<Cidr> {
    let ports = state
        .ports
        .values()
        .filter(|port| port.security_groups.contains(&group));
    ports
        .flat_map(|port| port.addresses())
        .filter(|ip| ip.is_ipv4() == (ethertype == Ethertype::V4))
        .map(alone)
        .collect()
}

fn alone(address: IpAddr) -> Cidr {
    let prefix = super::ranges::width(address);
    Cidr { address, prefix }
}

/// The number of an IP protocol by the names that Neutron knows.
fn number(protocol: &str) -> Option<u8> {
    let named = match protocol {
        "icmp" => 1,
        "igmp" => 2,
        "ipip" => 4,
        "tcp" => 6,
        "egp" => 8,
        "udp" => 17,
        "dccp" => 33,
        "ipv6-encap" => 41,
        "ipv6-route" => 43,
        "ipv6-frag" => 44,
        "rsvp" => 46,
        "gre" => 47,
        "esp" => 50,
        "ah" => 51,
        "icmpv6" | "ipv6-icmp" => 58,
        "ipv6-nonxt" => 59,
        "ipv6-opts" => 60,
        "ospf" => 89,
        "pgm" => 113,
        "vrrp" => 112,
        "sctp" => 132,
        "udplite" => 136,
        other => return other.parse().ok(),
    };
    Some(named)
}
