//! What a port cannot be, and what only some may say of it.

use uuid::Uuid;

use super::super::edit::Edit;
use super::super::error::Error;
use super::super::records::{Port, SecurityGroup};
use super::super::state::State;
use super::Wanted;
use crate::objects::Mac;

const MOST_PAIRS: usize = 10;

/// On a network that is lent to them, people take what they are given. `verb` is `create` or `update`.
pub(super) fn only_for_owners_of_the_network(verb: &str, wanted: &Wanted) -> Result<(), Error> {
    let addresses = wanted.fixed_ips.iter().flatten();
    let said = [
        ("mac_address", wanted.mac_address.is_some()),
        (
            "fixed_ips:ip_address",
            addresses.clone().any(|ip| ip.ip_address.is_some()),
        ),
        ("port_security_enabled", wanted.port_security_enabled.is_some()),
        (
            "allowed_address_pairs",
            wanted
                .allowed_address_pairs
                .as_ref()
                .is_some_and(|pairs| !pairs.is_empty()),
        ),
        (
            "device_owner",
            wanted
                .device_owner
                .as_ref()
                .is_some_and(|owner| owner.starts_with("network:")),
        ),
    ];
    match said.iter().find(|(_, said)| *said) {
        Some((name, _)) => Err(Error::not_allowed(format!("{verb}_port:{name}"))),
        None => Ok(()),
    }
}

/// Whether all that the port says goes together; `before` is what it said so far.
pub(super) fn check(edit: &Edit<'_>, port: &Port, before: Option<&Port>) -> Result<(), Error> {
    let is_new = |group: &&Uuid| before.is_none_or(|before| !before.security_groups.contains(group));
    for group in port.security_groups.iter().filter(is_new) {
        edit.state.find::<SecurityGroup>(edit.context, *group)?;
    }
    check_security(port, before)?;
    check_pairs(port)
}

fn check_security(port: &Port, before: Option<&Port>) -> Result<(), Error> {
    if port.port_security_enabled {
        return Ok(());
    }
    if !port.security_groups.is_empty() {
        let message = "Port has security group associated. Cannot disable port security or IP address until security \
                       group is removed.";
        let was_on = before.is_some_and(|before| before.port_security_enabled);
        return Err(match was_on {
            true => Error::conflict("PortSecurityPortHasSecurityGroup", message),
            false => Error::invalid(
                "PortSecurityAndIPRequiredForSecurityGroups",
                "Port security must be enabled and port must have an IP address in order to use security groups.",
            ),
        });
    }
    match port.allowed_address_pairs.is_empty() {
        true => Ok(()),
        false => Err(Error::conflict(
            "AddressPairAndPortSecurityRequired",
            "Port Security must be enabled in order to have allowed address pairs on a port.",
        )),
    }
}

fn check_pairs(port: &Port) -> Result<(), Error> {
    let pairs = &port.allowed_address_pairs;
    if pairs.len() > MOST_PAIRS {
        let message = format!("The number of allowed address pair exceeds the maximum {MOST_PAIRS}.");
        return Err(Error::invalid("AllowedAddressPairExhausted", message));
    }
    let twice = pairs
        .iter()
        .enumerate()
        .find(|(at, pair)| pairs[..*at].contains(pair));
    match twice {
        Some((_, pair)) => {
            let mac = pair.mac_address.unwrap_or(port.mac_address);
            let message = format!(
                "Request contains duplicate address pair: mac_address {mac} ip_address {}.",
                pair.ip_address
            );
            Err(Error::invalid("DuplicateAddressPairInRequest", message))
        }
        None => Ok(()),
    }
}

/// Somebody relies on the MAC that the port was bound with.
pub(super) fn refuse_when_bound(port: &Port, wanted: Mac) -> Result<(), Error> {
    if port.host.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Unable to complete operation on port {}, port is already bound, port type: bridge, old_mac {}, new_mac {wanted}.",
        port.standard.id, port.mac_address
    );
    Err(Error::conflict("PortBound", message))
}

/// A floating IP leads to an address for as long as it does not lead elsewhere.
pub(super) fn refuse_losing_floating_ips(state: &State, port: &Port) -> Result<(), Error> {
    let id = port.standard.id;
    let mut leading_here = state
        .floating_ips
        .values()
        .filter(|floating| floating.port_id == Some(id))
        .filter_map(|floating| floating.fixed_ip_address);
    match leading_here.all(|fixed| port.addresses().any(|address| address == fixed)) {
        true => Ok(()),
        false => Err(Error::bad_request(
            "port",
            format!(
                "Cannot update the fixed_ips of the port {id}, because its original fixed_ip has been associated to a \
                 floating ip."
            ),
        )),
    }
}
