//! Ports over a server's life: built, broken off at every step, deleted; nothing is ever left behind.

use std::collections::BTreeSet;
use std::time::Duration;

use uuid::Uuid;

use super::stage::*;
use crate::compute::{
    Compute, EventOutcome, ExternalEvent, ExternalEventKind, ExternalEventStatus, Rebuild, Update,
};
use crate::network::fake::Verb as Net;
use crate::network::{Error, PortStatus};
use crate::objects::*;
use crate::virt::fake::Verb;
use crate::virt::{ComputeDriver, NetworkInfo};

fn sentence() -> Error {
    Error::Refused {
        status: 409,
        message: "No more room in the house".to_owned(),
    }
}

async fn booted(compute: &Compute, networks: &[Uuid]) -> InstanceId {
    compute.boot(&user(), boot_on(networks)).await.unwrap().instances[0].id
}

async fn fault(stage: &Stage, id: InstanceId) -> String {
    let failed = stage.until(id, |i| is(i, VmState::Error)).await;
    failed.fault.clone().unwrap().message
}

#[tokio::test]
async fn whatever_fails_in_a_build_leaves_nothing_and_is_told_in_its_own_words() {
    let stage = Stage::new().await;
    let networks = [stage.network("one"), stage.network("two")];
    let compute = stage.open().await;
    for verb in [Net::CreatePort, Net::Vifs, Net::Guards] {
        stage.network.faults().fail_next(verb, sentence());
        let id = booted(&compute, &networks).await;
        let words = fault(&stage, id).await;
        assert_eq!(
            words, "the network service answered 409: No more room in the house",
            "{verb:?}"
        );
        eventually(|| async { stage.bound_ports().is_empty().then_some(()) }).await;
        stage.assert_nothing_left(id).await;
    }
    for verb in [Verb::PrepareVifs, Verb::Spawn] {
        stage.faults().fail_next(verb, "no");
        let id = booted(&compute, &networks).await;
        assert_eq!(
            fault(&stage, id).await,
            "the Docker engine refused: no",
            "{verb:?}"
        );
        stage.assert_nothing_left(id).await;
    }
    stage.network.faults().lose_next_answer(Net::CreatePort);
    let id = booted(&compute, &networks).await;
    assert!(fault(&stage, id).await.contains("did not answer"));
    stage.assert_nothing_left(id).await;
    assert_eq!(stage.network.ports(), []);
}

#[tokio::test]
async fn a_port_that_a_user_lent_is_given_back_when_the_build_fails_and_when_the_server_goes() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let port = stage.network.add_port("demo", network).unwrap();
    let compute = stage.open().await;
    stage.network.faults().lose_next_answer(Net::UpdatePort);
    let lost = compute
        .boot(&user(), boot_with_port(port))
        .await
        .unwrap()
        .instances[0]
        .id;
    fault(&stage, lost).await;
    stage.assert_nothing_left(lost).await;
    let id = compute
        .boot(&user(), boot_with_port(port))
        .await
        .unwrap()
        .instances[0]
        .id;
    stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(stage.bound_ports(), [port]);
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    stage.assert_nothing_left(id).await;
    let kept = stage.network.ports();
    assert_eq!((kept.len(), kept[0].id, kept[0].host.clone()), (1, port, None));
}

#[tokio::test]
async fn ports_that_could_not_be_given_back_are_when_the_service_is_back() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::PrepareVifs).await;
    let id = booted(&compute, &[network]).await;
    eventually(|| async { stage.faults().is_awaited(Verb::PrepareVifs).then_some(()) }).await;
    stage.network.faults().down(true);
    stage.faults().fail_next(Verb::PrepareVifs, "no");
    drop(held);
    assert_eq!(fault(&stage, id).await, "the Docker engine refused: no");
    assert_eq!(stage.bound_ports().len(), 1, "nobody could be told");
    stage.network.faults().down(false);
    eventually(|| async { stage.bound_ports().is_empty().then_some(()) }).await;
    stage.until(id, |i| !i.wiring.unsettled).await;
    stage.assert_nothing_left(id).await;
}

