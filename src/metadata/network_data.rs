//! `network_data.json`: the interfaces, their addresses, and who knows names there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value, json};

use super::facts::Facts;
use crate::objects::Vif;
use crate::objects::vif::{Cidr, Subnet};

/// The kinds of VIFs that go by their own names; all others are `phy`.
const NAMED_KINDS: [&str; 8] = [
    "bridge",
    "dvs",
    "hw_veb",
    "hyperv",
    "ovs",
    "tap",
    "vhostuser",
    "vif",
];

/// Of each interface the first subnet of each family, and its first address: the form has no place for more. Addresses
/// are there already when a server starts, whether or not its network has DHCP.
pub(super) fn network_data(facts: &Facts) -> Value {
    if facts.instance.vifs.is_empty() {
        return json!({});
    }
    let (mut networks, mut services) = (Vec::new(), Vec::new());
    for vif in facts.vifs() {
        for subnet in [first(vif, true), first(vif, false)].into_iter().flatten() {
            networks.extend(network(vif, subnet, networks.len()));
            for service in name_servers(subnet) {
                if !services.contains(&service) {
                    services.push(service);
                }
            }
        }
    }
    let links: Vec<Value> = facts.vifs().map(link).collect();
    json!({"links": links, "networks": networks, "services": services})
}

fn first(vif: &Vif, ipv4: bool) -> Option<&Subnet> {
    let mut subnets = vif.network.subnets.iter();
    let found = subnets.find(|subnet| subnet.cidr.address.is_ipv4() == ipv4);
    found.filter(|subnet| !subnet.ips.is_empty())
}

/// What the interface is called on the host, which is all that tells it from others.
fn link_id(vif: &Vif) -> String {
    let id = vif.id.to_string();
    format!("tap{}", &id[..11])
}

fn link(vif: &Vif) -> Value {
    let kind = vif.vif_type.as_deref();
    json!({
        "id": link_id(vif),
        "vif_id": vif.id,
        "type": kind.filter(|kind| NAMED_KINDS.contains(kind)).unwrap_or("phy"),
        "mtu": vif.network.mtu,
        "ethernet_mac_address": vif.mac,
    })
}

fn network(vif: &Vif, subnet: &Subnet, number: usize) -> Option<Value> {
    let everything = Cidr {
        address: unspecified(subnet.cidr.address.is_ipv4()),
        prefix: 0,
    };
    let default = subnet.gateway.map(|gateway| route(everything, gateway));
    let others = subnet
        .routes
        .iter()
        .map(|other| route(other.destination, other.gateway));
    Some(json!({
        "id": format!("network{number}"),
        "type": if subnet.cidr.address.is_ipv4() { "ipv4" } else { "ipv6" },
        "link": link_id(vif),
        "ip_address": subnet.ips.first()?,
        "netmask": netmask(subnet.cidr),
        "routes": default.into_iter().chain(others).collect::<Vec<_>>(),
        "network_id": vif.network.id,
        "services": name_servers(subnet).collect::<Vec<_>>(),
    }))
}

fn route(destination: Cidr, gateway: IpAddr) -> Value {
    json!({
        "network": destination.address,
        "netmask": netmask(destination),
        "gateway": gateway,
    })
}

fn name_servers(subnet: &Subnet) -> impl Iterator<Item = Value> {
    let servers = subnet.dns.iter();
    servers.map(|address| json!({"type": "dns", "address": address}))
}

fn unspecified(ipv4: bool) -> IpAddr {
    match ipv4 {
        true => Ipv4Addr::UNSPECIFIED.into(),
        false => Ipv6Addr::UNSPECIFIED.into(),
    }
}

fn netmask(cidr: Cidr) -> IpAddr {
    let prefix = u32::from(cidr.prefix);
    match cidr.address {
        IpAddr::V4(_) => Ipv4Addr::from_bits(u32::MAX.checked_shl(32 - prefix).unwrap_or(0)).into(),
        IpAddr::V6(_) => Ipv6Addr::from_bits(u128::MAX.checked_shl(128 - prefix).unwrap_or(0)).into(),
    }
}
