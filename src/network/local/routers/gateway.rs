//! A router's way out: a port on an external network.

use serde::Deserialize;
use uuid::Uuid;

use super::super::edit::Edit;
use super::super::error::Error;
use super::super::ports::{self, WantedIp};
use super::super::records::{FixedIp, Gateway, Network, Port, Router, Subnet};
use super::super::state::State;
use super::{ROUTER_GATEWAY, change, interfaces, routes};
use crate::objects::ProjectId;

/// What a client says of the way out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Leading {
    pub network_id: Uuid,
    #[serde(default)]
    pub enable_snat: Option<bool>,
    #[serde(default)]
    pub external_fixed_ips: Option<Vec<WantedIp>>,
}

/// Where the router leads from now on. On the network where it leads already it keeps its addresses, unless others are
/// asked for.
pub(super) fn set(edit: &mut Edit<'_>, verb: &str, id: Uuid, leading: Option<Leading>) -> Result<(), Error> {
    let Some(leading) = leading else {
        return remove(edit, id);
    };
    only_for_admins(edit, verb, &leading)?;
    let network = edit.state.find::<Network>(edit.context, leading.network_id)?;
    if !network.external {
        let reason = format!("Network {} is not an external network.", leading.network_id);
        return Err(Error::bad_request("router", reason));
    }
    let wishes = leading.external_fixed_ips.unwrap_or_default();
    refuse_gateway_address(edit, leading.network_id, &wishes)?;
    let present = edit
        .state
        .gateway_of(id)
        .map(|port| (port.standard.id, port.network_id));
    match present {
        Some((port, network)) if network == leading.network_id => readdress(edit, port, &wishes)?,
        _ => {
            remove(edit, id)?;
            attach(edit, id, leading.network_id, &wishes)?;
        }
    }
    let external_fixed_ips = edit
        .state
        .gateway_of(id)
        .map(|port| port.fixed_ips.clone())
        .unwrap_or_default();
    change(edit, id, |router| {
        router.external_gateway_info = Some(Gateway {
            network_id: leading.network_id,
            enable_snat: leading.enable_snat.unwrap_or(true),
            external_fixed_ips,
        });
    })?;
    routes::check_all(edit.state, id)
}

/// Succeeds when there is none.
pub(super) fn remove(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    let Some((port, network)) = edit
        .state
        .gateway_of(id)
        .map(|port| (port.standard.id, port.network_id))
    else {
        return Ok(());
    };
    let is_needed = edit
        .state
        .floating_ips
        .values()
        .any(|ip| ip.router_id == Some(id));
    if is_needed {
        let message = format!(
            "Gateway cannot be updated for router {id}, since a gateway to external network {network} is required by one \
             or more floating IPs."
        );
        return Err(Error::conflict("RouterExternalGatewayInUseByFloatingIp", message));
    }
    ports::remove(edit, port);
    change(edit, id, |router| router.external_gateway_info = None)?;
    routes::check_all(edit.state, id)
}

fn attach(edit: &mut Edit<'_>, id: Uuid, network: Uuid, wishes: &[WantedIp]) -> Result<(), Error> {
    let subnets = edit.state.subnets_of(network).cloned().collect::<Vec<_>>();
    interfaces::refuse_overlap(edit.state, id, &subnets)?;
    let port = ports::Wanted {
        network_id: Some(network),
        fixed_ips: (!wishes.is_empty()).then(|| wishes.to_vec()),
        device_id: Some(id.to_string()),
        device_owner: Some(ROUTER_GATEWAY.to_owned()),
        ..ports::Wanted::default()
    };
    // Nobody's: it is not for the router's owner to see.
    ports::make(edit, ProjectId::from(""), port).map(|_| ())
}

fn readdress(edit: &mut Edit<'_>, port: Uuid, wishes: &[WantedIp]) -> Result<(), Error> {
    if wishes.is_empty() || already_has(edit, port, wishes) {
        return Ok(());
    }
    let port_wanted = ports::Wanted {
        fixed_ips: Some(wishes.to_vec()),
        ..ports::Wanted::default()
    };
    ports::change(edit, port, port_wanted)
}

