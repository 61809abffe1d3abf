//! The list in `networks`: which interfaces a new server is to have.

use uuid::Uuid;

use super::create_request::NetworkWanted;
use crate::api::Fault;
use crate::objects::{NetworkChoice, WantedNetwork};

/// An empty list says no more than none at all.
pub(super) fn wanted_networks(list: &[NetworkWanted]) -> Result<NetworkChoice, Fault> {
    if list.is_empty() {
        return Ok(NetworkChoice::Auto);
    }
    let mut wanted: Vec<WantedNetwork> = Vec::new();
    for item in list {
        let one = item.wanted()?;
        if let Some(port) = one.port
            && wanted.iter().any(|other| other.port == Some(port))
        {
            return Err(Fault::bad_request(format!(
                "Port ID '{port}' was specified twice: you cannot attach a port multiple times."
            )));
        }
        wanted.push(one);
    }
    Ok(NetworkChoice::These(wanted))
}

impl NetworkWanted {
    fn wanted(&self) -> Result<WantedNetwork, Fault> {
        let port = self.port.and_then(|port| port.0).map(|id| id.0);
        let fixed_ip = self.fixed_ip.map(|address| address.0);
        let tag = self.tag.as_ref().or(self.early_tag.as_ref());
        let network = match (port, fixed_ip) {
            (Some(port), Some(address)) => {
                return Err(Fault::bad_request(format!(
                    "Specified Fixed IP '{address}' cannot be used with port '{port}': the two cannot be specified together."
                )));
            }
            // A port is on a network already, whatever else was said.
            (Some(_), None) => None,
            (None, _) => Some(self.network()?),
        };
        Ok(WantedNetwork {
            network,
            port,
            fixed_ip,
            tag: tag.map(|tag| tag.0.clone()),
        })
    }

    fn network(&self) -> Result<Uuid, Fault> {
        match (&self.uuid, &self.any_uuid) {
            (Some(id), _) => Ok(id.0),
            (None, Some(text)) => text.parse().map_err(|_| {
                Fault::bad_request(format!(
                    "Bad networks format: network uuid is not in proper format ({text})"
                ))
            }),
            (None, None) => Err(Fault::bad_request("Bad network format: missing 'uuid'")),
        }
    }
}