#[tokio::test]
async fn a_build_killed_at_any_step_of_its_network_ends_with_one_port_each() {
    for net in [Net::CreatePort, Net::Vifs, Net::Guards] {
        let stage = Stage::new().await;
        let network = stage.network("private");
        let first = stage.open().await;
        let held = stage.network.faults().hold(net).await;
        let id = booted(&first, &[network]).await;
        eventually(|| async { stage.network.faults().is_awaited(net).then_some(()) }).await;
        drop(first);
        drop(held);
        comes_up_whole(&stage, id).await;
    }
    for verb in [Verb::PrepareVifs, Verb::Spawn] {
        let stage = Stage::new().await;
        let network = stage.network("private");
        let first = stage.open().await;
        let held = stage.faults().hold(verb).await;
        let id = booted(&first, &[network]).await;
        eventually(|| async { stage.faults().is_awaited(verb).then_some(()) }).await;
        drop(first);
        drop(held);
        comes_up_whole(&stage, id).await;
    }
}

async fn comes_up_whole(stage: &Stage, id: InstanceId) {
    let _second = stage.open().await;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    let port = active.vifs[0].id;
    assert_eq!(active.vifs.len(), 1);
    assert_eq!(stage.containers().await, BTreeSet::from([id]));
    assert_eq!(stage.faults().host_ends(id), BTreeSet::from([port]));
    // So too when the service was still making a port for the life that ended.
    eventually(|| async { (stage.bound_ports() == [port]).then_some(()) }).await;
}

#[tokio::test]
async fn a_delete_in_the_middle_of_a_build_takes_the_port_that_is_still_being_made() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let compute = stage.open().await;
    let held = stage.network.faults().hold(Net::CreatePort).await;
    let id = booted(&compute, &[network]).await;
    eventually(|| async { stage.network.faults().is_awaited(Net::CreatePort).then_some(()) }).await;
    compute.delete(&user(), id).await.unwrap();
    drop(held);
    stage.until_gone(id).await;
    stage.assert_nothing_left(id).await;
    assert_eq!(stage.network.ports(), []);
}

#[tokio::test]
async fn a_delete_waits_for_a_network_service_that_is_away() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let first = stage.open().await;
    let id = booted(&first, &[network]).await;
    stage.until(id, |i| is(i, VmState::Active)).await;
    stage.network.faults().down(true);
    first.delete(&user(), id).await.unwrap();
    eventually(|| async { stage.faults().host_ends(id).is_empty().then_some(()) }).await;
    let waiting = stage.db_instance(id).await;
    assert_eq!(waiting.task_state, Some(TaskState::Deleting));
    assert_eq!(stage.bound_ports().len(), 1);
    drop(first);
    let _second = stage.open().await;
    assert_eq!(stage.db_instance(id).await.task_state, Some(TaskState::Deleting));
    stage.network.faults().down(false);
    stage.until_gone(id).await;
    stage.assert_nothing_left(id).await;
}

fn event(id: InstanceId, kind: ExternalEventKind, status: ExternalEventStatus, port: Uuid) -> ExternalEvent {
    ExternalEvent {
        kind,
        instance: id,
        status,
        tag: Some(port.to_string()),
    }
}

#[tokio::test]
async fn a_server_starts_when_its_port_works() {
    use ExternalEventKind::NetworkVifPlugged as Plugged;
    let stage = Stage::new().await;
    let network = stage.network("private");
    stage.network.bind_slowly();
    let compute = stage.open().await;
    let id = booted(&compute, &[network]).await;
    let waiting = stage.until(id, |i| !i.vifs.is_empty()).await;
    let port = waiting.vifs[0].id;
    eventually(|| async { stage.faults().host_ends(id).contains(&port).then_some(()) }).await;
    assert!(stage.containers().await.is_empty(), "it waits before it starts");
    let told = event(id, Plugged, ExternalEventStatus::Completed, port);
    assert_eq!(
        compute.external_events(vec![told]).await,
        [EventOutcome::Accepted]
    );
    stage.until(id, |i| is(i, VmState::Active)).await;

    let held = stage.network.faults().hold(Net::Vifs).await;
    let early = booted(&compute, &[network]).await;
    eventually(|| async { (stage.bound_ports().len() == 2).then_some(()) }).await;
    let port = *stage.bound_ports().iter().find(|other| **other != port).unwrap();
    let told = event(early, Plugged, ExternalEventStatus::Completed, port);
    compute.external_events(vec![told]).await;
    drop(held);
    stage.until(early, |i| is(i, VmState::Active)).await;

    let silent = booted(&compute, &[network]).await;
    let port = stage.until(silent, |i| !i.vifs.is_empty()).await.vifs[0].id;
    stage
        .network
        .change_port(port, |port| port.status = PortStatus::Active);
    stage.until(silent, |i| is(i, VmState::Active)).await;

    let unlucky = booted(&compute, &[network]).await;
    let port = stage.until(unlucky, |i| !i.vifs.is_empty()).await.vifs[0].id;
    let told = event(unlucky, Plugged, ExternalEventStatus::Failed, port);
    compute.external_events(vec![told]).await;
    assert_eq!(fault(&stage, unlucky).await, "Virtual Interface creation failed");
    assert!(!stage.bound_ports().contains(&port));
    assert_eq!(stage.faults().host_ends(unlucky), BTreeSet::new());
}

