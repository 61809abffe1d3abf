//! A network: ports on it reach each other.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Standard;
use crate::objects::ProjectId;

/// As many bytes as fit into a packet when nobody says otherwise: bridges of one machine take all of an Ethernet frame.
const MTU: u32 = 1500;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub admin_state_up: bool,
    pub shared: bool,
    #[serde(rename = "router:external")]
    pub external: bool,
    /// The external network that is meant when none is named.
    pub is_default: bool,
    pub mtu: u32,
    /// What ports get that do not say themselves.
    pub port_security_enabled: bool,
    pub dns_domain: String,
    pub availability_zone_hints: Vec<String>,
}

impl Network {
    pub fn new(id: Uuid, project: ProjectId) -> Self {
        Self {
            standard: Standard::new(id, project),
            name: String::new(),
            admin_state_up: true,
            shared: false,
            external: false,
            is_default: false,
            mtu: MTU,
            port_security_enabled: true,
            dns_domain: String::new(),
            availability_zone_hints: Vec::new(),
        }
    }

    /// The Linux bridge that is this network on the machine.
    pub fn bridge(&self) -> String {
        format!("brq{}", &self.standard.id.to_string()[..11])
    }
}
