//! What a subnet cannot be.

use uuid::Uuid;

use super::super::error::Error;
use super::super::ranges::{first, last, number, overlap, version, width};
use super::super::records::Subnet;
use super::super::state::State;
use super::pools;
use crate::objects::Cidr;

const MOST_NAME_SERVERS: usize = 5;
const MOST_ROUTES: usize = 20;
/// Half of an IPv6 address is the machine's own when it makes it itself.
const EUI64_PREFIX: u8 = 64;

pub(super) fn refuse_overlap(state: &State, network: Uuid, cidr: &Cidr) -> Result<(), Error> {
    match state.subnets_of(network).any(|other| overlap(&other.cidr, cidr)) {
        true => Err(Error::input(format!(
            "Requested subnet with cidr: {cidr} for network: {network} overlaps with another subnet"
        ))),
        false => Ok(()),
    }
}

/// Whatever can be told from the subnet alone.
pub(super) fn check(subnet: &Subnet) -> Result<(), Error> {
    check_size(subnet)?;
    check_modes(subnet)?;
    check_gateway(subnet)?;
    check_lists(subnet)?;
    pools::check(subnet)
}

fn check_size(subnet: &Subnet) -> Result<(), Error> {
    let spare = width(subnet.cidr.address) - subnet.cidr.prefix;
    match subnet.enable_dhcp && subnet.ip_version == 4 && spare < 2 {
        true => Err(Error::input(
            "Subnet has a prefix length that is incompatible with DHCP service enabled",
        )),
        false => Ok(()),
    }
}

fn check_modes(subnet: &Subnet) -> Result<(), Error> {
    let (ra, address) = (subnet.ipv6_ra_mode, subnet.ipv6_address_mode);
    if subnet.ip_version == 4 {
        let wrong = [("ipv6_ra_mode", ra), ("ipv6_address_mode", address)];
        return match wrong.iter().find(|(_, mode)| mode.is_some()) {
            Some((name, _)) => Err(Error::input(format!("{name} is not valid when ip_version is 4"))),
            None => Ok(()),
        };
    }
    if (ra.is_some() || address.is_some()) && !subnet.enable_dhcp {
        return Err(Error::input(
            "ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False",
        ));
    }
    if let (Some(ra), Some(address)) = (ra, address)
        && ra != address
    {
        return Err(Error::input(format!(
            "ipv6_ra_mode set to '{}' with ipv6_address_mode set to '{}' is not valid. If both attributes are set, they \
             must be the same value",
            ra.name(),
            address.name()
        )));
    }
    match subnet.is_auto_addressed() && subnet.cidr.prefix != EUI64_PREFIX {
        true => Err(Error::input(format!(
            "Invalid CIDR {} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be \
             /64",
            subnet.cidr
        ))),
        false => Ok(()),
    }
}

/// It may lie outside: then it is on the link.
fn check_gateway(subnet: &Subnet) -> Result<(), Error> {
    let Some(gateway) = subnet.gateway_ip else {
        return Ok(());
    };
    if version(gateway) != subnet.ip_version {
        return Err(Error::input(format!(
            "gateway_ip '{gateway}' does not match the ip_version '{}'",
            subnet.ip_version
        )));
    }
    let edges = [first(&subnet.cidr), last(&subnet.cidr)];
    let spare = width(gateway) - subnet.cidr.prefix;
    match gateway.is_ipv4() && spare > 1 && edges.contains(&number(gateway)) {
        true => Err(Error::input("Gateway is not valid on subnet")),
        false => Ok(()),
    }
}

fn check_lists(subnet: &Subnet) -> Result<(), Error> {
    let id = subnet.standard.id;
    if subnet.dns_nameservers.len() > MOST_NAME_SERVERS {
        let message = format!(
            "Unable to complete operation for {id}. The number of DNS nameservers exceeds the limit {MOST_NAME_SERVERS}."
        );
        return Err(Error::invalid("DNSNameServersExhausted", message));
    }
    if subnet.host_routes.len() > MOST_ROUTES {
        let message = format!(
            "Unable to complete operation for {id}. The number of host routes exceeds the limit {MOST_ROUTES}."
        );
        return Err(Error::invalid("HostRoutesExhausted", message));
    }
    let other = subnet.host_routes.iter().find(|route| {
        version(route.destination.address) != subnet.ip_version || version(route.nexthop) != subnet.ip_version
    });
    match other {
        Some(route) => Err(Error::input(format!(
            "the route to {} by way of {} is not of IP version {}",
            route.destination, route.nexthop, subnet.ip_version
        ))),
        None => Ok(()),
    }
}

/// A router that is the gateway would no longer be.
pub(super) fn refuse_router_there(state: &State, subnet: &Subnet) -> Result<(), Error> {
    let Some(gateway) = subnet.gateway_ip else {
        return Ok(());
    };
    let is_there = |port: &&std::sync::Arc<super::super::records::Port>| {
        port.device_owner == "network:router_interface" && port.addresses().any(|ip| ip == gateway)
    };
    match state.ports_on(subnet.network_id).find(is_there) {
        Some(port) => Err(Error::conflict(
            "GatewayIpInUse",
            format!(
                "Current gateway ip {gateway} already in use by port {}. Unable to update.",
                port.standard.id
            ),
        )),
        None => Ok(()),
    }
}
