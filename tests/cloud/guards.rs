//! What may pass a port.

use nova_docker::network::firewall::{Direction, Ethertype, Guard, Rule, Sender};
use nova_docker::network::{NetworkService, NewPort, PortChange};
use nova_docker::objects::Cidr;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stage::{Stage, id};

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

fn sorted(mut guard: Guard) -> Guard {
    guard.rules.sort_by_key(|rule| format!("{rule:?}"));
    guard
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn a_guard_has_the_rules_and_the_members_of_remote_groups_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, _) = stage.network(&["10.7.0.0/24"]).await;
    let group = async |name: &str| id(&stage.user.make("security-group", json!({"name": name})).await);
    let (web, friends) = (group("web").await, group("friends").await);
    let addresses = json!({"name": "offices", "addresses": ["192.0.2.0/24"]});
    let offices = id(&stage.user.make("address-group", addresses).await);
    let rule = async |more: Value| {
        let mut rule = json!({"security_group_id": web, "direction": "ingress", "ethertype": "IPv4"});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        stage.user.make("security-group-rule", rule).await;
    };
    rule(json!({"protocol": "tcp", "port_range_min": 80, "port_range_max": 81, "remote_group_id": friends}))
        .await;
    rule(json!({"protocol": "icmp", "remote_ip_prefix": "0.0.0.0/0"})).await;
    rule(json!({"remote_address_group_id": offices})).await;
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
    let passes = |direction, ethertype| Rule {
        direction,
        ethertype,
        protocol: None,
        min: None,
        max: None,
        remote: None,
    };
    let into = || passes(Direction::Ingress, Ethertype::V4);
    let friends_may = |remote: Vec<Cidr>| Rule {
        protocol: Some(6),
        min: Some(80),
        max: Some(81),
        remote: Some(remote),
        ..into()
    };
    let expected = |remote| Guard {
        port: server.id,
        enabled: true,
        senders: vec![Sender {
            mac: server.mac,
            address: cidr("10.7.0.10/32"),
        }],
        rules: vec![
            passes(Direction::Egress, Ethertype::V4),
            passes(Direction::Egress, Ethertype::V6),
            friends_may(remote),
            Rule {
                protocol: Some(1),
                remote: Some(vec![cidr("0.0.0.0/0")]),
                ..into()
            },
            Rule {
                remote: Some(vec![cidr("192.0.2.0/24")]),
                ..into()
            },
        ],
    };
    let guard = async || stage.neutron.guards(&[server.id]).await.unwrap().remove(0);
    let both = vec![cidr("10.7.0.20/32"), cidr("10.7.0.99/32")];
    assert_eq!(sorted(guard().await), sorted(expected(both)));
    stage.neutron.delete_port(friend.id).await.unwrap();
    assert_eq!(sorted(guard().await), sorted(expected(Vec::new())));
    let none = PortChange::SecurityGroups(Vec::new());
    stage.neutron.update_port(server.id, &none).await.unwrap();
    assert_eq!(guard().await.rules, []);
    stage
        .user
        .change("port", server.id, json!({"port_security_enabled": false}))
        .await;
    assert!(!guard().await.enabled);
}
