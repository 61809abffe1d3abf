//! What Neutron shows, as far as we look; a field that was not asked for is empty.

use std::collections::HashMap;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::network::firewall::{Direction, Ethertype};
use crate::network::{
    Admission, Network as Offered, Port as Known, PortStatus, SecurityGroup, SecurityGroupRule,
};
use crate::objects::vif::Details;
use crate::objects::{Cidr, Mac, ProjectId};

#[derive(Debug, Deserialize)]
pub(super) struct PortAnswer {
    pub(super) port: Port,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Port {
    pub(super) id: Uuid,
    pub(super) network_id: Uuid,
    project_id: ProjectId,
    mac_address: Mac,
    pub(super) fixed_ips: Vec<FixedIp>,
    #[serde(default)]
    pub(super) security_groups: Vec<Uuid>,
    pub(super) status: String,
    #[serde(default = "yes")]
    pub(super) admin_state_up: bool,
    #[serde(default)]
    pub(super) device_id: String,
    #[serde(default)]
    device_owner: String,
    #[serde(default, rename = "binding:host_id")]
    pub(super) host: Option<String>,
    #[serde(default, rename = "binding:vif_type")]
    pub(super) vif_type: Option<String>,
    #[serde(default, rename = "binding:vif_details")]
    pub(super) details: Option<Details>,
    #[serde(default = "yes")]
    pub(super) port_security_enabled: bool,
    #[serde(default)]
    pub(super) allowed_address_pairs: Vec<AddressPair>,
    #[serde(default)]
    pub(super) revision_number: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub(super) struct FixedIp {
    pub(super) subnet_id: Uuid,
    pub(super) ip_address: IpAddr,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AddressPair {
    #[serde(default)]
    pub(super) mac_address: Option<Mac>,
    #[serde(deserialize_with = "address_or_network")]
    pub(super) ip_address: Cidr,
}

#[derive(Debug, Deserialize)]
pub(super) struct Network {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) project_id: ProjectId,
    #[serde(default)]
    shared: bool,
    #[serde(default, rename = "router:external")]
    external: bool,
    #[serde(default = "yes")]
    admin_state_up: bool,
    #[serde(default = "yes")]
    port_security_enabled: bool,
    #[serde(default)]
    subnets: Vec<Uuid>,
    #[serde(default)]
    pub(super) mtu: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Subnet {
    pub(super) id: Uuid,
    pub(super) cidr: Cidr,
    #[serde(default)]
    pub(super) gateway_ip: Option<IpAddr>,
    #[serde(default)]
    pub(super) dns_nameservers: Vec<IpAddr>,
    #[serde(default)]
    pub(super) host_routes: Vec<HostRoute>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HostRoute {
    pub(super) destination: Cidr,
    pub(super) nexthop: IpAddr,
}

#[derive(Debug, Deserialize)]
pub(super) struct FloatingIp {
    pub(super) port_id: Uuid,
    pub(super) fixed_ip_address: IpAddr,
    pub(super) floating_ip_address: IpAddr,
}

#[derive(Debug, Deserialize)]
pub(super) struct Group {
    id: Uuid,
    name: String,
    #[serde(default)]
    description: String,
    project_id: ProjectId,
}

#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    #[serde(default)]
    pub(super) id: Uuid,
    pub(super) security_group_id: Uuid,
    pub(super) direction: Direction,
    pub(super) ethertype: Ethertype,
    #[serde(default, deserialize_with = "text_or_number")]
    pub(super) protocol: Option<String>,
    #[serde(default)]
    pub(super) port_range_min: Option<i32>,
    #[serde(default)]
    pub(super) port_range_max: Option<i32>,
    #[serde(default)]
    pub(super) remote_ip_prefix: Option<Cidr>,
    #[serde(default)]
    pub(super) remote_group_id: Option<Uuid>,
    #[serde(default)]
    pub(super) remote_address_group_id: Option<Uuid>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AddressGroup {
    pub(super) id: Uuid,
    pub(super) addresses: Vec<Cidr>,
}

/// A thing and which state of it this is.
#[derive(Debug, Deserialize)]
pub(super) struct Revision {
    pub(super) id: Uuid,
    #[serde(default)]
    pub(super) revision_number: Option<u64>,
    /// Of subnets.
    #[serde(default)]
    pub(super) network_id: Option<Uuid>,
}

fn yes() -> bool {
    true
}

fn address_or_network<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cidr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let alone = || text.parse().ok().map(alone);
    let parsed = text.parse().ok().or_else(alone);
    parsed.ok_or_else(|| serde::de::Error::custom(format_args!("'{text}' is no address")))
}

/// The network that has this address only.
pub(super) fn alone(address: IpAddr) -> Cidr {
    let prefix = if address.is_ipv4() { 32 } else { 128 };
    Cidr { address, prefix }
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(u8),
    }
    let either = Option::<Either>::deserialize(deserializer)?;
    Ok(either.map(|either| match either {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    }))
}

impl Port {
    pub(super) fn mac(&self) -> Mac {
        self.mac_address
    }

    /// Neutron's mechanism drivers found no way to make it work on the host.
    pub(super) fn is_not_bound(&self) -> bool {
        matches!(self.vif_type.as_deref(), Some("binding_failed" | "unbound"))
    }
}

impl From<Port> for Known {
    fn from(port: Port) -> Self {
        let status = match port.status.as_str() {
            "ACTIVE" => PortStatus::Active,
            "BUILD" => PortStatus::Build,
            "ERROR" => PortStatus::Error,
            _ => PortStatus::Down,
        };
        let named = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            id: port.id,
            network: port.network_id,
            project: port.project_id,
            mac: port.mac_address,
            fixed_ips: port
                .fixed_ips
                .iter()
                .map(|ip| (ip.subnet_id, ip.ip_address))
                .collect(),
            security_groups: port.security_groups,
            status,
            device_id: named(port.device_id),
            device_owner: port.device_owner,
            host: port.host.and_then(named),
        }
    }
}

impl From<Network> for Offered {
    fn from(network: Network) -> Self {
        Self {
            id: network.id,
            name: network.name,
            project: network.project_id,
            shared: network.shared,
            external: network.external,
            admin_state_up: network.admin_state_up,
            port_security_enabled: network.port_security_enabled,
            has_subnets: !network.subnets.is_empty(),
        }
    }
}

impl From<Group> for SecurityGroup {
    fn from(group: Group) -> Self {
        Self {
            id: group.id,
            name: group.name,
            description: group.description,
            project: group.project_id,
        }
    }
}

impl From<Rule> for SecurityGroupRule {
    fn from(rule: Rule) -> Self {
        let number = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok());
        Self {
            id: rule.id,
            group: rule.security_group_id,
            admits: Admission {
                ethertype: rule.ethertype,
                protocol: rule.protocol,
                min: number(rule.port_range_min),
                max: number(rule.port_range_max),
                remote_group: rule.remote_group_id,
                remote_prefix: rule.remote_ip_prefix,
            },
        }
    }
}

/// Things by what they are called; of two of one name the later.
pub(super) fn by_id<T>(things: Vec<T>, id: impl Fn(&T) -> Uuid) -> HashMap<Uuid, T> {
    things.into_iter().map(|thing| (id(&thing), thing)).collect()
}
