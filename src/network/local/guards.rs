//! What may pass each port: the rules of its groups, with the members of remote groups looked up.

use std::collections::BTreeMap;
use std::net::IpAddr;

use uuid::Uuid;

use super::protocols;
use super::records::{Port, SecurityGroupRule};
use super::state::State;
use crate::network::firewall::{Ethertype, Guard, Rule, Sender};
use crate::objects::Cidr;

/// One state's groups, with their members and rules at hand.
#[derive(Debug)]
pub(super) struct Groups<'a> {
    members: BTreeMap<Uuid, Vec<Cidr>>,
    rules: BTreeMap<Uuid, Vec<&'a SecurityGroupRule>>,
}

impl<'a> Groups<'a> {
    pub(super) fn of(state: &'a State) -> Self {
        let mut members: BTreeMap<Uuid, Vec<Cidr>> = BTreeMap::new();
        for port in state.ports.values() {
            for group in &port.security_groups {
                members.entry(*group).or_default().extend(addresses(port));
            }
        }
        let mut rules: BTreeMap<Uuid, Vec<&SecurityGroupRule>> = BTreeMap::new();
        for rule in state.security_group_rules.values() {
            rules.entry(rule.security_group_id).or_default().push(rule);
        }
        Self { members, rules }
    }

    pub(super) fn guard(&self, port: &Port) -> Guard {
        let rules = port
            .security_groups
            .iter()
            .filter_map(|group| self.rules.get(group));
        Guard {
            port: port.standard.id,
            enabled: port.port_security_enabled || !port.admin_state_up,
            senders: senders(port),
            // A port that is down lets nothing pass.
            rules: match port.admin_state_up {
                true => rules.flatten().map(|rule| self.rule(rule)).collect(),
                false => Vec::new(),
            },
        }
    }

    fn rule(&self, rule: &SecurityGroupRule) -> Rule {
        let remote = match (rule.remote_ip_prefix, rule.remote_group_id) {
            (Some(prefix), _) => Some(vec![prefix]),
            (None, Some(group)) => Some(self.members_of(group, rule.ethertype)),
            (None, None) => None,
        };
        Rule {
            direction: rule.direction,
            ethertype: rule.ethertype,
            protocol: rule.protocol.as_deref().and_then(protocols::number),
            min: rule.port_range_min,
            max: rule.port_range_max,
            remote,
        }
    }

    fn members_of(&self, group: Uuid, ethertype: Ethertype) -> Vec<Cidr> {
        let members = self.members.get(&group).into_iter().flatten();
        let of_family = members.filter(|member| member.address.is_ipv4() == (ethertype == Ethertype::V4));
        of_family.copied().collect()
    }
}

impl State {
    /// What may pass these ports, in the order asked for; ports that are gone are left out.
    pub fn guards(&self, ports: &[Uuid]) -> Vec<Guard> {
        let groups = Groups::of(self);
        let there = ports.iter().filter_map(|id| self.ports.get(id));
        there.map(|port| groups.guard(port)).collect()
    }
}

fn addresses(port: &Port) -> impl Iterator<Item = Cidr> {
    let pairs = port.allowed_address_pairs.iter().map(|pair| pair.ip_address);
    port.addresses().map(single).chain(pairs)
}

fn senders(port: &Port) -> Vec<Sender> {
    let own = port.addresses().map(|address| Sender {
        mac: port.mac_address,
        address: single(address),
    });
    let pairs = port.allowed_address_pairs.iter().map(|pair| Sender {
        mac: pair.mac_address.unwrap_or(port.mac_address),
        address: pair.ip_address,
    });
    own.chain(pairs).collect()
}

