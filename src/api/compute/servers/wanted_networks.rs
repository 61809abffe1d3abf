//! The list in `networks`: which interfaces a new server is to have.

use uuid::Uuid;

use super::create_request::NetworkWanted;
use crate::api::Fault;
use crate::objects::{NetworkChoice, WantedNetwork};

/// An empty list says no more than none at all.
pub(super) fn wanted_networks(list: &[NetworkWanted]) -> Result<NetworkChoice, Fault> {
    if list.is_empty() {
        return Ok(NetworkChoice::Unspecified);
    }
    let wanted: Result<_, Fault> = list.iter().map(NetworkWanted::upgraded).collect();
    wanted.map(NetworkChoice::These)
}

impl NetworkWanted {
    fn upgraded(&self) -> Result<WantedNetwork, Fault> {
        let port = self.port.and_then(|port| port.0).map(|id| id.0);
        let tag = self.tag.as_ref().or(self.early_tag.as_ref());
        let network = match port {
            // A port is on a network already, whatever else was said.
            Some(_) => None,
            None => self.network()?,
        };
        Ok(WantedNetwork {
            network,
            port,
            fixed_ip: self.fixed_ip.map(|address| address.0),
            tag: tag.map(|tag| tag.0.clone()),
        })
    }

    fn network(&self) -> Result<Option<Uuid>, Fault> {
        match (&self.uuid, &self.any_uuid) {
            (Some(id), _) => Ok(Some(id.0)),
            (None, Some(text)) => text.parse().map(Some).map_err(|_| {
                Fault::bad_request(format!(
                    "Bad networks format: network uuid is not in proper format ({text})"
                ))
            }),
            (None, None) => Ok(None),
        }
    }
}
