//! Networks, ports and groups that are only remembered.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use uuid::Uuid;

use crate::network::firewall::{Direction, Ethertype, Guard, Rule, Sender};
use crate::network::{
    Error, FloatingIp, Network, Port, PortStatus, SecurityGroup, SecurityGroupRule, protocols,
};
use crate::objects::vif;
use crate::objects::{Cidr, Mac, ProjectId, Vif};

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) networks: BTreeMap<Uuid, KnownNetwork>,
    pub(super) ports: BTreeMap<Uuid, Port>,
    pub(super) groups: BTreeMap<Uuid, (SecurityGroup, Vec<Rule>)>,
    /// What else members of groups let in.
    pub(super) rules: BTreeMap<Uuid, SecurityGroupRule>,
    pub(super) floating: BTreeMap<Uuid, (ProjectId, FloatingIp)>,
    /// What is made for projects that have no network, until somebody asks.
    pub(super) topology: Option<Cidr>,
    pub(super) limits: HashMap<ProjectId, u64>,
    /// Ports that are bound do not work until somebody says so.
    pub(super) slow: bool,
    made: u128,
}

#[derive(Debug)]
pub(super) struct KnownNetwork {
    pub(super) network: Network,
    pub(super) subnets: Vec<(Uuid, Cidr)>,
}