#[tokio::test]
async fn a_port_that_never_works_is_fatal_as_far_as_the_operator_says() {
    for (timeout, fatal, outcome) in [
        (Duration::from_millis(20), true, VmState::Error),
        (Duration::from_millis(20), false, VmState::Active),
        (Duration::ZERO, true, VmState::Active),
    ] {
        let mut stage = Stage::new().await;
        let network = stage.network("private");
        stage.network.bind_slowly();
        stage.settings.vif_plugging_timeout = timeout;
        stage.settings.vif_plugging_is_fatal = fatal;
        let compute = stage.open().await;
        let id = booted(&compute, &[network]).await;
        let over = stage.until(id, |i| is(i, outcome)).await;
        assert_eq!(stage.bound_ports().len(), usize::from(outcome == VmState::Active));
        assert_eq!(over.vifs.len(), usize::from(outcome == VmState::Active));
    }
}

#[tokio::test]
async fn a_rebuilt_server_keeps_its_ports_and_an_ephemeral_life_takes_them_along() {
    let mut stage = Stage::new().await;
    let network = stage.network("private");
    stage.settings.ephemeral = true;
    let compute = stage.open().await;
    let id = booted(&compute, &[network]).await;
    let before = stage.until(id, |i| is(i, VmState::Active)).await;
    let rebuild = Rebuild {
        image: IMAGE,
        update: Update::default(),
        metadata: None,
        admin_pass: None,
        key_name: None,
        user_data: None,
        trusted_image_certificates: None,
    };
    compute.rebuild(&user(), id, rebuild).await.unwrap();
    let after = stage
        .until(id, |i| {
            is(i, VmState::Active) && i.launched_at != before.launched_at
        })
        .await;
    assert_eq!(after.vifs, before.vifs);
    assert_eq!(stage.faults().network(id).unwrap().vifs, before.vifs);
    compute.shutdown().await;
    stage.assert_nothing_left(id).await;
}

/// The container starts anew, and nobody plugs anything.
async fn start_anew(stage: &Stage, id: InstanceId) {
    stage.faults().end_process(id, 1);
    let instance = stage.until(id, |i| is(i, VmState::Stopped)).await;
    stage
        .driver
        .power_on(&instance, &NetworkInfo::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_container_that_started_anew_is_plugged_and_guarded_even_while_the_service_is_away() {
    let stage = Stage::new().await;
    let network = stage.network("private");
    let first = stage.open().await;
    let id = booted(&first, &[network]).await;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    let connected = stage.faults().network(id).unwrap();
    stage.network.faults().down(true);
    start_anew(&stage, id).await;
    eventually(|| async { (stage.faults().network(id)? == connected).then_some(()) }).await;
    drop(first);
    stage
        .driver
        .plug_vifs(&active, &NetworkInfo::default())
        .await
        .unwrap();
    let second = stage.open().await;
    eventually(|| async { (stage.faults().network(id)? == connected).then_some(()) }).await;
    second.stop(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    second.start(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(stage.faults().network(id).unwrap(), connected);
}

#[tokio::test]
async fn a_server_whose_network_does_not_work_is_in_error_until_it_does() {
    let mut stage = Stage::new().await;
    let network = stage.network("private");
    stage.settings.sync_interval = Duration::from_millis(50);
    let compute = stage.open().await;
    let id = booted(&compute, &[network]).await;
    stage.until(id, |i| is(i, VmState::Active)).await;
    let held = stage.faults().hold(Verb::PlugVifs).await;
    for _ in 0..10 {
        stage.faults().fail_next(Verb::PlugVifs, "there is no bridge");
    }
    start_anew(&stage, id).await;
    eventually(|| async { stage.faults().is_awaited(Verb::PlugVifs).then_some(()) }).await;
    drop(held);
    let failed = stage.until(id, |i| i.vm_state == VmState::Error).await;
    assert_eq!(
        failed.fault.as_ref().unwrap().message,
        "the Docker engine refused: there is no bridge"
    );
    let mended = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(mended.fault, None);
    assert_eq!(stage.faults().network(id).unwrap().vifs, mended.vifs);
}
