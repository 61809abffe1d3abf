//! What was allowed of a server's `user_data` when it was taken.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::InstanceId;

/// The verdict on a `user_data`. The server is held to it whenever a container is made of it again or started, whoever asks
/// for that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Licence {
    /// It says what only an operator may say, and somebody said it who may.
    pub operator: bool,
    /// Its flavor gives it what only an operator may say.
    pub flavor: bool,
    /// The servers that it names, as they were found then.
    pub servers: BTreeMap<String, InstanceId>,
    /// The ports of the host that nobody else can have meanwhile.
    pub ports: Vec<HostPort>,
}

impl Licence {
    /// Whether sharing in this server gives what only an operator may give.
    pub fn reaches_the_host(&self) -> bool {
        self.operator || self.flavor
    }
}

/// A port of the host at which a server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HostPort {
    /// `None` is every address.
    pub ip: Option<IpAddr>,
    pub number: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

impl HostPort {
    /// Whether not both can be had.
    pub fn collides(&self, other: &Self) -> bool {
        let everywhere = |ip: &Option<IpAddr>| ip.is_none_or(|ip| ip.is_unspecified());
        let same_place = everywhere(&self.ip) || everywhere(&other.ip) || self.ip == other.ip;
        same_place && self.number == other.number && self.protocol == other.protocol
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(ip: Option<&str>, number: u16, protocol: &str) -> HostPort {
        HostPort {
            ip: ip.map(|ip| ip.parse().unwrap()),
            number,
            protocol: protocol.to_owned(),
        }
    }

    #[test]
    fn ports_collide_where_they_meet() {
        let everywhere = port(None, 8080, "tcp");
        assert!(everywhere.collides(&port(Some("127.0.0.1"), 8080, "tcp")));
        assert!(port(Some("0.0.0.0"), 8080, "tcp").collides(&port(Some("192.0.2.1"), 8080, "tcp")));
        assert!(!everywhere.collides(&port(None, 8080, "udp")));
        assert!(!everywhere.collides(&port(None, 8081, "tcp")));
        assert!(!port(Some("192.0.2.1"), 80, "tcp").collides(&port(Some("192.0.2.2"), 80, "tcp")));
    }
}
