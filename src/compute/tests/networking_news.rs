//! What changes at the network service comes to the servers by itself, and what they may know of each other.

use std::net::IpAddr;
use std::sync::Arc;

use uuid::Uuid;

use super::stage::*;
use crate::compute::{
    Boot, Compute, Directory, EventOutcome, ExternalEvent, ExternalEventKind, ExternalEventStatus,
};
use crate::network::firewall::{Direction, Ethertype, Rule};
use crate::network::guest::Directory as _;
use crate::network::{Changed, NetworkService};
use crate::objects::vif::FloatingIp;
use crate::objects::*;
use crate::virt::fake::Verb;

fn let_in(port: u16) -> Rule {
    Rule {
        direction: Direction::Ingress,
        ethertype: Ethertype::V4,
        protocol: Some(6),
        min: Some(port),
        max: Some(port),
        remote: None,
    }
}

async fn on(stage: &Stage, compute: &Compute, network: Uuid, name: &str) -> InstanceId {
    let request = Boot {
        name: name.to_owned(),
        ..boot_on(&[network])
    };
    let id = compute.boot(&user(), request).await.unwrap().instances[0].id;
    stage.until(id, |i| is(i, VmState::Active)).await;
    id
}

/// Whether this rule is in force at the server.
fn lets_in(stage: &Stage, id: InstanceId, rule: &Rule) -> bool {
    let network = stage.faults().network(id).unwrap();
    network.guards.iter().any(|guard| guard.rules.contains(rule))
}

#[tokio::test]
async fn a_new_rule_reaches_every_member_of_its_group() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(on(&stage, &compute, network, name).await);
    }
    let group = stage.network.ports()[0].security_groups[0];
    stage.network.add_rule(group, let_in(80));
    for id in &ids {
        eventually(|| async { lets_in(&stage, *id, &let_in(80)).then_some(()) }).await;
        let record = stage
            .until(*id, |i| i.wiring.guards[0].rules.contains(&let_in(80)))
            .await;
        assert_eq!(record.wiring.guards, stage.faults().network(*id).unwrap().guards);
    }
}

#[tokio::test]
async fn a_new_rule_does_not_wait_for_a_snapshot_to_end() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let id = on(&stage, &compute, network, "web").await;
    let held = stage.faults().hold(Verb::Snapshot).await;
    compute
        .create_image(&user(), id, "copy".to_owned(), std::collections::BTreeMap::new())
        .await
        .unwrap();
    stage
        .until(id, |i| i.task_state == Some(TaskState::ImageSnapshot))
        .await;
    let group = stage.network.ports()[0].security_groups[0];
    stage.network.add_rule(group, let_in(443));
    eventually(|| async { lets_in(&stage, id, &let_in(443)).then_some(()) }).await;
    drop(held);
    stage.until(id, |i| is(i, VmState::Active)).await;
    assert!(lets_in(&stage, id, &let_in(443)));
}

#[tokio::test]
async fn a_rule_that_changes_while_a_server_is_built_is_in_force_when_it_is_up() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Spawn).await;
    let id = compute
        .boot(&user(), boot_on(&[network]))
        .await
        .unwrap()
        .instances[0]
        .id;
    eventually(|| async { stage.faults().is_awaited(Verb::Spawn).then_some(()) }).await;
    let group = stage.network.ports()[0].security_groups[0];
    stage.network.add_rule(group, let_in(22));
    drop(held);
    stage.until(id, |i| is(i, VmState::Active)).await;
    eventually(|| async { lets_in(&stage, id, &let_in(22)).then_some(()) }).await;
}

