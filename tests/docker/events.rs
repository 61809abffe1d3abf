//! What happens behind our back is told.

use std::time::Duration;

use bollard::query_parameters::{KillContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use futures_util::StreamExt;
use nova_docker::objects::PowerState;
use nova_docker::virt::{ComputeDriver, Event};

use crate::stage::Stage;

#[tokio::test]
async fn a_server_killed_behind_our_back_is_told_of() {
    let stage = Stage::set().await;
    let id = stage.running("sleep 1000").await.id;
    let mut events = stage.driver.events().await.unwrap();
    let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
    stage
        .api()
        .await
        .kill_container(&format!("nova-{id}"), Some(options))
        .await
        .unwrap();
    loop {
        let event = tokio::time::timeout(Duration::from_secs(20), events.next())
            .await
            .expect("an event comes");
        assert_eq!(event, Some(Event { instance: id }));
        let observed = stage.driver.observe(id).await.unwrap().unwrap();
        if observed.power_state == PowerState::Shutdown {
            assert_eq!(observed.exit_code, Some(137));
            break;
        }
    }
}

#[tokio::test]
async fn servers_of_another_deployment_are_not_told_of() {
    let (stage, other) = (Stage::set().await, Stage::set().await);
    let mut events = stage.driver.events().await.unwrap();
    other.running("echo over there").await;
    let id = stage.running("echo here").await.id;
    let event = tokio::time::timeout(Duration::from_secs(20), events.next())
        .await
        .expect("an event comes");
    assert_eq!(event, Some(Event { instance: id }));
}

#[tokio::test]
async fn all_servers_are_seen_whatever_their_state() {
    let stage = Stage::set().await;
    assert_eq!(stage.driver.observe_all().await.unwrap(), []);
    let running = stage.running("sleep 1000").await.id;
    let ended = stage.running("echo done").await.id;
    stage.ended(ended).await;
    let mut seen = stage.driver.observe_all().await.unwrap();
    seen.sort_by_key(|(id, _)| *id);
    let mut expected = vec![
        (running, PowerState::Running, None),
        (ended, PowerState::Shutdown, Some(0)),
    ];
    expected.sort_by_key(|(id, ..)| *id);
    let seen: Vec<_> = seen
        .into_iter()
        .map(|(id, seen)| (id, seen.power_state, seen.exit_code))
        .collect();
    assert_eq!(seen, expected);
    let options = RemoveContainerOptionsBuilder::default().force(true).build();
    stage
        .api()
        .await
        .remove_container(&format!("nova-{running}"), Some(options))
        .await
        .unwrap();
    assert_eq!(stage.driver.observe(running).await.unwrap(), None);
}

#[tokio::test]
async fn the_host_says_what_it_has() {
    let stage = Stage::set().await;
    let resources = stage.driver.resources().await.unwrap();
    let info = stage.api().await.info().await.unwrap();
    assert_eq!(resources.hypervisor_type, "docker");
    assert_eq!(resources.hypervisor_hostname, "docker-tests");
    assert_eq!(Some(resources.version), info.server_version);
    assert_eq!(i64::from(resources.vcpus), info.ncpu.unwrap());
    assert_eq!(
        resources.memory_mb,
        u64::try_from(info.mem_total.unwrap()).unwrap() >> 20
    );
    assert!(resources.local_gb > 0 && resources.free_disk_gb <= resources.local_gb);
}
