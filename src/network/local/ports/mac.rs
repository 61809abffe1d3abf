//! The hardware addresses of ports: one is on a network once.

use uuid::Uuid;

use super::super::edit::Edit;
use super::super::error::Error;
use crate::objects::Mac;

/// The first half of all that are made up, as Neutron has it.
const PREFIX: [u8; 3] = [0xfa, 0x16, 0x3e];

/// The one asked for, or one that is not on the network yet.
pub(super) fn choose(edit: &Edit<'_>, network: Uuid, wanted: Option<Mac>) -> Result<Mac, Error> {
    let is_taken = |mac: Mac| edit.state.ports_on(network).any(|port| port.mac_address == mac);
    match wanted {
        Some(mac) if is_taken(mac) => {
            let message = format!(
                "Unable to complete operation for network {network}. The mac address {mac} is in use."
            );
            Err(Error::conflict("MacAddressInUse", message))
        }
        Some(mac) => Ok(mac),
        None => loop {
            let mac = made_up(edit.uuid());
            if !is_taken(mac) {
                return Ok(mac);
            }
        },
    }
}

fn made_up(random: Uuid) -> Mac {
    let [a, b, c] = PREFIX;
    let [.., d, e, f] = *random.as_bytes();
    Mac([a, b, c, d, e, f])
}