#[tokio::test]
async fn what_others_do_to_a_port_shows_and_its_interface_follows() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let id = on(&stage, &compute, network, "web").await;
    let vif = stage.db_instance(id).await.vifs[0].clone();
    let (subnet, fixed) = (vif.network.subnets[0].id.unwrap(), vif.network.subnets[0].ips[0]);
    let updated = stage.db_instance(id).await.updated_at;
    let floating = FloatingIp {
        fixed,
        floating: "192.0.2.7".parse().unwrap(),
    };
    stage.network.add_floating_ip(vif.id, floating.clone());
    let shown = stage.until(id, |i| !i.vifs[0].floating_ips.is_empty()).await;
    assert_eq!(shown.vifs[0].floating_ips, [floating]);
    assert_eq!(shown.updated_at, updated, "nobody asked for anything");

    let second: IpAddr = "10.0.0.77".parse().unwrap();
    stage
        .network
        .change_port(vif.id, |port| port.fixed_ips.push((subnet, second)));
    stage.until(id, |i| i.vifs[0].fixed_ips().count() == 2).await;
    assert_eq!(
        stage.faults().network(id).unwrap().vifs,
        stage.db_instance(id).await.vifs
    );
    let held = stage.faults().hold(Verb::DetachVif).await;
    stage
        .network
        .change_port(vif.id, |port| port.fixed_ips.retain(|(_, ip)| *ip != fixed));
    eventually(|| async { stage.faults().is_awaited(Verb::DetachVif).then_some(()) }).await;
    drop(held);
    let lost = stage.until(id, |i| i.vifs[0].fixed_ips().count() == 1).await;
    assert_eq!(stage.faults().network(id).unwrap().vifs, lost.vifs);
    assert!(stage.faults().host_ends(id).contains(&vif.id));

    stage.network.remove_port(vif.id);
    let bare = stage.until(id, |i| i.vifs.is_empty()).await;
    assert!(bare.wiring.guards.is_empty() && is(&bare, VmState::Active));
    assert_eq!(stage.faults().network(id).unwrap().vifs, []);
    assert!(stage.faults().host_ends(id).is_empty());
}

#[tokio::test]
async fn what_was_not_heard_while_the_service_was_away_is_asked_when_it_is_back() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let id = on(&stage, &compute, network, "web").await;
    stage.network.faults().down(true);
    let group = stage.network.ports()[0].security_groups[0];
    stage.network.add_rule(group, let_in(80));
    stage.network.tell(Changed::Everything);
    assert!(!lets_in(&stage, id, &let_in(80)));
    stage.network.faults().down(false);
    eventually(|| async { lets_in(&stage, id, &let_in(80)).then_some(()) }).await;
}

#[tokio::test]
async fn events_of_other_services_are_heard_by_servers_on_this_host() {
    use ExternalEventKind::{NetworkChanged, NetworkVifDeleted, Other};
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let id = on(&stage, &compute, network, "web").await;
    stage.faults().fail_next(Verb::Spawn, "no");
    let nowhere = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    stage.until(nowhere, |i| is(i, VmState::Error)).await;
    let event = |instance, kind, tag: Option<Uuid>| ExternalEvent {
        kind,
        instance,
        status: ExternalEventStatus::Completed,
        tag: tag.map(|tag| tag.to_string()),
    };
    let stranger = InstanceId(Uuid::from_u128(404));
    let port = stage.db_instance(id).await.vifs[0].id;
    let outcomes = compute
        .external_events(vec![
            event(id, NetworkChanged, None),
            event(stranger, NetworkChanged, None),
            event(nowhere, NetworkChanged, None),
            event(id, Other, None),
        ])
        .await;
    use EventOutcome::{Accepted, NoSuchInstance, NotOnHost};
    assert_eq!(outcomes, [Accepted, NoSuchInstance, NotOnHost, Accepted]);
    compute
        .external_events(vec![event(id, NetworkVifDeleted, Some(port))])
        .await;
    stage.until(id, |i| i.vifs.is_empty()).await;
    assert!(stage.faults().host_ends(id).is_empty());
    assert_eq!(
        stage.network.ports_of(id).await.unwrap().len(),
        1,
        "what is said to be gone is not ours to delete"
    );
}

#[tokio::test]
async fn servers_of_one_network_know_each_other_by_name() {
    let stage = Stage::new().await;
    let (one, two) = (stage.network("one"), stage.network("two"));
    let compute = stage.open().await;
    let web = on(&stage, &compute, one, "Web").await;
    let db = on(&stage, &compute, one, "db").await;
    let far = on(&stage, &compute, two, "far").await;
    let directory = Directory::new(Arc::new(stage.db.clone()));
    let ip = |instance: Arc<Instance>| instance.vifs[0].fixed_ips().next().unwrap().0;
    let of_db = ip(stage.db_instance(db).await);
    for name in ["db", "DB"] {
        assert_eq!(directory.addresses(web, name).await, [of_db], "{name}");
    }
    assert_eq!(directory.addresses(far, "db").await, Vec::<IpAddr>::new());
    assert_eq!(
        directory.addresses(web, "db.example.org").await,
        Vec::<IpAddr>::new()
    );
    assert_eq!(directory.name(web, of_db).await.as_deref(), Some("db"));
    assert_eq!(directory.name(far, of_db).await, None);
    assert_eq!(directory.upstream(web).await, Vec::<IpAddr>::new());
}