/// Routers that lead to the network of a new subnet have an address in it too, unless they have one of its version there.
pub(in super::super) fn give_addresses_outside(edit: &mut Edit<'_>, subnet: &Subnet) -> Result<(), Error> {
    let ports: Vec<Uuid> = edit
        .state
        .ports_on(subnet.network_id)
        .filter(|port| port.device_owner == ROUTER_GATEWAY && lacks(edit.state, port, subnet.ip_version))
        .map(|port| port.standard.id)
        .collect();
    for id in ports {
        let port = edit.state.get::<Port>(id)?;
        let router = port.device_id.parse().unwrap_or_default();
        let kept = port.fixed_ips.iter().map(|fixed| WantedIp {
            subnet_id: Some(fixed.subnet_id),
            ip_address: Some(fixed.ip_address),
        });
        let wishes: Vec<WantedIp> = kept.chain([WantedIp::of(subnet.standard.id)]).collect();
        readdress(edit, id, &wishes)?;
        let addresses = edit.state.get::<Port>(id)?.fixed_ips.clone();
        change(edit, router, |router| {
            if let Some(gateway) = &mut router.external_gateway_info {
                gateway.external_fixed_ips = addresses;
            }
        })?;
    }
    Ok(())
}

/// As Neutron counts: addresses that a MAC makes do not, and two others are enough.
fn lacks(state: &State, port: &Port, ip_version: u8) -> bool {
    let subnets = port
        .fixed_ips
        .iter()
        .filter_map(|fixed| state.subnets.get(&fixed.subnet_id));
    let versions: Vec<u8> = subnets
        .filter(|subnet| !subnet.is_auto_addressed())
        .map(|subnet| subnet.ip_version)
        .collect();
    match versions.as_slice() {
        [] => true,
        [one] => *one != ip_version,
        _ => false,
    }
}

fn already_has(edit: &Edit<'_>, port: Uuid, wishes: &[WantedIp]) -> bool {
    let Some(port) = edit.state.ports.get(&port) else {
        return false;
    };
    let granted = |wish: &WantedIp| {
        let same = |fixed: &FixedIp| {
            wish.subnet_id.is_none_or(|id| id == fixed.subnet_id)
                && wish.ip_address.is_none_or(|address| address == fixed.ip_address)
        };
        port.fixed_ips.iter().any(same)
    };
    wishes.len() == port.fixed_ips.len() && wishes.iter().all(granted)
}

/// Whether addresses are translated is the cloud's business, and so are its own addresses outside.
fn only_for_admins(edit: &Edit<'_>, verb: &str, leading: &Leading) -> Result<(), Error> {
    let parts = [
        ("enable_snat", leading.enable_snat.is_some()),
        ("external_fixed_ips", leading.external_fixed_ips.is_some()),
    ];
    for (name, _) in parts.iter().filter(|(_, said)| *said) {
        edit.forbid_unless_admin(&format!("{verb}_router:external_gateway_info:{name}"))?;
    }
    Ok(())
}

fn refuse_gateway_address(edit: &Edit<'_>, network: Uuid, wishes: &[WantedIp]) -> Result<(), Error> {
    let gateways: Vec<_> = edit
        .state
        .subnets_of(network)
        .filter_map(|subnet| subnet.gateway_ip)
        .collect();
    let mut wanted = wishes.iter().filter_map(|wish| wish.ip_address);
    match wanted.find(|address| gateways.contains(address)) {
        None => Ok(()),
        Some(address) => Err(Error::bad_request(
            "router",
            format!("External IP {address} is the same as the gateway IP."),
        )),
    }
}

/// Where a router leads, for those who look from elsewhere.
impl Router {
    pub fn leads_to(&self, network: Uuid) -> bool {
        let gateway = self.external_gateway_info.as_ref();
        gateway.is_some_and(|gateway| gateway.network_id == network)
    }
}
