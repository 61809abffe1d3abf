//! A server's network interface: what must be known of a port to plug it, to show it and to guard it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// A port as its network service bound it to this host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vif {
    /// The port's id.
    pub id: Uuid,
    pub mac: Mac,
    /// In the server it is `eth0`, `eth1`, ... by this, whatever became of the others.
    #[serde(default)]
    pub position: u32,
    /// The user made the port and keeps it when the server goes.
    #[serde(default)]
    pub preserve_on_delete: bool,
    /// The network service says that the port works (`status` is ACTIVE).
    #[serde(default)]
    pub active: bool,
    /// The user's word for this interface, which the server finds in its metadata.
    #[serde(default)]
    pub tag: Option<String>,
    #[serde(default)]
    pub floating_ips: Vec<FloatingIp>,
    /// `binding:vif_type`.
    #[serde(default)]
    pub vif_type: Option<String>,
    /// `binding:vif_details`.
    #[serde(default)]
    pub details: Details,
    /// What Open vSwitch calls the port when it is not the port's id.
    #[serde(default)]
    pub ovs_interface_id: Option<String>,
    pub network: Network,
}

/// An address of another network that leads to one of the port's fixed IPs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatingIp {
    pub fixed: IpAddr,
    pub floating: IpAddr,
}

/// The part of `binding:vif_details` that decides something here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The bridge to use instead of the network's.
    pub bridge_name: Option<String>,
    pub ovs_hybrid_plug: bool,
    pub port_filter: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub id: Uuid,
    /// The name under which `addresses` shows it.
    pub label: String,
    /// The project that owns the network.
    #[serde(default)]
    pub project: Option<String>,
    #[serde(default)]
    pub bridge: Option<String>,
    #[serde(default)]
    pub mtu: Option<u32>,
    /// The bridge stands on a VLAN of `bridge_interface` that the host makes when it is missing.
    #[serde(default)]
    pub should_create_vlan: bool,
    #[serde(default)]
    pub vlan: Option<u16>,
    /// The host's interface that leads out.
    #[serde(default)]
    pub bridge_interface: Option<String>,
    /// Those subnets in which the port has addresses.
    pub subnets: Vec<Subnet>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// As the network service calls it; none when the engine made it.
    #[serde(default)]
    pub id: Option<Uuid>,
    pub cidr: Cidr,
    #[serde(default)]
    pub gateway: Option<IpAddr>,
    /// The port's fixed IPs.
    pub ips: Vec<IpAddr>,
    #[serde(default)]
    pub routes: Vec<HostRoute>,
    #[serde(default)]
    pub dns: Vec<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRoute {
    pub destination: Cidr,
    /// Unspecified (`0.0.0.0`, `::`) for what is on the link itself.
    pub gateway: IpAddr,
}

impl Vif {
    /// Every address with the prefix of its subnet, in the order of the subnets.
    pub fn fixed_ips(&self) -> impl Iterator<Item = (IpAddr, u8)> {
        let subnets = self.network.subnets.iter();
        subnets.flat_map(|subnet| subnet.ips.iter().map(|ip| (*ip, subnet.cidr.prefix)))
    }

    /// Every address by which it can be reached, each fixed one followed by those that lead to it, with Nova's word for it.
    pub fn addresses(&self) -> impl Iterator<Item = (IpAddr, &'static str)> {
        self.fixed_ips().flat_map(|(fixed, _)| {
            let leads_here = self.floating_ips.iter().filter(move |ip| ip.fixed == fixed);
            let floating = leads_here.map(|ip| (ip.floating, "floating"));
            std::iter::once((fixed, "fixed")).chain(floating)
        })
    }

    /// Its name in the server.
    pub fn device(&self) -> String {
        format!("eth{}", self.position)
    }

    /// The name servers of all subnets, in their order.
    pub fn dns(&self) -> impl Iterator<Item = IpAddr> {
        self.network
            .subnets
            .iter()
            .flat_map(|subnet| subnet.dns.iter().copied())
    }

    /// The first address of this family.
    pub(crate) fn first_ip(&self, ipv4: bool) -> Option<IpAddr> {
        self.fixed_ips().map(|(ip, _)| ip).find(|ip| ip.is_ipv4() == ipv4)
    }

    pub(crate) fn bridge(&self) -> Option<&str> {
        self.details
            .bridge_name
            .as_deref()
            .or(self.network.bridge.as_deref())
    }
}

/// A hardware address, written `fa:16:3e:00:00:01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mac(pub [u8; 6]);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a MAC address")]
pub struct NotAMac(pub String);