fn single(address: IpAddr) -> Cidr {
    let prefix = super::ranges::width(address);
    Cidr { address, prefix }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::firewall::Direction;
    use crate::network::local::records::{AddressPair, FixedIp};
    use crate::objects::ProjectId;

    fn port(n: u8, groups: &[u128]) -> Port {
        let mac = format!("fa:16:3e:00:00:{n:02x}").parse().unwrap();
        let id = Uuid::from_u128(n.into());
        let mut port = Port::new(id, ProjectId::from("0d"), Uuid::from_u128(0xf0), mac);
        port.security_groups = groups.iter().map(|id| Uuid::from_u128(*id)).collect();
        let fixed = |text: String| FixedIp {
            subnet_id: Uuid::from_u128(0xf1),
            ip_address: text.parse().unwrap(),
        };
        port.fixed_ips = vec![fixed(format!("10.0.0.{n}")), fixed(format!("fd00::{n:x}"))];
        port
    }

    fn rule(id: u128, group: u128, direction: Direction) -> SecurityGroupRule {
        let (id, group) = (Uuid::from_u128(id), Uuid::from_u128(group));
        SecurityGroupRule::new(id, ProjectId::from("0d"), group, direction, Ethertype::V4)
    }

    fn cidrs(texts: &[&str]) -> Vec<Cidr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_remote_group_is_its_members_and_from_where_else_they_send() {
        let mut state = State::default();
        let mut other = port(2, &[0xa]);
        other.allowed_address_pairs = vec![AddressPair {
            ip_address: "10.9.0.0/24".parse().unwrap(),
            mac_address: Some("fa:16:3e:00:00:99".parse().unwrap()),
        }];
        let senders = [
            ("fa:16:3e:00:00:02", "10.0.0.2/32"),
            ("fa:16:3e:00:00:02", "fd00::2/128"),
            ("fa:16:3e:00:00:99", "10.9.0.0/24"),
        ]
        .map(|(mac, address)| Sender {
            mac: mac.parse().unwrap(),
            address: address.parse().unwrap(),
        });
        state.ports.put(port(1, &[0xb]));
        state.ports.put(other);
        state.ports.put(port(3, &[]));
        let mut from_group = rule(0x10, 0xb, Direction::Ingress);
        from_group.remote_group_id = Some(Uuid::from_u128(0xa));
        from_group.protocol = Some("tcp".to_owned());
        (from_group.port_range_min, from_group.port_range_max) = (Some(80), Some(81));
        state.security_group_rules.put(from_group);
        let mut to_prefix = rule(0x11, 0xb, Direction::Egress);
        to_prefix.remote_ip_prefix = Some("192.0.2.0/24".parse().unwrap());
        state.security_group_rules.put(to_prefix);
        let mut from_nobody = rule(0x12, 0xb, Direction::Ingress);
        from_nobody.remote_group_id = Some(Uuid::from_u128(0xc));
        state.security_group_rules.put(from_nobody);

        let ids = [2, 99, 1].map(Uuid::from_u128);
        let guards = state.guards(&ids);
        let [second, first] = guards.as_slice() else {
            panic!("{guards:?}");
        };
        assert_eq!((second.port, second.rules.len()), (ids[0], 0));
        assert_eq!(second.senders, senders);
        let allowed = |direction, protocol, ports: [Option<u16>; 2], remote: &[&str]| Rule {
            direction,
            ethertype: Ethertype::V4,
            protocol,
            min: ports[0],
            max: ports[1],
            remote: Some(cidrs(remote)),
        };
        assert_eq!(
            first.rules,
            [
                allowed(
                    Direction::Ingress,
                    Some(6),
                    [Some(80), Some(81)],
                    &["10.0.0.2/32", "10.9.0.0/24"]
                ),
                allowed(Direction::Egress, None, [None, None], &["192.0.2.0/24"]),
                allowed(Direction::Ingress, None, [None, None], &[]),
            ]
        );
    }

    #[test]
    fn who_is_guarded_otherwise_is_told_and_nobody_else() {
        let mut before = State::default();
        for (n, groups) in [(1, vec![0xa]), (2, vec![0xb]), (3, vec![0xc]), (4, vec![])] {
            before.ports.put(port(n, &groups));
        }
        // Members of b let in members of a.
        let mut admits = rule(0x10, 0xb, Direction::Ingress);
        admits.remote_group_id = Some(Uuid::from_u128(0xa));
        before.security_group_rules.put(admits);
        let told = |change: fn(&mut State)| {
            let mut after = before.clone();
            change(&mut after);
            let ports = super::super::affected::ports(&before, &after);
            ports.iter().map(Uuid::as_u128).collect::<Vec<_>>()
        };
        let nobody: [u128; 0] = [];
        assert_eq!(told(|_| ()), nobody);
        assert_eq!(
            told(|state| state
                .security_group_rules
                .put(rule(0x11, 0xc, Direction::Ingress))),
            [3]
        );
        assert_eq!(
            told(|state| state
                .security_group_rules
                .put(rule(0x11, 0xd, Direction::Ingress))),
            nobody
        );
        let gone = |state: &mut State| {
            state.security_group_rules.remove(&Uuid::from_u128(0x10));
        };
        assert_eq!(told(gone), [2]);
        // Four joins a: itself, and who lets members of a in.
        assert_eq!(told(|state| state.ports.put(port(4, &[0xa]))), [2, 4]);
        let leaves = |state: &mut State| {
            state.ports.remove(&Uuid::from_u128(1));
        };
        assert_eq!(told(leaves), [1, 2]);
        let renamed = |state: &mut State| {
            let mut port = port(1, &[0xa]);
            port.name = "other".to_owned();
            state.ports.put(port);
        };
        assert_eq!(told(renamed), [1]);
        let described = |state: &mut State| {
            let mut rule = rule(0x10, 0xb, Direction::Ingress);
            rule.remote_group_id = Some(Uuid::from_u128(0xa));
            rule.standard.description = "other".to_owned();
            state.security_group_rules.put(rule);
        };
        assert_eq!(told(described), nobody);
    }
}
