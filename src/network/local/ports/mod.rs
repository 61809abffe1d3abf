//! Ports: made with addresses, a MAC and groups, changed, and gone.

mod addresses;
mod mac;
mod names;
mod rules;

use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::records::{AddressPair, DhcpOption, Network, Port};
use super::rights::Resource;
use super::security_groups;
use crate::objects::{Mac, ProjectId};

pub use addresses::{check_address, free_address, one_more};
pub(super) use addresses::{give_addresses_of_macs, take_addresses_back};
pub use names::{Name, names};

/// What a client says of a port; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub network_id: Option<Uuid>,
    pub admin_state_up: Option<bool>,
    pub mac_address: Option<Mac>,
    pub fixed_ips: Option<Vec<WantedIp>>,
    pub device_id: Option<String>,
    pub device_owner: Option<String>,
    /// None leaves the project's default group to the service.
    pub security_groups: Option<Vec<Uuid>>,
    pub port_security_enabled: Option<bool>,
    pub allowed_address_pairs: Option<Vec<AddressPair>>,
    pub extra_dhcp_opts: Option<Vec<DhcpOption>>,
    pub dns_name: Option<String>,
    #[serde(rename = "binding:host_id")]
    pub host: Option<String>,
    #[serde(rename = "binding:vnic_type")]
    pub vnic_type: Option<String>,
    #[serde(rename = "binding:profile")]
    pub profile: Option<Map<String, Value>>,
}

/// This address, any of this subnet, or this one of this subnet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WantedIp {
    pub subnet_id: Option<Uuid>,
    pub ip_address: Option<IpAddr>,
}

impl WantedIp {
    pub fn of(subnet: Uuid) -> Self {
        Self {
            subnet_id: Some(subnet),
            ip_address: None,
        }
    }
}

/// As a client asks for it.
pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let network = edit
        .state
        .find::<Network>(edit.context, wanted.network_id.unwrap_or_default())?;
    if !network.is_ruled_by(edit.state, edit.context) {
        rules::only_for_owners_of_the_network("create", &wanted)?;
    }
    let project = edit.project(wanted.project_id.as_ref())?;
    edit.claim::<Port>(&project)?;
    make(edit, project, wanted)
}

/// As the service itself needs it: nobody's rights and quotas are asked for. Ports of the network's own (`device_owner` begins
/// with `network:`) have no groups.
pub fn make(edit: &mut Edit<'_>, project: ProjectId, wanted: Wanted) -> Result<Uuid, Error> {
    let network_id = wanted.network_id.unwrap_or_default();
    let network = edit.state.get::<Network>(network_id)?.clone();
    let mac = mac::choose(edit, network_id, wanted.mac_address)?;
    let mut port = Port::new(edit.uuid(), project, network_id, mac);
    port.port_security_enabled = network.port_security_enabled;
    let (fixed_ips, groups) = (wanted.fixed_ips.clone(), wanted.security_groups.clone());
    apply(&mut port, wanted);
    if port.is_of_network() {
        port.port_security_enabled = false;
    }
    port.fixed_ips = addresses::allocate(edit.state, &port, fixed_ips.as_deref())?;
    port.security_groups = match groups {
        Some(groups) => groups,
        None if port.port_security_enabled => {
            vec![security_groups::ensure_default(
                edit,
                &port.standard.project_id.clone(),
            )]
        }
        None => Vec::new(),
    };
    rules::check(edit, &port, None)?;
    let id = port.standard.id;
    edit.state.ports.put(port);
    Ok(id)
}

/// As a client asks for it.
pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let port = edit.state.own::<Port>(edit.context, "update", id)?;
    let network = edit.state.get::<Network>(port.network_id)?;
    if !network.is_ruled_by(edit.state, edit.context) {
        rules::only_for_owners_of_the_network("update", &wanted)?;
    }
    change(edit, id, wanted)
}

/// As the service itself needs it: nobody's rights are asked for.
pub fn change(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let before = edit.state.get::<Port>(id)?.clone();
    let mut after = Port::clone(&before);
    if let Some(mac) = wanted.mac_address.filter(|mac| *mac != before.mac_address) {
        rules::refuse_when_bound(&before, mac)?;
        after.mac_address = mac::choose(edit, before.network_id, Some(mac))?;
        addresses::follow_mac(edit.state, &mut after);
    }
    if let Some(fixed_ips) = &wanted.fixed_ips {
        after.fixed_ips = addresses::reallocate(edit.state, &after, fixed_ips)?;
        rules::refuse_losing_floating_ips(edit.state, &after)?;
    }
    set(&mut after.security_groups, wanted.security_groups.clone());
    apply(&mut after, wanted);
    rules::check(edit, &after, Some(&before))?;
    edit.state.ports.put(after);
    Ok(())
}

/// As a client asks for it: a router's ports go by way of the router.
pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    let port = edit.state.own::<Port>(edit.context, "delete", id)?;
    if port.is_of_network() {
        let message = format!(
            "Port {id} cannot be deleted directly via the port API: has device owner {}.",
            port.device_owner
        );
        return Err(Error::conflict("ServicePortInUse", message));
    }
    remove(edit, id);
    Ok(())
}

/// As the service itself needs it. Floating IPs that led to it lead nowhere.
pub fn remove(edit: &mut Edit<'_>, id: Uuid) {
    edit.state.ports.remove(&id);
    let led_here: Vec<Uuid> = edit
        .state
        .floating_ips
        .values()
        .filter(|floating| floating.port_id == Some(id))
        .map(|floating| floating.standard.id)
        .collect();
    for floating in led_here {
        if let Some(floating) = edit.state.floating_ips.get_mut(&floating) {
            floating.port_id = None;
            floating.fixed_ip_address = None;
            floating.router_id = None;
        }
    }
}

/// What needs no looking around.
fn apply(port: &mut Port, wanted: Wanted) {
    set(&mut port.name, wanted.name);
    set(&mut port.standard.description, wanted.description);
    set(&mut port.admin_state_up, wanted.admin_state_up);
    set(&mut port.device_id, wanted.device_id);
    set(&mut port.device_owner, wanted.device_owner);
    set(&mut port.port_security_enabled, wanted.port_security_enabled);
    set(&mut port.allowed_address_pairs, wanted.allowed_address_pairs);
    set(&mut port.extra_dhcp_opts, wanted.extra_dhcp_opts);
    set(&mut port.dns_name, wanted.dns_name);
    set(&mut port.host, wanted.host);
    set(&mut port.vnic_type, wanted.vnic_type);
    set(&mut port.profile, wanted.profile);
}
