//! Floating IPs: addresses of an external network that lead to a server's own, through the router between the two.

use std::net::IpAddr;

use serde::Deserialize;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::ports::{self, WantedIp};
use super::records::{FixedIp, FloatingIp, Network, Port, Standard};
use super::state::State;
use super::subnets::said;
use crate::objects::ProjectId;

const FLOATING_IP: &str = "network:floatingip";

/// What a client says of a floating IP; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub description: Option<String>,
    /// Said when it is made, and never again.
    pub floating_network_id: Option<Uuid>,
    pub subnet_id: Option<Uuid>,
    pub floating_ip_address: Option<IpAddr>,
    /// `Some(None)` leads nowhere any more.
    #[serde(deserialize_with = "said")]
    pub port_id: Option<Option<Uuid>>,
    pub fixed_ip_address: Option<IpAddr>,
    pub dns_name: Option<String>,
    pub dns_domain: Option<String>,
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    edit.claim::<FloatingIp>(&project)?;
    let network = wanted.floating_network_id.unwrap_or_default();
    refuse_unless_external(edit, network)?;
    let id = edit.uuid();
    let (port, address) = reserve(edit, id, network, &wanted)?;
    let mut standard = Standard::new(id, project);
    standard
        .description
        .clone_from(&wanted.description.unwrap_or_default());
    let floating = FloatingIp {
        standard,
        floating_network_id: network,
        floating_ip_address: address,
        floating_port_id: port,
        port_id: None,
        fixed_ip_address: None,
        router_id: None,
        dns_name: wanted.dns_name.unwrap_or_default(),
        dns_domain: wanted.dns_domain.unwrap_or_default(),
    };
    let association = associate(edit, &floating, wanted.port_id.flatten(), wanted.fixed_ip_address)?;
    edit.state.floating_ips.put(association.made(floating));
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let mut floating = edit.own::<FloatingIp>("update", id)?.clone();
    set(&mut floating.standard.description, wanted.description);
    if wanted.port_id.is_some() || wanted.fixed_ip_address.is_some() {
        let port = wanted.port_id.unwrap_or(floating.port_id);
        let association = associate(edit, &floating, port, wanted.fixed_ip_address)?;
        floating = association.made(floating);
    }
    edit.state.floating_ips.put(floating);
    Ok(())
}

pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    let port = edit.own::<FloatingIp>("delete", id)?.floating_port_id;
    ports::remove(edit, port);
    edit.state.floating_ips.remove(&id);
    Ok(())
}

fn refuse_unless_external(edit: &Edit<'_>, id: Uuid) -> Result<(), Error> {
    let network = edit.state.find::<Network>(edit.context, id)?;
    let has_ipv4 = edit.state.subnets_of(id).any(|subnet| subnet.ip_version == 4);
    let reason = match (network.external, has_ipv4) {
        (true, true) => return Ok(()),
        (false, _) => format!("Network {id} is not a valid external network."),
        (true, false) => format!("Network {id} does not contain any IPv4 subnet."),
    };
    Err(Error::bad_request("floatingip", reason))
}

/// Holds the address by a port of no server.
fn reserve(edit: &mut Edit<'_>, id: Uuid, network: Uuid, wanted: &Wanted) -> Result<(Uuid, IpAddr), Error> {
    if wanted.floating_ip_address.is_some() {
        edit.forbid_unless_admin("create_floatingip:floating_ip_address")?;
    }
    let wish = match (wanted.subnet_id, wanted.floating_ip_address) {
        (None, None) => any_ipv4(edit.state, network)?,
        (subnet_id, ip_address) => WantedIp {
            subnet_id,
            ip_address,
        },
    };
    let port = ports::Wanted {
        network_id: Some(network),
        fixed_ips: Some(vec![wish]),
        device_id: Some(id.to_string()),
        device_owner: Some(FLOATING_IP.to_owned()),
        ..ports::Wanted::default()
    };
    let port = ports::make(edit, ProjectId::from(""), port)?;
    let mut addresses = edit.state.get::<Port>(port)?.addresses();
    let address = addresses.find(IpAddr::is_ipv4);
    Ok((port, address.ok_or_else(|| no_address(network))?))
}

/// In the first IPv4 subnet with room.
fn any_ipv4(state: &State, network: Uuid) -> Result<WantedIp, Error> {
    let mut subnets = state.subnets_of(network).filter(|subnet| subnet.ip_version == 4);
    let free = subnets.find_map(|subnet| {
        Some(WantedIp {
            subnet_id: Some(subnet.standard.id),
            ip_address: Some(ports::free_address(state, subnet)?),
        })
    });
    free.ok_or_else(|| {
        let message = format!("No more IP addresses available on network {network}.");
        Error::exhausted("IpAddressGenerationFailure", message)
    })
}

fn no_address(network: Uuid) -> Error {
    let message = format!("Unable to find any IP address on external network {network}.");
    Error::invalid("ExternalIpAddressExhausted", message)
}

