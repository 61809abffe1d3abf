//! What may pass a port: the rules of its security groups, with the addresses of the groups that they name.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use uuid::Uuid;

use super::calls::Caller;
use super::shown::{AddressGroup, AddressPair, FixedIp, Rule, alone};
use super::{Neutron, shown};
use crate::network::Error;
use crate::network::firewall::{self, Ethertype, Guard, Sender};
use crate::network::protocols::number;
use crate::objects::Cidr;

/// Addresses by the group that they are in.
pub(super) type Addresses = HashMap<Uuid, Vec<Cidr>>;

/// A port as far as others let it in.
#[derive(Debug, Deserialize)]
struct Member {
    #[serde(default)]
    security_groups: Vec<Uuid>,
    #[serde(default)]
    fixed_ips: Vec<FixedIp>,
    #[serde(default)]
    allowed_address_pairs: Vec<AddressPair>,
}

const MEMBER: [&str; 3] = ["security_groups", "fixed_ips", "allowed_address_pairs"];

impl Neutron {
    pub(super) async fn guarded(&self, ids: &[Uuid]) -> Result<Vec<Guard>, Error> {
        let ports = self.ports_by_id(ids).await?;
        let groups: BTreeSet<Uuid> = ports
            .iter()
            .flat_map(|port| port.security_groups.clone())
            .collect();
        let rules: Vec<Rule> = self
            .list_by(
                Caller::Us,
                "security-group-rules",
                "security_group_id",
                groups,
                &[],
            )
            .await?;
        let remote = rules.iter().filter_map(|rule| rule.remote_group_id).collect();
        let named = rules
            .iter()
            .filter_map(|rule| rule.remote_address_group_id)
            .collect();
        let (members, named) = tokio::try_join!(
            self.members(Caller::Us, remote),
            self.address_groups(Caller::Us, named),
        )?;
        Ok(ports
            .iter()
            .map(|port| guard(port, &rules, &members, &named))
            .collect())
    }

    /// The addresses of all ports in each of these security groups, sorted.
    pub(super) async fn members(
        &self,
        caller: Caller<'_>,
        groups: BTreeSet<Uuid>,
    ) -> Result<Addresses, Error> {
        let members: Vec<Member> = self
            .list_by(caller, "ports", "security_groups", groups, &MEMBER)
            .await?;
        let mut addresses = Addresses::new();
        for member in members {
            for group in &member.security_groups {
                addresses.entry(*group).or_default().extend(member.addresses());
            }
        }
        for addresses in addresses.values_mut() {
            addresses.sort_by_key(|cidr| (cidr.address, cidr.prefix));
            addresses.dedup();
        }
        Ok(addresses)
    }

    pub(super) async fn address_groups(
        &self,
        caller: Caller<'_>,
        groups: BTreeSet<Uuid>,
    ) -> Result<Addresses, Error> {
        let groups: Vec<AddressGroup> = self
            .list_by(caller, "address-groups", "id", groups, &["id", "addresses"])
            .await?;
        Ok(groups
            .into_iter()
            .map(|group| (group.id, group.addresses))
            .collect())
    }
}

impl Member {
    fn addresses(&self) -> impl Iterator<Item = Cidr> {
        let fixed = self.fixed_ips.iter().map(|ip| alone(ip.ip_address));
        fixed.chain(self.allowed_address_pairs.iter().map(|pair| pair.ip_address))
    }
}

fn guard(port: &shown::Port, rules: &[Rule], members: &Addresses, named: &Addresses) -> Guard {
    let fixed = port.fixed_ips.iter().map(|ip| Sender {
        mac: port.mac(),
        address: alone(ip.ip_address),
    });
    let pairs = port.allowed_address_pairs.iter().map(|pair| Sender {
        mac: pair.mac_address.unwrap_or_else(|| port.mac()),
        address: pair.ip_address,
    });
    let in_force = rules
        .iter()
        .filter(|rule| port.security_groups.contains(&rule.security_group_id));
    Guard {
        port: port.id,
        enabled: port.port_security_enabled,
        senders: fixed.chain(pairs).collect(),
        rules: in_force
            .filter_map(|rule| let_through(rule, members, named))
            .collect(),
    }
}

/// None for what cannot be told in numbers: it lets nothing through.
fn let_through(rule: &Rule, members: &Addresses, named: &Addresses) -> Option<firewall::Rule> {
    let protocol = match protocol(rule) {
        Ok(protocol) => protocol,
        Err(name) => {
            tracing::warn!(
                protocol = name,
                "a security group rule names a protocol that nobody knows: it lets nothing through"
            );
            return None;
        }
    };
    let v4 = rule.ethertype == Ethertype::V4;
    let of = |addresses: &Addresses, group: Uuid| addresses.get(&group).cloned().unwrap_or_default();
    let group = rule.remote_group_id.map(|group| of(members, group));
    let remote = group.or_else(|| rule.remote_address_group_id.map(|group| of(named, group)));
    let remote = remote.or_else(|| rule.remote_ip_prefix.map(|prefix| vec![prefix]));
    let remote = remote.map(|all| {
        all.into_iter()
            .filter(|cidr| cidr.address.is_ipv4() == v4)
            .collect()
    });
    let number = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok());
    Some(firewall::Rule {
        direction: rule.direction,
        ethertype: rule.ethertype,
        protocol,
        min: number(rule.port_range_min),
        max: number(rule.port_range_max),
        remote,
    })
}

