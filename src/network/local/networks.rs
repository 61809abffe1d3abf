//! Networks: made, changed, and gone with their subnets.

use serde::Deserialize;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::records::Network;
use super::state::State;
use crate::objects::ProjectId;

/// The least that IP works with.
const LEAST_MTU: u32 = 68;

/// What a client says of a network; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub admin_state_up: Option<bool>,
    pub shared: Option<bool>,
    #[serde(rename = "router:external")]
    pub external: Option<bool>,
    pub is_default: Option<bool>,
    pub mtu: Option<u32>,
    pub port_security_enabled: Option<bool>,
    pub dns_domain: Option<String>,
    pub availability_zone_hints: Option<Vec<String>>,
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    edit.claim::<Network>(&project)?;
    let mut network = Network::new(edit.uuid(), project);
    apply(&mut network, wanted)?;
    let id = network.standard.id;
    only_one_default(edit, &network);
    edit.state.networks.put(network);
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let network = edit.own::<Network>("update", id)?;
    let before = network.clone();
    apply(network, wanted)?;
    let after = network.clone();
    if before.shared && !after.shared {
        nobody_else_uses(edit.state, &after)?;
    }
    if before.external && !after.external {
        no_router_leads_to(edit.state, id)?;
    }
    only_one_default(edit, &after);
    Ok(())
}

/// With its subnets, unless somebody is on it.
pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    edit.own::<Network>("delete", id)?;
    let ports: Vec<String> = edit
        .state
        .ports_on(id)
        .map(|port| port.standard.id.to_string())
        .collect();
    if !ports.is_empty() {
        let message = format!(
            "Unable to complete operation on network {id}. There are one or more ports still in use on the network, id for \
             these ports is: {}.",
            ports.join(",")
        );
        return Err(Error::conflict("NetworkInUse", message));
    }
    let subnets: Vec<Uuid> = edit
        .state
        .subnets_of(id)
        .map(|subnet| subnet.standard.id)
        .collect();
    for subnet in subnets {
        edit.state.subnets.remove(&subnet);
    }
    edit.state.networks.remove(&id);
    Ok(())
}

fn apply(network: &mut Network, wanted: Wanted) -> Result<(), Error> {
    // 0 is "as you think best".
    if let Some(mtu) = wanted.mtu.filter(|mtu| *mtu != 0) {
        if mtu < LEAST_MTU {
            return Err(Error::input(format!(
                "MTU {mtu} is too small, it is at least {LEAST_MTU}"
            )));
        }
        network.mtu = mtu;
    }
    set(&mut network.name, wanted.name);
    set(&mut network.standard.description, wanted.description);
    set(&mut network.admin_state_up, wanted.admin_state_up);
    set(&mut network.shared, wanted.shared);
    set(&mut network.external, wanted.external);
    set(&mut network.is_default, wanted.is_default);
    set(&mut network.port_security_enabled, wanted.port_security_enabled);
    set(&mut network.dns_domain, wanted.dns_domain);
    set(
        &mut network.availability_zone_hints,
        wanted.availability_zone_hints,
    );
    Ok(())
}

/// Of the external networks one is the default at most: the last that was made it.
fn only_one_default(edit: &mut Edit<'_>, chosen: &Network) {
    if !chosen.is_default {
        return;
    }
    let others: Vec<Uuid> = edit
        .state
        .networks
        .values()
        .filter(|network| network.is_default && network.standard.id != chosen.standard.id)
        .map(|network| network.standard.id)
        .collect();
    for id in others {
        if let Some(network) = edit.state.networks.get_mut(&id) {
            network.is_default = false;
        }
    }
}

fn nobody_else_uses(state: &State, network: &Network) -> Result<(), Error> {
    let owner = &network.standard.project_id;
    let id = network.standard.id;
    let others = state
        .ports_on(id)
        .any(|port| port.standard.project_id != *owner && !port.is_of_network());
    match others {
        true => Err(Error::conflict(
            "InvalidSharedSetting",
            format!(
                "Unable to reconfigure sharing settings for network {}. Multiple tenants are using it.",
                network.name
            ),
        )),
        false => Ok(()),
    }
}

fn no_router_leads_to(state: &State, id: Uuid) -> Result<(), Error> {
    let used = state
        .ports_on(id)
        .any(|port| port.device_owner == "network:router_gateway");
    match used {
        true => Err(Error::conflict(
            "ExternalNetworkInUse",
            format!(
                "External network {id} cannot be updated to be made non-external, since it has existing gateway ports."
            ),
        )),
        false => Ok(()),
    }
}

/// The scope of the pools that the network's subnets come from.
pub fn address_scope(state: &State, network: &Network, ip_version: u8) -> Option<Uuid> {
    let subnets = state.subnets_of(network.standard.id);
    subnets
        .filter(|subnet| subnet.ip_version == ip_version)
        .filter_map(|subnet| state.subnet_pools.get(&subnet.subnetpool_id?)?.address_scope_id)
        .next()
}

impl State {
    pub fn ports_on(&self, network: Uuid) -> impl Iterator<Item = &std::sync::Arc<super::records::Port>> {
        self.ports.values().filter(move |port| port.network_id == network)
    }

    pub fn subnets_of(&self, network: Uuid) -> impl Iterator<Item = &std::sync::Arc<super::records::Subnet>> {
        self.subnets
            .values()
            .filter(move |subnet| subnet.network_id == network)
    }
}
