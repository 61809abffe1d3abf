//! Which networks a router joins: a port on each.

use std::sync::Arc;

use uuid::Uuid;

use super::super::edit::Edit;
use super::super::error::Error;
use super::super::ports::{self, WantedIp};
use super::super::ranges::overlap;
use super::super::records::{FixedIp, Port, Router, Subnet};
use super::super::state::State;
use super::{ROUTER_GATEWAY, ROUTER_INTERFACE};
use crate::objects::ProjectId;

/// What is joined, or no longer: a subnet, by the address that is its gateway's, or a port as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attachment {
    Subnet(Uuid),
    /// With a subnet that it must have, when it is taken away.
    Port(Uuid, Option<Uuid>),
}

/// What was joined, or no longer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    pub project: ProjectId,
    pub port: Uuid,
    pub network: Uuid,
    pub subnets: Vec<Uuid>,
}

pub fn add_interface(edit: &mut Edit<'_>, id: Uuid, what: Attachment) -> Result<Attached, Error> {
    edit.own::<Router>("add_router_interface", id)?;
    match what {
        Attachment::Subnet(subnet) => add_subnet(edit, id, subnet),
        Attachment::Port(port, _) => add_port(edit, id, port),
    }
}

pub fn remove_interface(edit: &mut Edit<'_>, id: Uuid, what: Attachment) -> Result<Attached, Error> {
    edit.own::<Router>("remove_router_interface", id)?;
    match what {
        Attachment::Subnet(subnet) => remove_subnet(edit, id, subnet),
        Attachment::Port(port, subnet) => remove_port(edit, id, port, subnet),
    }
}

fn add_subnet(edit: &mut Edit<'_>, id: Uuid, subnet: Uuid) -> Result<Attached, Error> {
    let subnet = edit.state.find::<Subnet>(edit.context, subnet)?.clone();
    let Some(gateway) = subnet.gateway_ip else {
        let reason = "Subnet for router interface must have a gateway IP.";
        return Err(Error::bad_request("router", reason));
    };
    let own = subnet.standard.project_id == edit.context.project_id;
    if !own && !edit.context.is_admin() {
        let reason = format!(
            "Cannot add interface to router because subnet {} is not owned by project making the request.",
            subnet.standard.id
        );
        return Err(Error::bad_request("router", reason));
    }
    refuse_overlap(edit.state, id, std::slice::from_ref(&subnet))?;
    let wish = WantedIp {
        subnet_id: Some(subnet.standard.id),
        ip_address: Some(gateway),
    };
    let port = match ipv6_port(edit.state, id, &subnet) {
        Some(port) => widen(edit, &port, wish)?,
        None => {
            let router = edit.state.get::<Router>(id)?;
            let project = router.standard.project_id.clone();
            edit.claim::<Port>(&project)?;
            let port = ports::Wanted {
                network_id: Some(subnet.network_id),
                fixed_ips: Some(vec![wish]),
                device_id: Some(id.to_string()),
                device_owner: Some(ROUTER_INTERFACE.to_owned()),
                ..ports::Wanted::default()
            };
            ports::make(edit, project, port)?
        }
    };
    let port = edit.state.get::<Port>(port)?;
    Ok(attached(port, vec![subnet.standard.id]))
}

/// All IPv6 subnets of one network share a port.
fn ipv6_port(state: &State, id: Uuid, subnet: &Subnet) -> Option<Arc<Port>> {
    let has_ipv6 = |port: &Port| port.addresses().any(|address| address.is_ipv6());
    let mut interfaces = state.interfaces_of(id);
    let wanted = |port: &&Arc<Port>| port.network_id == subnet.network_id && has_ipv6(port);
    (subnet.ip_version == 6)
        .then(|| interfaces.find(wanted))
        .flatten()
        .cloned()
}

fn widen(edit: &mut Edit<'_>, port: &Port, wish: WantedIp) -> Result<Uuid, Error> {
    let present = port.fixed_ips.iter().map(|fixed| WantedIp {
        subnet_id: Some(fixed.subnet_id),
        ip_address: Some(fixed.ip_address),
    });
    let wider = ports::Wanted {
        fixed_ips: Some(present.chain([wish]).collect()),
        ..ports::Wanted::default()
    };
    let id = port.standard.id;
    ports::change(edit, id, wider).map(|()| id)
}

fn add_port(edit: &mut Edit<'_>, id: Uuid, port: Uuid) -> Result<Attached, Error> {
    let mut port = Port::clone(edit.state.own::<Port>(edit.context, "update", port)?);
    if !port.device_id.is_empty() {
        let message = format!(
            "Unable to complete operation on port {} for network {}. Port already has an attached device {}.",
            port.standard.id, port.network_id, port.device_id
        );
        return Err(Error::conflict("PortInUse", message));
    }
    if port.fixed_ips.is_empty() {
        let reason = "Router port must have at least one fixed IP.";
        return Err(Error::bad_request("router", reason));
    }
    let subnets = subnets_of(edit.state, &port);
    refuse_second_ipv6_port(edit.state, id, &port)?;
    refuse_overlap(edit.state, id, &subnets)?;
    if subnets.iter().filter(|subnet| subnet.ip_version == 4).count() > 1 {
        let reason = "Cannot have multiple IPv4 subnets on router port.";
        return Err(Error::bad_request("router", reason));
    }
    port.device_id = id.to_string();
    ROUTER_INTERFACE.clone_into(&mut port.device_owner);
    edit.state.ports.put(port.clone());
    let subnets = subnets.iter().map(|subnet| subnet.standard.id).collect();
    Ok(attached(&port, subnets))
}

