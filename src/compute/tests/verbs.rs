//! Verbs on a server that is there.

use std::collections::BTreeMap;

use super::stage::*;
use crate::compute::{Error, Rebuild, Update};
use crate::objects::*;
use crate::virt::RebootType;
use crate::virt::fake::Verb;

#[tokio::test]
async fn a_server_is_stopped_started_paused_unpaused_and_rebooted() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let context = user();
    compute.stop(&context, id).await.unwrap();
    let stopped = stage.until(id, |i| is(i, VmState::Stopped)).await;
    assert_eq!(stopped.power_state, PowerState::Shutdown);
    assert!(stopped.exit_code.is_some());
    compute.start(&user(), id).await.unwrap();
    let started = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(
        (started.power_state, started.exit_code),
        (PowerState::Running, None)
    );
    compute.pause(&user(), id).await.unwrap();
    let paused = stage.until(id, |i| is(i, VmState::Paused)).await;
    assert_eq!(paused.power_state, PowerState::Paused);
    compute.unpause(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
    let reboot = user();
    compute.reboot(&reboot, id, RebootType::Soft).await.unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
    let actions = compute.actions(&user(), id).await.unwrap();
    let words: Vec<&str> = actions.iter().map(|a| a.action.as_str()).collect();
    assert_eq!(words, ["reboot", "unpause", "pause", "start", "stop", "create"]);
    let stop = compute.action(&user(), id, &context.request_id).await.unwrap();
    assert_eq!(stop.events[0].event, "compute_stop_instance");
}

#[tokio::test]
async fn a_second_request_finds_the_task_of_the_first() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let held = stage.faults().hold(Verb::PowerOff).await;
    compute.stop(&user(), id).await.unwrap();
    assert_eq!(
        words(compute.pause(&user(), id).await),
        format!("Cannot 'pause' instance {id} while it is in task_state powering-off")
    );
    drop(held);
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    assert_eq!(
        words(compute.stop(&user(), id).await),
        format!("Cannot 'stop' instance {id} while it is in vm_state stopped")
    );
}

#[tokio::test]
async fn a_verb_that_fails_leaves_the_server_as_it_was_and_says_why() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().fail_next(Verb::Pause, "cgroup is busy");
    let context = user();
    compute.pause(&context, id).await.unwrap();
    let after = stage.until(id, |i| i.task_state.is_none()).await;
    assert_eq!(after.vm_state, VmState::Active);
    assert_eq!(
        after.fault.as_ref().unwrap().message,
        "the Docker engine refused: cgroup is busy"
    );
    let action = compute.action(&context, id, &context.request_id).await.unwrap();
    assert_eq!(
        action.events[0].details.as_deref(),
        Some("the Docker engine refused: cgroup is busy")
    );
}

#[tokio::test]
async fn a_server_of_another_project_does_not_exist_but_for_an_administrator() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let unknown = format!("Instance {id} could not be found.");
    assert_eq!(words(compute.get(&stranger(), id).await), unknown);
    assert_eq!(words(compute.stop(&stranger(), id).await), unknown);
    assert_eq!(words(compute.delete(&stranger(), id).await), unknown);
    assert_eq!(compute.get(&admin(), id).await.unwrap().id, id);
}

#[tokio::test]
async fn a_lock_keeps_all_but_administrators_out() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.lock(&user(), id, Some("mine".to_owned())).await.unwrap();
    let lock = compute.get(&user(), id).await.unwrap().lock.clone();
    assert_eq!(
        lock,
        Some(Lock {
            by: "owner".to_owned(),
            reason: Some("mine".to_owned())
        })
    );
    assert_eq!(
        words(compute.stop(&user(), id).await),
        format!("Instance {id} is locked")
    );
    assert_eq!(
        words(compute.delete(&user(), id).await),
        format!("Instance {id} is locked")
    );
    compute.unlock(&user(), id).await.unwrap();
    compute.lock(&admin(), id, None).await.unwrap();
    assert!(matches!(
        compute.unlock(&user(), id).await,
        Err(Error::Forbidden(_))
    ));
    compute.stop(&admin(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Stopped)).await;
}