/// An address and how much of it names the network, written `10.0.0.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cidr {
    pub address: IpAddr,
    pub prefix: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a network in CIDR notation")]
pub struct NotCidr(pub String);

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for Mac {
    type Err = NotAMac;

    fn from_str(text: &str) -> Result<Self, NotAMac> {
        let byte = |part: &str| {
            (part.len() == 2)
                .then(|| u8::from_str_radix(part, 16).ok())
                .flatten()
        };
        let bytes: Option<Vec<u8>> = text.split(':').map(byte).collect();
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| NotAMac(text.to_owned()))
    }
}

impl Cidr {
    pub(crate) fn is_default(&self) -> bool {
        self.prefix == 0
    }

    /// The range itself: the address without what lies beyond the prefix.
    pub fn network(&self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::from(Ipv4Addr::from_bits(address.to_bits() & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                IpAddr::from(Ipv6Addr::from_bits(address.to_bits() & mask))
            }
        };
        Self { address, ..*self }
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, theirs, width) = match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let host_bits = width - u32::from(self.prefix);
        (ours ^ theirs).checked_shr(host_bits).unwrap_or(0) == 0
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Cidr {
    type Err = NotCidr;

    fn from_str(text: &str) -> Result<Self, NotCidr> {
        let parsed = text.split_once('/').and_then(|(address, prefix)| {
            let address: IpAddr = address.parse().ok()?;
            let prefix: u8 = prefix.parse().ok()?;
            let width = if address.is_ipv4() { 32 } else { 128 };
            (prefix <= width).then_some(Self { address, prefix })
        });
        parsed.ok_or_else(|| NotCidr(text.to_owned()))
    }
}

macro_rules! written_as_text {
    ($($Type:ident),*) => { $(
        impl Serialize for $Type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $Type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )* };
}

written_as_text!(Mac, Cidr);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The whole of it: a field that storage forgets would be missing after a restart.
    #[test]
    fn a_vif_survives_storage() {
        let stored = json!({
            "id": "5e2fa8f0-1d3c-4c8e-9a43-0242ac110002", "mac": "fa:16:3e:00:00:0a", "position": 1,
            "preserve_on_delete": true, "active": true, "tag": "outside",
            "floating_ips": [{"fixed": "10.0.0.5", "floating": "192.0.2.7"}], "vif_type": "ovs",
            "details": {"bridge_name": "br-x", "ovs_hybrid_plug": true, "port_filter": true}, "ovs_interface_id": "x",
            "network": {
                "id": "00000000-0000-0000-0000-000000000002", "label": "private", "project": "p", "bridge": "br-int",
                "mtu": 1450, "should_create_vlan": true, "vlan": 7, "bridge_interface": "eth1",
                "subnets": [{
                    "id": "00000000-0000-0000-0000-000000000003", "cidr": "10.0.0.0/24", "gateway": "10.0.0.1",
                    "ips": ["10.0.0.5"], "routes": [{"destination": "192.0.2.0/24", "gateway": "10.0.0.9"}],
                    "dns": ["10.0.0.2"],
                }],
            },
        });
        let vif: Vif = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(serde_json::to_value(vif).unwrap(), stored);
    }

    #[test]
    fn a_network_knows_what_it_contains() {
        let contains = |cidr: &str, ip: &str| cidr.parse::<Cidr>().unwrap().contains(ip.parse().unwrap());
        assert!(contains("10.0.0.0/24", "10.0.0.255"));
        assert!(!contains("10.0.0.0/24", "10.0.1.0"));
        assert!(contains("0.0.0.0/0", "192.0.2.1"));
        assert!(contains("fd00::/64", "fd00::1"));
        assert!(!contains("fd00::/64", "fd00:0:0:1::1"));
        assert!(contains("::/0", "fd00::1"));
        assert!(!contains("::/0", "10.0.0.1"));
    }

    #[test]
    fn what_is_neither_mac_nor_network_is_refused() {
        for text in [
            "",
            "fa:16:3e:00:00",
            "fa:16:3e:00:00:00:00",
            "fa:16:3e:0:00:00",
            "fa:16:3e:00:00:zz",
        ] {
            assert_eq!(text.parse::<Mac>(), Err(NotAMac(text.to_owned())));
        }
        for text in ["", "10.0.0.0", "10.0.0.0/33", "fd00::/129", "x/8"] {
            assert_eq!(text.parse::<Cidr>(), Err(NotCidr(text.to_owned())));
        }
    }
}
