//! A range of addresses of one network.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Route, Standard};
use crate::objects::Cidr;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub network_id: Uuid,
    pub ip_version: u8,
    pub cidr: Cidr,
    pub gateway_ip: Option<IpAddr>,
    /// What the allocator gives out, in this order.
    pub allocation_pools: Vec<Pool>,
    pub dns_nameservers: Vec<IpAddr>,
    pub host_routes: Vec<Route>,
    pub enable_dhcp: bool,
    pub ipv6_ra_mode: Option<Ipv6Mode>,
    pub ipv6_address_mode: Option<Ipv6Mode>,
    pub subnetpool_id: Option<Uuid>,
}

/// From `start` to `end`, both of them in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    pub start: IpAddr,
    pub end: IpAddr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ipv6Mode {
    Slaac,
    #[serde(rename = "dhcpv6-stateful")]
    Stateful,
    #[serde(rename = "dhcpv6-stateless")]
    Stateless,
}

impl Ipv6Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Slaac => "slaac",
            Self::Stateful => "dhcpv6-stateful",
            Self::Stateless => "dhcpv6-stateless",
        }
    }
}

impl Subnet {
    /// Every port of the network has an address here, made of its MAC.
    pub fn is_auto_addressed(&self) -> bool {
        let made_of_mac =
            |mode: Option<Ipv6Mode>| matches!(mode, Some(Ipv6Mode::Slaac | Ipv6Mode::Stateless));
        made_of_mac(self.ipv6_address_mode)
    }
}
