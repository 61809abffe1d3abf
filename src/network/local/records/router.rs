//! Routers, and the floating IPs that they translate.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{FixedIp, Route, Standard};
use crate::objects::ProjectId;

/// Its interfaces are ports with `device_id` and `device_owner` of the router's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Router {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub admin_state_up: bool,
    pub external_gateway_info: Option<Gateway>,
    pub routes: Vec<Route>,
    pub availability_zone_hints: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    pub network_id: Uuid,
    pub enable_snat: bool,
    /// Those of the router's port on that network.
    pub external_fixed_ips: Vec<FixedIp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatingIp {
    #[serde(flatten)]
    pub standard: Standard,
    pub floating_network_id: Uuid,
    pub floating_ip_address: IpAddr,
    /// The port of no server that holds the address on the external network.
    pub floating_port_id: Uuid,
    pub port_id: Option<Uuid>,
    pub fixed_ip_address: Option<IpAddr>,
    pub router_id: Option<Uuid>,
    pub dns_name: String,
    pub dns_domain: String,
}

impl Router {
    pub fn new(id: Uuid, project: ProjectId) -> Self {
        Self {
            standard: Standard::new(id, project),
            name: String::new(),
            admin_state_up: true,
            external_gateway_info: None,
            routes: Vec::new(),
            availability_zone_hints: Vec::new(),
        }
    }
}
