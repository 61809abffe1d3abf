//! What may pass a server's interfaces: security groups and anti-spoofing, enforced inside the server's own network namespace.
//!
//! Pure functions make nftables rulesets of guards: `filter` what the IP stack sends and receives, `link` what leaves as
//! frames, past the IP stack or not. Both are replaced in one transaction, so there is no moment without rules.
//!
//! A rule that goes takes the connections with it that it let in: a connection that was let through bears a mark that is
//! made of the rules themselves. Under other rules the mark is another, and each connection is judged again, by who began
//! it, at its next packet. Under the same rules that is one comparison per packet.

mod apply;
mod filter;
mod link;
mod prefixes;
mod ruleset;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::objects::{Cidr, Mac};

pub use apply::apply;

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

/// Whom a server asks what it is: always let through, on every interface and none.
pub const METADATA: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 169, 254));
