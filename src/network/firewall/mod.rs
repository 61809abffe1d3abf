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

pub use crate::objects::guard::{Direction, Ethertype, Guard, Rule, Sender};
pub use apply::{Reach, apply};

/// Whom a server asks what it is: always let through, on every interface and none.
pub const METADATA: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(169, 254, 169, 254));
