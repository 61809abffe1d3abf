//! What may pass a server's interfaces, as its network service says.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cidr, Mac, Vif};

/// All that is let through one port, with the members of remote groups looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    pub port: Uuid,
    /// `port_security_enabled`: without it everything passes.
    pub enabled: bool,
    /// The port's own, and its allowed address pairs: what it may send from.
    pub senders: Vec<Sender>,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    pub mac: Mac,
    pub address: Cidr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Ingress,
    Egress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ethertype {
    #[serde(rename = "IPv4")]
    V4,
    #[serde(rename = "IPv6")]
    V6,
}

/// One thing that is let through; nothing else is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub direction: Direction,
    pub ethertype: Ethertype,
    /// The number of the IP protocol; `None` is any.
    pub protocol: Option<u8>,
    /// Ports, or ICMP's type and code.
    pub min: Option<u16>,
    pub max: Option<u16>,
    /// `None` is anybody; an empty list is nobody (a remote group without members).
    pub remote: Option<Vec<Cidr>>,
}

impl Guard {
    /// What may pass while nobody knows better: nothing comes in, nothing goes out.
    pub fn closed(vif: &Vif) -> Self {
        let sender = |(address, _): (std::net::IpAddr, u8)| Sender {
            mac: vif.mac,
            address: Cidr {
                address,
                prefix: if address.is_ipv4() { 32 } else { 128 },
            },
        };
        Self {
            port: vif.id,
            enabled: true,
            senders: vif.fixed_ips().map(sender).collect(),
            rules: Vec::new(),
        }
    }
}