/// Neutron means any protocol by 0, and `ICMPv6` when a rule for IPv6 says `icmp`.
fn protocol(rule: &Rule) -> Result<Option<u8>, &str> {
    let Some(name) = &rule.protocol else {
        return Ok(None);
    };
    if name.eq_ignore_ascii_case("any") {
        return Ok(None);
    }
    match (number(name).ok_or(name.as_str())?, rule.ethertype) {
        (0, _) => Ok(None),
        (1, Ethertype::V6) => Ok(Some(58)),
        (number, _) => Ok(Some(number)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use serde_json::{Value, json};

    use super::*;
    use crate::network::firewall::Direction;

    const GROUP: Uuid = Uuid::from_u128(1);

    fn rule(more: &Value) -> Option<firewall::Rule> {
        let mut rule = json!({"security_group_id": GROUP, "direction": "ingress", "ethertype": "IPv4"});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let rule: Rule = serde_json::from_value(rule).unwrap();
        let cidrs = |texts: [&str; 2]| texts.map(|text| text.parse().unwrap()).to_vec();
        let members = Addresses::from([(GROUP, cidrs(["10.0.0.5/32", "fd00::5/128"]))]);
        let named = Addresses::from([(GROUP, cidrs(["192.0.2.0/24", "fd01::/64"]))]);
        let_through(&rule, &members, &named)
    }

    fn protocol_of(ethertype: &str, protocol: &Value) -> Option<Option<u8>> {
        rule(&json!({"ethertype": ethertype, "protocol": protocol})).map(|rule| rule.protocol)
    }

    #[test]
    fn protocols_are_numbers() {
        for (ethertype, text, number) in [
            ("IPv4", json!("tcp"), Some(6)),
            ("IPv4", json!("132"), Some(132)),
            ("IPv4", json!(17), Some(17)),
            ("IPv4", json!("icmp"), Some(1)),
            ("IPv6", json!("icmp"), Some(58)),
            ("IPv6", json!("ipv6-icmp"), Some(58)),
            ("IPv6", json!("1"), Some(58)),
            ("IPv4", json!("any"), None),
            ("IPv4", json!("0"), None),
            ("IPv4", json!(null), None),
        ] {
            assert_eq!(protocol_of(ethertype, &text), Some(number), "{text}");
        }
        assert_eq!(protocol_of("IPv4", &json!("telepathy")), None);
    }

    #[test]
    fn a_rule_names_addresses_of_its_own_family() {
        let remote = |more: Value| rule(&more).unwrap().remote;
        let cidrs = |texts: &[&str]| {
            Some(
                texts
                    .iter()
                    .map(|text| text.parse().unwrap())
                    .collect::<Vec<Cidr>>(),
            )
        };
        assert_eq!(remote(json!({})), None);
        assert_eq!(
            remote(json!({"remote_ip_prefix": "0.0.0.0/0"})),
            cidrs(&["0.0.0.0/0"])
        );
        assert_eq!(remote(json!({"remote_group_id": GROUP})), cidrs(&["10.0.0.5/32"]));
        assert_eq!(
            remote(json!({"remote_group_id": GROUP, "ethertype": "IPv6"})),
            cidrs(&["fd00::5/128"])
        );
        assert_eq!(remote(json!({"remote_group_id": Uuid::from_u128(2)})), cidrs(&[]));
        assert_eq!(
            remote(json!({"remote_address_group_id": GROUP})),
            cidrs(&["192.0.2.0/24"])
        );
    }

    #[test]
    fn ports_and_icmp_types_are_kept() {
        let icmp = rule(&json!({"protocol": "icmp", "port_range_min": 8, "port_range_max": 0})).unwrap();
        assert_eq!(
            (icmp.direction, icmp.min, icmp.max),
            (Direction::Ingress, Some(8), Some(0))
        );
    }

    #[test]
    fn a_port_may_send_from_its_addresses_and_its_pairs() {
        let port = json!({
            "id": GROUP, "network_id": GROUP, "project_id": "p", "mac_address": "fa:16:3e:00:00:01", "status": "DOWN",
            "fixed_ips": [{"subnet_id": GROUP, "ip_address": "10.0.0.5"}],
            "allowed_address_pairs": [
                {"mac_address": "fa:16:3e:00:00:02", "ip_address": "10.0.0.100"}, {"ip_address": "10.1.0.0/16"},
            ],
        });
        let port = serde_json::from_value(port).unwrap();
        let guard = guard(&port, &[], &Addresses::new(), &Addresses::new());
        let sender = |mac: u8, address: &str| Sender {
            mac: crate::objects::Mac([0xfa, 0x16, 0x3e, 0, 0, mac]),
            address: address.parse().unwrap(),
        };
        let expected = Guard {
            port: GROUP,
            enabled: true,
            senders: vec![
                sender(1, "10.0.0.5/32"),
                sender(2, "10.0.0.100/32"),
                sender(1, "10.1.0.0/16"),
            ],
            rules: Vec::new(),
        };
        assert_eq!(guard, expected);
        assert_eq!(
            alone("fd00::1".parse::<IpAddr>().unwrap()),
            "fd00::1/128".parse().unwrap()
        );
    }
}
