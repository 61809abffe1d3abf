//! What may pass a server's interfaces: security groups and anti-spoofing, enforced inside the server's own network namespace.

use std::net::IpAddr;

pub use crate::objects::guard::{Direction, Ethertype, Guard, Rule, Sender};

/// Whom a server asks what it is: always let through, on every interface and none.
pub const METADATA: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 169, 254));