/// Where a floating IP leads: nowhere, or to an address of a port through a router.
#[derive(Debug, Default)]
struct Association {
    port: Option<Uuid>,
    fixed: Option<IpAddr>,
    router: Option<Uuid>,
}

impl Association {
    fn made(self, floating: FloatingIp) -> FloatingIp {
        FloatingIp {
            port_id: self.port,
            fixed_ip_address: self.fixed,
            router_id: self.router,
            ..floating
        }
    }
}

fn associate(
    edit: &Edit<'_>,
    floating: &FloatingIp,
    port: Option<Uuid>,
    fixed: Option<IpAddr>,
) -> Result<Association, Error> {
    let Some(id) = port else {
        return match fixed {
            None => Ok(Association::default()),
            Some(_) => Err(Error::bad_request(
                "floatingip",
                "fixed_ip_address cannot be specified without a port_id.",
            )),
        };
    };
    let port = edit.state.find::<Port>(edit.context, id)?;
    refuse_foreign(edit, floating, port)?;
    let inside = inside(port, fixed)?;
    let router = router_between(edit.state, floating, port, &inside)?;
    refuse_second(edit.state, floating, id, inside.ip_address)?;
    Ok(Association {
        port: Some(id),
        fixed: Some(inside.ip_address),
        router: Some(router),
    })
}

fn refuse_foreign(edit: &Edit<'_>, floating: &FloatingIp, port: &Port) -> Result<(), Error> {
    let id = port.standard.id;
    let reason = if port.standard.project_id != floating.standard.project_id && !edit.context.is_admin() {
        format!(
            "Cannot process floating IP association with Port {id}, since that port is owned by a different project."
        )
    } else if port.is_of_network() {
        format!("Port {id} is unable to be assigned a floating IP.")
    } else {
        return Ok(());
    };
    Err(Error::bad_request("floatingip", reason))
}

/// The port's address that is meant.
fn inside(port: &Port, fixed: Option<IpAddr>) -> Result<FixedIp, Error> {
    let id = port.standard.id;
    let mut ipv4 = port.fixed_ips.iter().filter(|fixed| fixed.ip_address.is_ipv4());
    let reason = match (fixed, ipv4.next(), ipv4.next()) {
        (Some(address), ..) if !address.is_ipv4() => format!(
            "Cannot process floating IP association with {address}, since that is not an IPv4 address."
        ),
        (Some(address), ..) => {
            let mut own = port.fixed_ips.iter();
            match own.find(|own| own.ip_address == address) {
                Some(found) => return Ok(*found),
                None => format!("Port {id} does not have fixed ip {address}."),
            }
        }
        (None, Some(only), None) => return Ok(*only),
        (None, None, _) => format!("Cannot add floating IP to port {id} that has no fixed IPv4 addresses."),
        (None, Some(_), Some(_)) => format!(
            "Port {id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a \
             floating IP."
        ),
    };
    Err(Error::bad_request("floatingip", reason))
}

/// Of several routers, the one that servers of the subnet send to.
fn router_between(
    state: &State,
    floating: &FloatingIp,
    port: &Port,
    inside: &FixedIp,
) -> Result<Uuid, Error> {
    let gateway = state
        .subnets
        .get(&inside.subnet_id)
        .and_then(|subnet| subnet.gateway_ip);
    let external = floating.floating_network_id;
    let mut first = None;
    for router in state.routers.values().filter(|router| router.leads_to(external)) {
        let id = router.standard.id;
        let interfaces = state.interfaces_of(id).flat_map(|port| &port.fixed_ips);
        for fixed in interfaces.filter(|fixed| fixed.subnet_id == inside.subnet_id) {
            if Some(fixed.ip_address) == gateway {
                return Ok(id);
            }
            first.get_or_insert(id);
        }
    }
    first.ok_or_else(|| {
        let message = format!(
            "External network {external} is not reachable from subnet {}.  Therefore, cannot associate Port {} with a \
             Floating IP.",
            inside.subnet_id, port.standard.id
        );
        Error::not_found("ExternalGatewayForFloatingIPNotFound", message)
    })
}

fn refuse_second(state: &State, floating: &FloatingIp, port: Uuid, fixed: IpAddr) -> Result<(), Error> {
    let external = floating.floating_network_id;
    let mut others = state.floating_ips.values();
    let taken = others.any(|other| {
        other.standard.id != floating.standard.id
            && other.floating_network_id == external
            && other.port_id == Some(port)
            && other.fixed_ip_address == Some(fixed)
    });
    match taken {
        false => Ok(()),
        true => Err(Error::conflict(
            "FloatingIPPortAlreadyAssociated",
            format!(
                "Cannot associate floating IP {} ({}) with port {port} using fixed IP {fixed}, as that fixed IP already \
                 has a floating IP on external network {external}.",
                floating.floating_ip_address, floating.standard.id
            ),
        )),
    }
}
