//! Ports that belong to the network itself: those of routers and of floating IPs.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use super::edit::Edit;
use super::error::Error;
use super::records::{FixedIp, Pool, Port, Subnet};
use super::state::State;
use crate::objects::{Mac, ProjectId};

pub const ROUTER_INTERFACE: &str = "network:router_interface";
pub const ROUTER_GATEWAY: &str = "network:router_gateway";
pub const FLOATING_IP: &str = "network:floatingip";

/// An address that somebody wants: this one, any of this subnet, or this one of this subnet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Wish {
    pub subnet_id: Option<Uuid>,
    pub ip_address: Option<IpAddr>,
}

/// Whose the port is to be.
#[derive(Debug)]
pub(super) struct Owner {
    /// Nobody's when it is not to be seen by those who made it.
    pub(super) project: Option<ProjectId>,
    pub(super) device: Uuid,
    pub(super) kind: &'static str,
}

/// Makes a port with these addresses; without wishes, with one of each family that the network has.
pub(super) fn make(edit: &mut Edit<'_>, network: Uuid, owner: Owner, wishes: &[Wish]) -> Result<Port, Error> {
    let fixed_ips = choose(edit.state, network, wishes, None)?;
    let project = owner.project.unwrap_or_else(|| ProjectId(String::new()));
    let mut port = Port::new(edit.uuid(), project, network, mac(edit, network));
    port.device_id = owner.device.to_string();
    owner.kind.clone_into(&mut port.device_owner);
    port.fixed_ips = fixed_ips;
    port.port_security_enabled = false;
    edit.state.ports.put(port.clone());
    Ok(port)
}

/// Addresses for these wishes, of which none is taken by another port than `except`.
pub(super) fn choose(
    state: &State,
    network: Uuid,
    wishes: &[Wish],
    except: Option<Uuid>,
) -> Result<Vec<FixedIp>, Error> {
    let others = state.ports_on(network);
    let others = others.filter(|port| Some(port.standard.id) != except);
    let mut taken: BTreeSet<IpAddr> = others
        .flat_map(|port| port.addresses().collect::<Vec<_>>())
        .collect();
    if wishes.is_empty() {
        return one_of_each_family(state, network, &taken);
    }
    let mut chosen = Vec::new();
    for wish in wishes {
        let fixed = grant(state, network, wish, &taken)?;
        taken.insert(fixed.ip_address);
        chosen.push(fixed);
    }
    Ok(chosen)
}

fn one_of_each_family(state: &State, network: Uuid, taken: &BTreeSet<IpAddr>) -> Result<Vec<FixedIp>, Error> {
    let mut chosen = Vec::new();
    for version in [4, 6] {
        let of_family: Vec<&Arc<Subnet>> = state
            .subnets_of(network)
            .filter(|subnet| subnet.ip_version == version)
            .collect();
        if of_family.is_empty() {
            continue;
        }
        let found = of_family.iter().find_map(|subnet| free(subnet, taken));
        chosen.push(found.ok_or_else(|| no_more(network))?);
    }
    Ok(chosen)
}

fn grant(state: &State, network: Uuid, wish: &Wish, taken: &BTreeSet<IpAddr>) -> Result<FixedIp, Error> {
    let mut subnets = state.subnets_of(network);
    let subnet = match (wish.subnet_id, wish.ip_address) {
        (Some(id), _) => subnets.find(|subnet| subnet.standard.id == id).ok_or_else(|| {
            Error::input(format!(
                "Failed to create port on network {network}, because fixed_ips included invalid subnet {id}"
            ))
        })?,
        (None, Some(address)) => subnets
            .find(|subnet| subnet.cidr.contains(address))
            .ok_or_else(|| not_valid(address))?,
        (None, None) => {
            let reason = "IP allocation requires subnet_id or ip_address";
            return Err(Error::input(reason));
        }
    };
    let id = subnet.standard.id;
    match wish.ip_address {
        None => free(subnet, taken).ok_or_else(|| no_more(network)),
        Some(address) if !subnet.cidr.contains(address) => Err(Error::invalid(
            "InvalidIpForSubnet",
            format!("IP address {address} is not a valid IP for the specified subnet."),
        )),
        Some(address) if taken.contains(&address) => Err(Error::conflict(
            "IpAddressAlreadyAllocated",
            format!("IP address {address} already allocated in subnet {id}"),
        )),
        Some(ip_address) => Ok(FixedIp {
            subnet_id: id,
            ip_address,
        }),
    }
}

/// The first that nobody has.
fn free(subnet: &Subnet, taken: &BTreeSet<IpAddr>) -> Option<FixedIp> {
    let pools = subnet.allocation_pools.iter();
    let mut all = pools.flat_map(addresses);
    let ip_address = all.find(|address| !taken.contains(address))?;
    Some(FixedIp {
        subnet_id: subnet.standard.id,
        ip_address,
    })
}

fn addresses(pool: &Pool) -> Box<dyn Iterator<Item = IpAddr>> {
    match (pool.start, pool.end) {
        (IpAddr::V4(start), IpAddr::V4(end)) => {
            Box::new((start.to_bits()..=end.to_bits()).map(|bits| IpAddr::V4(bits.into())))
        }
        (IpAddr::V6(start), IpAddr::V6(end)) => {
            Box::new((start.to_bits()..=end.to_bits()).map(|bits| IpAddr::V6(bits.into())))
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// Neutron's own prefix, and what no other port of the network has.
fn mac(edit: &Edit<'_>, network: Uuid) -> Mac {
    loop {
        let [a, b, c, ..] = *edit.uuid().as_bytes();
        let mac = Mac([0xfa, 0x16, 0x3e, a, b, c]);
        if !edit.state.ports_on(network).any(|port| port.mac_address == mac) {
            return mac;
        }
    }
}

fn not_valid(address: IpAddr) -> Error {
    Error::invalid(
        "InvalidIpForNetwork",
        format!("IP address {address} is not a valid IP for any of the subnets on the specified network."),
    )
}

fn no_more(network: Uuid) -> Error {
    Error::exhausted(
        "IpAddressGenerationFailure",
        format!("No more IP addresses available on network {network}."),
    )
}