impl State {
    pub(super) fn id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128((0xfa4e << 64) + self.made)
    }

    pub(super) fn default_group(&mut self, project: &ProjectId) -> Uuid {
        let known = self.groups.values().map(|(group, _)| group);
        let found = known
            .filter(|group| group.project == *project)
            .find(|group| group.name == "default");
        match found {
            Some(group) => group.id,
            None => self.group(project, "default"),
        }
    }

    pub(super) fn group(&mut self, project: &ProjectId, name: &str) -> Uuid {
        let id = self.id();
        let group = SecurityGroup {
            id,
            name: name.to_owned(),
            description: String::new(),
            project: project.clone(),
        };
        let out = |ethertype| Rule {
            direction: Direction::Egress,
            ethertype,
            protocol: None,
            min: None,
            max: None,
            remote: None,
        };
        self.groups
            .insert(id, (group, vec![out(Ethertype::V4), out(Ethertype::V6)]));
        id
    }

    pub(super) fn network(&self, id: Uuid) -> Result<&KnownNetwork, Error> {
        self.networks
            .get(&id)
            .ok_or_else(|| Error::NotFound(format!("Network {id} could not be found.")))
    }

    pub(super) fn port(&mut self, id: Uuid) -> Result<&mut Port, Error> {
        self.ports
            .get_mut(&id)
            .ok_or_else(|| Error::NotFound(format!("Port {id} could not be found.")))
    }

    pub(super) fn is_taken(&self, network: Uuid, address: IpAddr) -> bool {
        let on_it = self.ports.values().filter(|port| port.network == network);
        on_it
            .flat_map(|port| &port.fixed_ips)
            .any(|(_, ip)| *ip == address)
    }

    /// The subnet that has room for this address.
    pub(super) fn check_address(&self, network: Uuid, address: IpAddr) -> Result<Uuid, Error> {
        let subnets = &self.network(network)?.subnets;
        let Some((subnet, _)) = subnets.iter().find(|(_, cidr)| cidr.contains(address)) else {
            return Err(Error::Invalid(format!(
                "IP address {address} is not a valid IP for any of the subnets on the specified network."
            )));
        };
        match self.is_taken(network, address) {
            true => Err(Error::Conflict(format!(
                "IP address {address} already allocated in subnet {subnet}"
            ))),
            false => Ok(*subnet),
        }
    }

    /// The next address of the first subnet that has one.
    pub(super) fn free_address(
        &self,
        network: Uuid,
        only: Option<Uuid>,
    ) -> Result<Option<(Uuid, IpAddr)>, Error> {
        let known = self.network(network)?;
        let wanted = known
            .subnets
            .iter()
            .filter(|(id, _)| only.is_none_or(|only| only == *id));
        for (subnet, cidr) in wanted {
            let free = hosts(*cidr).find(|ip| !self.is_taken(network, *ip));
            if let Some(ip) = free {
                return Ok(Some((*subnet, ip)));
            }
        }
        match known.subnets.is_empty() {
            true => Ok(None),
            false => Err(Error::Exhausted(format!(
                "No more IP addresses available on network {network}."
            ))),
        }
    }

    pub(super) fn check_quota(&self, project: &ProjectId) -> Result<(), Error> {
        match self.ports_left(project) {
            Some(0) => Err(Error::OverQuota(
                "Quota exceeded for resources: ['port'].".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn ports_left(&self, project: &ProjectId) -> Option<u64> {
        let limit = *self.limits.get(project)?;
        let has = self.ports.values().filter(|port| port.project == *project);
        Some(limit.saturating_sub(has.count() as u64))
    }

    pub(super) fn mac(&self) -> Mac {
        let [.., a, b, c] = self.made.to_be_bytes();
        Mac([0xfa, 0x16, 0x3e, a, b, c])
    }

    pub(super) fn status(&self) -> PortStatus {
        match self.slow {
            true => PortStatus::Build,
            false => PortStatus::Active,
        }
    }

    pub(super) fn vif(&self, id: Uuid) -> Option<Vif> {
        let port = self.ports.get(&id)?;
        let known = self.networks.get(&port.network)?;
        let subnets = known.subnets.iter().filter_map(|(id, cidr)| {
            let fixed = port.fixed_ips.iter().filter(|(subnet, _)| subnet == id);
            let ips: Vec<IpAddr> = fixed.map(|(_, ip)| *ip).collect();
            (!ips.is_empty()).then(|| vif::Subnet {
                id: Some(*id),
                cidr: *cidr,
                gateway: nth(*cidr, 1),
                ips,
                routes: Vec::new(),
                dns: Vec::new(),
            })
        });
        Some(Vif {
            id,
            mac: port.mac,
            position: 0,
            preserve_on_delete: false,
            active: port.status == PortStatus::Active,
            tag: None,
            floating_ips: self.leading_to(id).collect(),
            vif_type: port.host.as_ref().map(|_| "bridge".to_owned()),
            details: vif::Details::default(),
            ovs_interface_id: None,
            network: vif::Network {
                id: port.network,
                label: known.network.name.clone(),
                project: Some(known.network.project.to_string()),
                bridge: Some("br-fake".to_owned()),
                mtu: Some(1500),
                should_create_vlan: false,
                vlan: None,
                bridge_interface: None,
                subnets: subnets.collect(),
            },
        })
    }

    pub(super) fn guard(&self, id: Uuid) -> Option<Guard> {
        let port = self.ports.get(&id)?;
        let sender = |ip: &IpAddr| Sender {
            mac: port.mac,
            address: alone(*ip),
        };
        let known = port
            .security_groups
            .iter()
            .filter_map(|group| self.groups.get(group));
        Some(Guard {
            port: id,
            enabled: self.networks.get(&port.network)?.network.port_security_enabled,
            senders: port.fixed_ips.iter().map(|(_, ip)| sender(ip)).collect(),
            rules: known
                .flat_map(|(group, rules)| rules.iter().cloned().chain(self.admissions(group.id)))
                .collect(),
        })
    }

    fn leading_to(&self, port: Uuid) -> impl Iterator<Item = vif::FloatingIp> {
        let floating = self.floating.values().map(|(_, floating)| floating);
        floating
            .filter(move |floating| floating.port == Some(port))
            .filter_map(|it| {
                let (fixed, floating) = (it.fixed?, it.address);
                Some(vif::FloatingIp { fixed, floating })
            })
    }

    fn admissions(&self, group: Uuid) -> impl Iterator<Item = Rule> {
        let rules = self.rules.values().filter(move |rule| rule.group == group);
        rules.map(|rule| {
            let admits = &rule.admits;
            let members = admits.remote_group.map(|group| self.members(group));
            Rule {
                direction: Direction::Ingress,
                ethertype: admits.ethertype,
                protocol: admits.protocol.as_deref().and_then(protocols::number),
                min: admits.min,
                max: admits.max,
                remote: members.or_else(|| admits.remote_prefix.map(|prefix| vec![prefix])),
            }
        })
    }

    fn members(&self, group: Uuid) -> Vec<Cidr> {
        let ports = self
            .ports
            .values()
            .filter(|port| port.security_groups.contains(&group));
        ports
            .flat_map(|port| &port.fixed_ips)
            .map(|(_, ip)| alone(*ip))
            .collect()
    }
}

fn alone(address: IpAddr) -> Cidr {
    let prefix = if address.is_ipv4() { 32 } else { 128 };
    Cidr { address, prefix }
}

fn nth(cidr: Cidr, number: u32) -> Option<IpAddr> {
    Some(match cidr.address {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits().checked_add(number)?).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits().checked_add(number.into())?).into(),
    })
}

/// All but the network's own address, the gateway's and (of IPv4) the broadcast's.
pub(super) fn hosts(cidr: Cidr) -> impl Iterator<Item = IpAddr> {
    let width = if cidr.address.is_ipv4() { 32 } else { 128 };
    let bits = (width - u32::from(cidr.prefix)).min(16);
    let last = (1_u32 << bits).saturating_sub(1);
    (2..last).filter_map(move |number| nth(cidr, number))
}
