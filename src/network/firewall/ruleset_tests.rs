//! The rulesets of guards, word for word.

use uuid::Uuid;

use super::*;
use crate::network::firewall::{Direction, Ethertype, Rule, Sender};

fn guard(senders: &[&str], rules: Vec<Rule>) -> Guard {
    let sender = |text: &&str| Sender {
        mac: "fa:16:3e:00:00:01".parse().unwrap(),
        address: text.parse().unwrap(),
    };
    Guard {
        port: Uuid::from_u128(1),
        enabled: true,
        senders: senders.iter().map(sender).collect(),
        rules,
    }
}

fn rule(direction: Direction, ethertype: Ethertype) -> Rule {
    Rule {
        direction,
        ethertype,
        protocol: None,
        min: None,
        max: None,
        remote: None,
    }
}

fn remote(prefixes: &[&str]) -> Option<Vec<crate::objects::Cidr>> {
    Some(prefixes.iter().map(|text| text.parse().unwrap()).collect())
}

fn on_eth0(guard: Guard) -> Vec<(String, Guard)> {
    vec![("eth0".to_owned(), guard)]
}

#[track_caller]
fn assert_golden(name: &str, ruleset: &str) {
    let path = format!(
        "{}/src/network/firewall/golden/{name}.nft",
        env!("CARGO_MANIFEST_DIR")
    );
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(&path, ruleset).unwrap();
    }
    assert_eq!(ruleset, std::fs::read_to_string(&path).unwrap(), "{path}");
}

/// A project's default group, as Neutron makes it, and a rule of each kind beside.
fn usual() -> Guard {
    use Direction::{Egress, Ingress};
    use Ethertype::{V4, V6};
    let members = remote(&["10.0.0.7/32", "10.0.0.9/32", "fd00::7/128"]);
    let group = |ethertype| Rule {
        remote: members.clone(),
        ..rule(Ingress, ethertype)
    };
    let tcp = |min, max| Rule {
        protocol: Some(6),
        min: Some(min),
        max: Some(max),
        ..rule(Ingress, V4)
    };
    let icmp = |kind, code, ethertype| Rule {
        protocol: Some(1),
        min: Some(kind),
        max: code,
        ..rule(Ingress, ethertype)
    };
    let rules = vec![
        rule(Egress, V4),
        rule(Egress, V6),
        group(V4),
        group(V6),
        tcp(22, 22),
        tcp(8000, 8010),
        Rule {
            remote: remote(&["192.0.2.5/24", "192.0.2.128/25"]),
            ..tcp(443, 443)
        },
        // Shares the members of the group.
        Rule {
            remote: members.clone(),
            ..tcp(5432, 5432)
        },
        icmp(8, Some(0), V4),
        icmp(3, None, V4),
        icmp(128, None, V6),
        Rule {
            protocol: Some(112),
            ..rule(Ingress, V4)
        },
        // The same again, anybody said in two ways, and nobody.
        tcp(22, 22),
        Rule {
            remote: remote(&["0.0.0.0/0"]),
            ..tcp(80, 80)
        },
        Rule {
            remote: remote(&[]),
            ..tcp(81, 81)
        },
        Rule {
            remote: remote(&["fd00::1/128"]),
            ..tcp(82, 82)
        },
    ];
    guard(&["10.0.0.1/32", "fd00::1/128"], rules)
}

#[test]
fn a_usual_guard() {
    assert_golden("usual", &ruleset(&on_eth0(usual()), Frames::OfAll));
}

#[test]
fn two_interfaces_one_of_them_open_and_allowed_pairs_under_limited_egress() {
    let mut limited = guard(
        &["10.0.0.1/32", "10.0.0.16/28", "10.0.0.17/32", "fd00:0:0:8::/61"],
        vec![Rule {
            protocol: Some(6),
            remote: remote(&["203.0.113.0/24"]),
            ..rule(Direction::Egress, Ethertype::V4)
        }],
    );
    limited.senders.push(Sender {
        mac: "fa:16:3e:00:00:0a".parse().unwrap(),
        address: "10.0.0.200/32".parse().unwrap(),
    });
    let mut open = guard(&["10.1.0.1/32"], Vec::new());
    open.enabled = false;
    let guards = [("eth0".to_owned(), limited), ("eth1".to_owned(), open)];
    assert_golden("two", &ruleset(&guards, Frames::OfAll));
}

#[test]
fn nothing_passes_without_guards() {
    assert_golden("shut", &ruleset(&[], Frames::OfAll));
}

#[test]
fn older_kernels_filter_the_frames_of_devices_that_are_there_or_arp_alone() {
    let guards = [("eth0".to_owned(), usual()), ("eth1".to_owned(), usual())];
    let there = ["lo".to_owned(), "eth1".to_owned()];
    let text = ruleset(&guards, Frames::Of(&there));
    assert!(text.contains("egress device \"eth1\"") && !text.contains("egress device \"eth0\""));
    let mut open = usual();
    open.enabled = false;
    let guards = [("eth0".to_owned(), usual()), ("eth1".to_owned(), open)];
    let text = ruleset(&guards, Frames::Unfiltered);
    let (_, arp) = text.split_once("delete table arp nova-docker\n").unwrap();
    assert_golden("arp", arp);
}

#[test]
fn other_rules_mark_connections_otherwise_and_the_same_do_not() {
    let mark = |guard: Guard| {
        let text = ruleset(&on_eth0(guard), Frames::OfAll);
        text.lines().next().unwrap().to_owned()
    };
    let mut other = usual();
    other.rules.pop();
    other.rules.pop();
    assert_eq!(mark(usual()), mark(usual()));
    // Nobody is let in by the last two.
    assert_eq!(mark(usual()), mark(other.clone()));
    other.rules.pop();
    assert_ne!(mark(usual()), mark(other));
}
