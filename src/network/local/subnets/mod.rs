//! Subnets: ranges of addresses, made, changed, and gone when nobody has an address in them.

mod pools;
mod rules;

use std::net::IpAddr;

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::records::{Ipv6Mode, Network, Pool, Route, Standard, Subnet};
use super::rights::Resource;
use super::state::State;
use super::{ports, ranges, routers, subnet_pools};
use crate::objects::{Cidr, ProjectId};

/// What a client says of a subnet; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub network_id: Option<Uuid>,
    pub ip_version: Option<u8>,
    pub cidr: Option<Cidr>,
    pub prefixlen: Option<u8>,
    pub subnetpool_id: Option<Uuid>,
    pub use_default_subnetpool: bool,
    /// `Some(None)` is a subnet without one.
    #[serde(deserialize_with = "said")]
    pub gateway_ip: Option<Option<IpAddr>>,
    pub allocation_pools: Option<Vec<Pool>>,
    pub dns_nameservers: Option<Vec<IpAddr>>,
    pub host_routes: Option<Vec<Route>>,
    pub enable_dhcp: Option<bool>,
    pub ipv6_ra_mode: Option<Ipv6Mode>,
    pub ipv6_address_mode: Option<Ipv6Mode>,
}

/// Null is something that was said.
pub(super) fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let network_id = wanted.network_id.unwrap_or_default();
    let network = edit.state.find::<Network>(edit.context, network_id)?;
    if !network.is_ruled_by(edit.state, edit.context) {
        return Err(Error::not_allowed("create_subnet"));
    }
    let project = edit.project(wanted.project_id.as_ref())?;
    edit.claim::<Subnet>(&project)?;
    let (cidr, subnetpool_id) = range(edit, &project, &wanted)?;
    rules::refuse_overlap(edit.state, network_id, &cidr)?;
    let gateway_ip = wanted.gateway_ip.unwrap_or_else(|| pools::usual_gateway(&cidr));
    let subnet = Subnet {
        standard: Standard::new(edit.uuid(), project),
        name: wanted.name.unwrap_or_default(),
        network_id,
        ip_version: ranges::version(cidr.address),
        cidr,
        gateway_ip,
        allocation_pools: match wanted.allocation_pools {
            Some(pools) => pools,
            None => pools::usual(&cidr, gateway_ip),
        },
        dns_nameservers: wanted.dns_nameservers.unwrap_or_default(),
        host_routes: wanted.host_routes.unwrap_or_default(),
        enable_dhcp: wanted.enable_dhcp.unwrap_or(true),
        ipv6_ra_mode: wanted.ipv6_ra_mode,
        ipv6_address_mode: wanted.ipv6_address_mode,
        subnetpool_id,
    };
    let mut subnet = subnet;
    set(&mut subnet.standard.description, wanted.description);
    rules::check(&subnet)?;
    let id = subnet.standard.id;
    edit.state.subnets.put(subnet.clone());
    ports::give_addresses_of_macs(edit.state, &subnet);
    routers::give_addresses_outside(edit, &subnet)?;
    Ok(id)
}

/// The range asked for, or one out of a pool.
fn range(edit: &Edit<'_>, project: &ProjectId, wanted: &Wanted) -> Result<(Cidr, Option<Uuid>), Error> {
    let version = wanted.ip_version.unwrap_or(4);
    if let Some(cidr) = &wanted.cidr
        && ranges::version(cidr.address) != version
    {
        let reason = format!("cidr '{cidr}' does not match the ip_version '{version}'");
        return Err(Error::input(reason));
    }
    let pool = match wanted.subnetpool_id {
        None if wanted.use_default_subnetpool => Some(subnet_pools::default(edit, version)?),
        pool => pool,
    };
    match (pool, wanted.cidr) {
        (Some(pool), cidr) => {
            let asked = subnet_pools::Asked {
                version,
                cidr,
                prefixlen: wanted.prefixlen,
            };
            let cidr = subnet_pools::take(edit, pool, project, &asked)?;
            Ok((cidr, Some(pool)))
        }
        (None, Some(cidr)) => Ok((cidr.network(), None)),
        (None, None) => Err(Error::bad_request(
            "subnets",
            "a subnetpool must be specified in the absence of a cidr.",
        )),
    }
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let before = edit.own::<Subnet>("update", id)?.clone();
    let mut after = before.clone();
    set(&mut after.name, wanted.name);
    set(&mut after.standard.description, wanted.description);
    set(&mut after.gateway_ip, wanted.gateway_ip);
    set(&mut after.allocation_pools, wanted.allocation_pools);
    set(&mut after.dns_nameservers, wanted.dns_nameservers);
    set(&mut after.host_routes, wanted.host_routes);
    set(&mut after.enable_dhcp, wanted.enable_dhcp);
    rules::check(&after)?;
    if before.gateway_ip != after.gateway_ip {
        rules::refuse_router_there(edit.state, &before)?;
    }
    edit.state.subnets.put(after);
    Ok(())
}

/// Addresses that ports made of their MACs go with it; any other is in the way.
pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    let subnet = edit.own::<Subnet>("delete", id)?.clone();
    let in_the_way = |state: &State| {
        let mut ports = state.ports_on(subnet.network_id);
        ports.any(|port| {
            let has = port.fixed_ips.iter().any(|fixed| fixed.subnet_id == id);
            has && (!subnet.is_auto_addressed() || port.is_of_network())
        })
    };
    if in_the_way(edit.state) {
        let message = format!(
            "Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet."
        );
        return Err(Error::conflict("SubnetInUse", message));
    }
    ports::take_addresses_back(edit.state, &subnet);
    edit.state.subnets.remove(&id);
    Ok(())
}