#[tokio::test]
async fn a_snapshot_is_an_image_that_a_server_boots_from() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let metadata = BTreeMap::from([("purpose".to_owned(), "backup".to_owned())]);
    let image = compute
        .create_image(&user(), id, "snap".to_owned(), metadata)
        .await
        .unwrap();
    let done = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!((done.snapshot_image, &done.fault), (None, &None));
    let made = stage.images.get(image).unwrap();
    assert_eq!(
        (made.status, made.name.as_deref()),
        (ImageStatus::Active, Some("snap"))
    );
    assert_eq!((made.min_disk, made.min_ram), (1, 64));
    let properties: Vec<(&str, &str)> = made
        .properties
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        properties,
        [
            ("base_image_ref", IMAGE.to_string().as_str()),
            ("hw_architecture", "x86_64"),
            ("image_type", "snapshot"),
            ("instance_uuid", id.to_string().as_str()),
            ("os_distro", "busybox"),
            ("purpose", "backup"),
            ("user_id", "alice"),
        ]
    );
    let second = compute
        .boot(
            &user(),
            crate::compute::Boot {
                image,
                ..boot("copy")
            },
        )
        .await
        .unwrap();
    stage
        .until(second.instances[0].id, |i| is(i, VmState::Active))
        .await;
}

#[tokio::test]
async fn a_snapshot_that_fails_leaves_no_image_and_the_server_up() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().fail_next(Verb::Snapshot, "disk full");
    let image = compute
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    let after = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(
        after.fault.as_ref().unwrap().message,
        "the Docker engine refused: disk full"
    );
    assert_eq!((after.snapshot_image, stage.images.get(image)), (None, None));
}

#[tokio::test]
async fn a_delete_during_a_snapshot_deletes_the_unfinished_image_too() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let _held = stage.faults().hold(Verb::Snapshot).await;
    compute
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    assert_eq!(stage.images.ids(), [IMAGE]);
}

fn rebuild() -> Rebuild {
    Rebuild {
        image: IMAGE,
        update: Update {
            name: Some("again".to_owned()),
            ..Update::default()
        },
        metadata: None,
        admin_pass: Some("sesame".to_owned()),
        key_name: None,
        user_data: None,
        trusted_image_certificates: None,
    }
}

#[tokio::test]
async fn a_rebuilt_server_keeps_its_id_and_a_stopped_one_stays_stopped() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.stop(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    let rebuilt = compute.rebuild(&user(), id, rebuild()).await.unwrap();
    assert_eq!((rebuilt.instance.id, rebuilt.admin_pass.as_str()), (id, "sesame"));
    assert_eq!(rebuilt.instance.task_state, Some(TaskState::Rebuilding));
    let after = stage.until(id, |i| is(i, VmState::Stopped)).await;
    assert_eq!(
        (after.name.as_str(), after.power_state),
        ("again", PowerState::Shutdown)
    );
}

#[tokio::test]
async fn a_rebuild_brings_a_server_in_error_back() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().lose(id);
    let lost = stage.until(id, |i| is(i, VmState::Error)).await;
    assert!(
        lost.fault
            .as_ref()
            .unwrap()
            .message
            .starts_with("The container is gone")
    );
    compute.rebuild(&user(), id, rebuild()).await.unwrap();
    let back = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!((back.power_state, &back.fault), (PowerState::Running, &None));
}

#[tokio::test]
async fn the_console_of_a_server_says_what_it_wrote() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let all = compute.console_output(&user(), id, None).await.unwrap();
    let last = compute.console_output(&user(), id, Some(2)).await.unwrap();
    assert!(!last.is_empty() && all.ends_with(&last), "{all:?} {last:?}");
    assert_eq!(
        words(compute.console_output(&stranger(), id, None).await),
        format!("Instance {id} could not be found.")
    );
}
