//! What is told while a Neutron goes away and comes back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use futures_util::StreamExt;

use super::*;
use crate::network::{Changed, NetworkService};

/// One port in one group whose rules let in another group; each number is a state of its part.
#[derive(Debug, Default)]
struct World {
    away: AtomicBool,
    gone: AtomicBool,
    group: AtomicU64,
    floating: AtomicU64,
    members: AtomicU64,
}

fn answers(world: &World, asked: &Asked) -> Reply {
    let now = |number: &AtomicU64| number.load(Ordering::SeqCst);
    if world.away.load(Ordering::SeqCst) {
        return Reply::Text(503, "away");
    }
    let path = asked.line.split(['?', ' ']).nth(1).unwrap();
    found(match path {
        "ports" if asked.line.contains("security_groups=") => json!({"ports": [{
            "security_groups": [id(2)],
            "fixed_ips": [{"subnet_id": id(9), "ip_address": format!("10.0.0.{}", now(&world.members))}],
        }]}),
        "ports" if world.gone.load(Ordering::SeqCst) => json!({"ports": []}),
        "ports" => {
            let mut port = port(id(5));
            port["security_groups"] = json!([id(1)]);
            json!({"ports": [port]})
        }
        "security-groups" => {
            json!({"security_groups": [{"id": id(1), "revision_number": now(&world.group)}]})
        }
        "security-group-rules" => json!({"security_group_rules": [{
            "security_group_id": id(1), "direction": "ingress", "ethertype": "IPv4", "remote_group_id": id(2),
        }]}),
        "floatingips" => json!({"floatingips": [{
            "port_id": id(5), "fixed_ip_address": "10.0.0.1",
            "floating_ip_address": format!("192.0.2.{}", now(&world.floating)),
        }]}),
        "networks" => json!({"networks": [{"id": NETWORK, "name": "n", "project_id": "p"}]}),
        "subnets" => json!({"subnets": []}),
        other => panic!("nobody asks for {other}"),
    })
}

async fn started() -> (Arc<World>, Fake, Neutron) {
    let world = Arc::new(World::default());
    let state = Arc::clone(&world);
    let fake = Fake::start(move |asked| answers(&state, asked)).await;
    let neutron = fake.neutron();
    (world, fake, neutron)
}

#[tokio::test]
async fn nothing_is_asked_while_no_port_is_here_or_nobody_listens() {
    let (_, fake, neutron) = started().await;
    let mut changes = neutron.changes();
    let silence = tokio::time::timeout(Duration::from_millis(100), changes.next()).await;
    assert!(silence.is_err());
    assert_eq!(fake.lines(), [""; 0]);
    neutron.guards(&[id(5)]).await.unwrap();
    assert_eq!(changes.next().await, Some(Changed::Ports(vec![id(5)])));
    let asked = fake.lines().len();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(fake.lines().len(), asked);
}

#[tokio::test]
async fn each_change_names_the_ports_that_it_touches() {
    let (world, _fake, neutron) = started().await;
    neutron.vifs(&[id(5)]).await.unwrap();
    let mut changes = neutron.changes();
    let told = Some(Changed::Ports(vec![id(5)]));
    assert_eq!(changes.next().await, told);
    for part in [&world.group, &world.members, &world.floating] {
        let silence = tokio::time::timeout(Duration::from_millis(200), changes.next()).await;
        assert!(silence.is_err(), "{silence:?}");
        part.fetch_add(1, Ordering::SeqCst);
        assert_eq!(changes.next().await, told);
    }
    world.gone.store(true, Ordering::SeqCst);
    assert_eq!(changes.next().await, told);
    assert!(neutron.interest.now().is_empty());
}

#[tokio::test]
async fn after_an_absence_everything_may_have_changed() {
    let (world, fake, neutron) = started().await;
    neutron.vifs(&[id(5)]).await.unwrap();
    let mut changes = neutron.changes();
    changes.next().await;
    world.away.store(true, Ordering::SeqCst);
    let asked = fake.lines().len();
    let silence = tokio::time::timeout(Duration::from_millis(100), changes.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    assert!(fake.lines().len() > asked + 1);
    world.away.store(false, Ordering::SeqCst);
    assert_eq!(changes.next().await, Some(Changed::Everything));
    let silence = tokio::time::timeout(Duration::from_millis(100), changes.next()).await;
    assert!(silence.is_err(), "{silence:?}");
}
