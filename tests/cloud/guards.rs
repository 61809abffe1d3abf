//! What may pass a port.

use nova_docker::network::firewall::{Direction, Ethertype, Guard, Rule, Sender};
use nova_docker::network::{NetworkService, NewPort, PortChange};
use nova_docker::objects::Cidr;
use serde_json::json;
use uuid::Uuid;

use crate::stage::{Stage, id};

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn sorted(mut guard: Guard) -> Guard {
    guard.rules.sort_by_key(|rule| format!("{rule:?}"));
    guard
}

/// What a group lets in: members of another to two ports, everybody by ICMP, and everything from a range with a name.
async fn let_in(stage: &Stage, group: Uuid, friends: Uuid) {
    let addresses = json!({"name": "offices", "addresses": ["192.0.2.0/24"]});
    let offices = id(&stage.user.make("address-group", addresses).await);
    for more in [
        json!({"protocol": "tcp", "port_range_min": 80, "port_range_max": 81, "remote_group_id": friends}),
        json!({"protocol": "icmp", "remote_ip_prefix": "0.0.0.0/0"}),
        json!({"remote_address_group_id": offices}),
    ] {
        let mut rule = json!({"security_group_id": group, "direction": "ingress", "ethertype": "IPv4"});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        stage.user.make("security-group-rule", rule).await;
    }
}

fn passes(direction: Direction, ethertype: Ethertype) -> Rule {
    Rule {
        direction,
        ethertype,
        protocol: None,
        min: None,
        max: None,
        remote: None,
    }
}

/// As the rules of `let_in` come to, with these friends.
fn let_through(friends: &[&str]) -> Vec<Rule> {
    let from = |remote: &[&str]| Rule {
        remote: Some(remote.iter().map(|text| cidr(text)).collect()),
        ..passes(Direction::Ingress, Ethertype::V4)
    };
    vec![
        passes(Direction::Egress, Ethertype::V4),
        passes(Direction::Egress, Ethertype::V6),
        Rule {
            protocol: Some(6),
            min: Some(80),
            max: Some(81),
            ..from(friends)
        },
        Rule {
            protocol: Some(1),
            ..from(&["0.0.0.0/0"])
        },
        from(&["192.0.2.0/24"]),
    ]
}

#[tokio::test]
async fn a_guard_has_the_rules_and_the_members_of_remote_groups_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, _) = stage.network(&["10.7.0.0/24"]).await;
    let group = async |name: &str| id(&stage.user.make("security-group", json!({"name": name})).await);
    let (web, friends) = (group("web").await, group("friends").await);
    let_in(&stage, web, friends).await;
    let port = async |address: &str, group: Uuid| {
        let port = NewPort {
            fixed_ip: Some(address.parse().unwrap()),
            security_groups: Some(vec![group]),
            ..stage.wanted(network)
        };
        stage.neutron.create_port(&port).await.unwrap()
    };
    let server = port("10.7.0.10", web).await;
    let friend = port("10.7.0.20", friends).await;
    let pairs = json!({"allowed_address_pairs": [{"ip_address": "10.7.0.99"}]});
    stage.user.change("port", friend.id, pairs).await;
    let expected = |friends: &[&str]| Guard {
        port: server.id,
        enabled: true,
        senders: vec![Sender {
            mac: server.mac,
            address: cidr("10.7.0.10/32"),
        }],
        rules: let_through(friends),
    };
    let guard = async || stage.neutron.guards(&[server.id]).await.unwrap().remove(0);
    let both = expected(&["10.7.0.20/32", "10.7.0.99/32"]);
    assert_eq!(sorted(guard().await), sorted(both));
    stage.neutron.delete_port(friend.id).await.unwrap();
    assert_eq!(sorted(guard().await), sorted(expected(&[])));
    let none = PortChange::SecurityGroups(Vec::new());
    stage.neutron.update_port(server.id, &none).await.unwrap();
    assert_eq!(guard().await.rules, []);
    let unguarded = json!({"port_security_enabled": false});
    stage.user.change("port", server.id, unguarded).await;
    assert!(!guard().await.enabled);
}
