//! A server's network interface, as the engine or Neutron made it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vif {
    /// The network's name: the key under `addresses`.
    pub network: String,
    pub mac: String,
    pub fixed_ips: Vec<FixedIp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedIp {
    pub address: IpAddr,
    pub prefix: u8,
}
