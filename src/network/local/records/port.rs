//! A port: where a server, a router or anything else meets a network.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Standard;
use crate::network::PortStatus;
use crate::objects::{Cidr, Mac, ProjectId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub network_id: Uuid,
    pub mac_address: Mac,
    pub admin_state_up: bool,
    pub device_id: String,
    /// `compute:nova`, `network:router_interface`, ...
    pub device_owner: String,
    pub fixed_ips: Vec<FixedIp>,
    pub security_groups: Vec<Uuid>,
    pub port_security_enabled: bool,
    pub allowed_address_pairs: Vec<AddressPair>,
    pub extra_dhcp_opts: Vec<DhcpOption>,
    pub dns_name: String,
    /// Empty while the port is nowhere.
    #[serde(rename = "binding:host_id")]
    pub host: String,
    #[serde(rename = "binding:vnic_type")]
    pub vnic_type: String,
    #[serde(rename = "binding:profile")]
    pub profile: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedIp {
    pub subnet_id: Uuid,
    pub ip_address: IpAddr,
}

/// From where else the port may send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressPair {
    #[serde(with = "address_or_range")]
    pub ip_address: Cidr,
    /// The port's own when there is none.
    #[serde(default)]
    pub mac_address: Option<Mac>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhcpOption {
    pub opt_name: String,
    pub opt_value: String,
    #[serde(default = "four")]
    pub ip_version: u8,
}

fn four() -> u8 {
    4
}

impl Port {
    pub fn new(id: Uuid, project: ProjectId, network_id: Uuid, mac_address: Mac) -> Self {
        Self {
            standard: Standard::new(id, project),
            name: String::new(),
            network_id,
            mac_address,
            admin_state_up: true,
            device_id: String::new(),
            device_owner: String::new(),
            fixed_ips: Vec::new(),
            security_groups: Vec::new(),
            port_security_enabled: true,
            allowed_address_pairs: Vec::new(),
            extra_dhcp_opts: Vec::new(),
            dns_name: String::new(),
            host: String::new(),
            vnic_type: "normal".to_owned(),
            profile: Map::new(),
        }
    }

    /// Whether it belongs to the network itself: a router's, a floating IP's.
    pub fn is_of_network(&self) -> bool {
        self.device_owner.starts_with("network:")
    }

    pub fn status(&self) -> PortStatus {
        match self.admin_state_up && (!self.host.is_empty() || self.is_wired_by_us()) {
            true => PortStatus::Active,
            false => PortStatus::Down,
        }
    }

    /// Routers are wired by this service and have no host to be bound to.
    fn is_wired_by_us(&self) -> bool {
        self.device_owner.starts_with("network:router_") && !self.device_id.is_empty()
    }

    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.fixed_ips.iter().map(|fixed| fixed.ip_address)
    }
}

/// `10.0.0.7` is written as it was said, though it means `10.0.0.7/32`.
mod address_or_range {
    use std::net::IpAddr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::objects::Cidr;

    pub(super) fn serialize<S: Serializer>(range: &Cidr, serializer: S) -> Result<S::Ok, S::Error> {
        let width = if range.address.is_ipv4() { 32 } else { 128 };
        match range.prefix == width {
            true => serializer.collect_str(&range.address),
            false => serializer.collect_str(range),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cidr, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(address) = text.parse::<IpAddr>() {
            let prefix = if address.is_ipv4() { 32 } else { 128 };
            return Ok(Cidr { address, prefix });
        }
        text.parse().map_err(de::Error::custom)
    }
}