fn refuse_second_ipv6_port(state: &State, id: Uuid, port: &Port) -> Result<(), Error> {
    let has_ipv6 = |port: &Port| port.addresses().any(|address| address.is_ipv6());
    let mut interfaces = state.interfaces_of(id);
    let other = interfaces.find(|other| other.network_id == port.network_id && has_ipv6(other));
    match other {
        Some(other) if has_ipv6(port) => Err(Error::bad_request(
            "router",
            format!(
                "Router already contains IPv6 port {} belonging to network id {}. Only one IPv6 port from the same \
                 network subnet can be connected to a router.",
                other.standard.id, other.network_id
            ),
        )),
        _ => Ok(()),
    }
}

/// No address may be behind two interfaces.
pub(super) fn refuse_overlap(state: &State, id: Uuid, new: &[Arc<Subnet>]) -> Result<(), Error> {
    for port in state.ports_of_device(id) {
        let used = port.fixed_ips.iter().map(|fixed| fixed.subnet_id);
        for subnet in used.clone() {
            if new.iter().any(|new| new.standard.id == subnet) {
                let reason = format!("Router already has a port on subnet {subnet}.");
                return Err(Error::bad_request("router", reason));
            }
        }
        // A router reaches all of an external network, not only where it has addresses.
        let all: Vec<&Arc<Subnet>> = match port.device_owner == ROUTER_GATEWAY {
            true => state.subnets_of(port.network_id).collect(),
            false => used.filter_map(|subnet| state.subnets.get(&subnet)).collect(),
        };
        for present in all {
            for new in new {
                refuse_if_same(present, new)?;
            }
        }
    }
    Ok(())
}

fn refuse_if_same(present: &Subnet, new: &Subnet) -> Result<(), Error> {
    match overlap(&present.cidr, &new.cidr) {
        false => Ok(()),
        true => Err(Error::bad_request(
            "router",
            format!(
                "Cidr {} of subnet {} overlaps with cidr {} of subnet {}.",
                new.cidr, new.standard.id, present.cidr, present.standard.id
            ),
        )),
    }
}

fn remove_subnet(edit: &mut Edit<'_>, id: Uuid, subnet: Uuid) -> Result<Attached, Error> {
    let subnet = edit.state.find::<Subnet>(edit.context, subnet)?.clone();
    let has = |port: &&Arc<Port>| {
        port.fixed_ips
            .iter()
            .any(|fixed| fixed.subnet_id == subnet.standard.id)
    };
    let Some(port) = edit.state.interfaces_of(id).find(has).cloned() else {
        let message = format!("Router {id} has no interface on subnet {}", subnet.standard.id);
        return Err(Error::not_found("RouterInterfaceNotFoundForSubnet", message));
    };
    refuse_in_use(edit.state, id, &subnet)?;
    let left: Vec<FixedIp> = port
        .fixed_ips
        .iter()
        .filter(|fixed| fixed.subnet_id != subnet.standard.id)
        .copied()
        .collect();
    match edit.state.ports.get_mut(&port.standard.id) {
        Some(port) if !left.is_empty() => port.fixed_ips = left,
        _ => {
            ports::remove(edit, port.standard.id);
        }
    }
    Ok(attached(&port, vec![subnet.standard.id]))
}

fn remove_port(edit: &mut Edit<'_>, id: Uuid, port: Uuid, subnet: Option<Uuid>) -> Result<Attached, Error> {
    let found = edit
        .state
        .interfaces_of(id)
        .find(|found| found.standard.id == port);
    let Some(port) = found.cloned() else {
        let message = format!("Router {id} does not have an interface with id {port}");
        return Err(Error::not_found("RouterInterfaceNotFound", message));
    };
    let subnets = subnets_of(edit.state, &port);
    if let Some(subnet) = subnet
        && !subnets.iter().any(|found| found.standard.id == subnet)
    {
        let message = format!(
            "Subnet on port {} does not match the requested subnet {subnet}.",
            port.standard.id
        );
        return Err(Error::invalid("SubnetMismatchForPort", message));
    }
    for subnet in &subnets {
        refuse_in_use(edit.state, id, subnet)?;
    }
    ports::remove(edit, port.standard.id);
    Ok(attached(
        &port,
        subnets.iter().map(|subnet| subnet.standard.id).collect(),
    ))
}

/// Floating IPs and routes that lead there would lead nowhere.
fn refuse_in_use(state: &State, id: Uuid, subnet: &Subnet) -> Result<(), Error> {
    let behind = |address: Option<std::net::IpAddr>| address.is_some_and(|ip| subnet.cidr.contains(ip));
    let mut floating = state.floating_ips.values();
    let floating = floating.any(|ip| ip.router_id == Some(id) && behind(ip.fixed_ip_address));
    let router = state.get::<Router>(id)?;
    let routed = router.routes.iter().any(|route| behind(Some(route.nexthop)));
    let (kind, by) = match (floating, routed) {
        (true, _) => ("RouterInterfaceInUseByFloatingIP", "floating IPs"),
        (false, true) => ("RouterInterfaceInUseByRoute", "routes"),
        (false, false) => return Ok(()),
    };
    let message = format!(
        "Router interface for subnet {} on router {id} cannot be deleted, as it is required by one or more {by}.",
        subnet.standard.id
    );
    Err(Error::conflict(kind, message))
}

fn subnets_of(state: &State, port: &Port) -> Vec<Arc<Subnet>> {
    let subnets = port.fixed_ips.iter().map(|fixed| fixed.subnet_id);
    subnets
        .filter_map(|subnet| state.subnets.get(&subnet).cloned())
        .collect()
}

fn attached(port: &Port, subnets: Vec<Uuid>) -> Attached {
    Attached {
        project: port.standard.project_id.clone(),
        port: port.standard.id,
        network: port.network_id,
        subnets,
    }
}
