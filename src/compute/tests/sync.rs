//! Records and engine brought together: after a crash, after the engine was away, after somebody else's hand.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::stage::*;
use crate::compute::{Compute, Error};
use crate::objects::*;
use crate::virt::fake::Verb;
use crate::virt::{ComputeDriver, NetworkInfo, RebootType};

/// What `kill -9` does: nothing is told, nothing is awaited.
fn kill(compute: Compute) {
    drop(compute);
}

#[tokio::test]
async fn what_happens_to_a_container_behind_our_back_shows() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().end_process(id, 137);
    let killed = stage.until(id, |i| is(i, VmState::Stopped)).await;
    assert_eq!(
        (killed.power_state, killed.exit_code),
        (PowerState::Shutdown, Some(137))
    );
    stage
        .driver
        .power_on(&killed, &NetworkInfo::default())
        .await
        .unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
    stage.driver.pause(id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Paused)).await;
    stage.driver.unpause(&killed).await.unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
    stage.faults().lose(id);
    let lost = stage.until(id, |i| is(i, VmState::Error)).await;
    assert_eq!((lost.power_state, lost.vifs.len()), (PowerState::NoState, 0));
}

#[tokio::test]
async fn a_killed_build_is_built_by_the_next_life() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let context = user();
    let held = stage.faults().hold(Verb::Spawn).await;
    let id = first.boot(&context, boot("web")).await.unwrap().instances[0].id;
    stage
        .until(id, |i| i.task_state == Some(TaskState::Spawning))
        .await;
    kill(first);
    drop(held);
    let second = stage.open().await;
    let active = stage.until(id, |i| is(i, VmState::Active)).await;
    assert!(active.launched_at.is_some());
    assert_eq!(stage.containers().await, BTreeSet::from([id]));
    let event = eventually(|| async {
        let action = second.action(&context, id, &context.request_id).await.unwrap();
        action.events.into_iter().find(|event| event.result.is_some())
    });
    assert_eq!(
        event.await.result.as_deref(),
        Some("Success"),
        "the action of the first life is finished"
    );
}

#[tokio::test]
async fn a_build_killed_after_its_container_was_made_is_built_anew() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    kill(first);
    let before = |instance: &mut Instance| {
        instance.vm_state = VmState::Building;
        instance.task_state = Some(TaskState::Spawning);
        true
    };
    crate::db::Records::change_instance(&stage.db, id, Box::new(before))
        .await
        .unwrap();
    let _second = stage.open().await;
    stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(stage.containers().await, BTreeSet::from([id]));
}

#[tokio::test]
async fn a_killed_build_whose_image_is_gone_is_an_error() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let held = stage.faults().hold(Verb::Spawn).await;
    let id = first.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    stage
        .until(id, |i| i.task_state == Some(TaskState::Spawning))
        .await;
    kill(first);
    drop(held);
    crate::image::ImageService::delete(stage.images.as_ref(), &admin(), IMAGE)
        .await
        .unwrap();
    let _second = stage.open().await;
    let failed = stage.until(id, |i| is(i, VmState::Error)).await;
    assert_eq!(
        failed.fault.as_ref().unwrap().message,
        format!("Image {IMAGE} could not be found.")
    );
    assert!(stage.containers().await.is_empty());
}

#[tokio::test]
async fn a_killed_delete_is_finished_by_the_next_life() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    let held = stage.faults().hold(Verb::Destroy).await;
    first.delete(&user(), id).await.unwrap();
    kill(first);
    drop(held);
    let _second = stage.open().await;
    stage.until_gone(id).await;
    assert!(stage.containers().await.is_empty());
}

#[tokio::test]
async fn a_killed_snapshot_leaves_the_server_up_and_no_image() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    let held = stage.faults().hold(Verb::Snapshot).await;
    first
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    kill(first);
    drop(held);
    let _second = stage.open().await;
    let after = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(after.snapshot_image, None);
    assert_eq!(stage.images.ids(), [IMAGE]);
}

#[tokio::test]
async fn a_killed_verb_is_done_by_the_next_life() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    let held = stage.faults().hold(Verb::PowerOff).await;
    first.stop(&user(), id).await.unwrap();
    kill(first);
    drop(held);
    let second = stage.open().await;
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    let held = stage.faults().hold(Verb::Reboot).await;
    second.reboot(&user(), id, RebootType::Hard).await.unwrap();
    kill(second);
    drop(held);
    let _third = stage.open().await;
    stage.until(id, |i| is(i, VmState::Active)).await;
}

#[tokio::test]
async fn a_container_that_no_server_owns_is_removed() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let (stray, kept) = (stage.active(&first).await, stage.active(&first).await);
    kill(first);
    crate::db::Records::delete_instance(&stage.db, stray)
        .await
        .unwrap();
    let _second = stage.open().await;
    eventually(|| async { (stage.containers().await == BTreeSet::from([kept])).then_some(()) }).await;
    stage.until(kept, |i| is(i, VmState::Active)).await;
}

#[tokio::test]
async fn while_the_engine_is_away_requests_say_so_and_when_it_is_back_all_is_well() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let (stays, goes) = (stage.active(&compute).await, stage.active(&compute).await);
    stage.faults().engine_down(true);
    eventually(|| async { (!compute.is_ready().await).then_some(()) }).await;
    for refused in [
        compute.stop(&user(), stays).await.unwrap_err(),
        compute.boot(&user(), boot("x")).await.unwrap_err(),
        compute.console_output(&user(), stays, None).await.unwrap_err(),
    ] {
        assert!(
            matches!(
                &refused,
                Error::Unavailable {
                    service: "the Docker engine",
                    ..
                }
            ),
            "{refused}"
        );
    }
    assert!(
        is(&compute.get(&user(), stays).await.unwrap(), VmState::Active),
        "servers are not lost"
    );
    compute.delete(&user(), goes).await.unwrap();
    stage
        .until(goes, |i| i.task_state == Some(TaskState::Deleting))
        .await;
    stage.faults().engine_down(false);
    stage.until_gone(goes).await;
    assert_eq!(stage.containers().await, BTreeSet::from([stays]));
    eventually(|| async { compute.is_ready().await.then_some(()) }).await;
    compute.stop(&user(), stays).await.unwrap();
    stage.until(stays, |i| is(i, VmState::Stopped)).await;
}

#[tokio::test]
async fn what_happened_while_the_engine_was_away_shows_when_it_is_back() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().engine_down(true);
    eventually(|| async { (!compute.is_ready().await).then_some(()) }).await;
    stage.faults().end_process(id, 0);
    stage.faults().engine_down(false);
    stage.until(id, |i| is(i, VmState::Stopped)).await;
}

#[tokio::test]
async fn a_request_whose_caller_hung_up_is_carried_out_all_the_same() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    for _ in 0..20 {
        let context = user();
        // Dropped wherever it happens to be, as a server drops a handler whose client is gone.
        let booting = compute.boot(&context, boot("web"));
        drop(tokio::time::timeout(Duration::from_micros(300), booting).await);
    }
    eventually(|| async {
        let instances = compute.list(&user(), &Default::default()).await.unwrap();
        instances.iter().all(|i| is(i, VmState::Active)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn shutting_down_leaves_servers_running_and_an_ephemeral_life_takes_them_along() {
    let mut stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    first.shutdown().await;
    assert_eq!(stage.containers().await, BTreeSet::from([id]));
    stage.settings.ephemeral = true;
    let second = stage.open().await;
    stage.active(&second).await;
    second.shutdown().await;
    assert!(stage.containers().await.is_empty());
    assert!(stage.driver.cached_images().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_engine_forgets_images_that_are_gone_and_keeps_those_in_use() {
    let mut stage = Stage::new().await;
    stage.settings.image_cache_interval = Some(Duration::from_millis(10));
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let snap = async |name: &str| {
        let image = compute
            .create_image(&user(), id, name.to_owned(), BTreeMap::new())
            .await
            .unwrap();
        stage.until(id, |i| is(i, VmState::Active)).await;
        image
    };
    let (kept, deleted, told) = (snap("kept").await, snap("deleted").await, snap("told").await);
    crate::image::ImageService::delete(stage.images.as_ref(), &user(), deleted)
        .await
        .unwrap();
    compute.image_deleted(told).await;
    eventually(|| async { (stage.driver.cached_images().await.unwrap() == [kept]).then_some(()) }).await;
}

#[tokio::test]
async fn a_soft_reboot_killed_between_off_and_on_ends_with_the_server_up() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    let held = stage.faults().hold(Verb::Reboot).await;
    first.reboot(&user(), id, RebootType::Soft).await.unwrap();
    kill(first);
    stage.faults().end_process(id, 0);
    drop(held);
    let _second = stage.open().await;
    stage.until(id, |i| is(i, VmState::Active)).await;
}

#[tokio::test]
async fn work_that_the_engine_broke_off_by_ending_goes_on_when_it_is_back() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let goes = stage.active(&compute).await;
    stage.faults().break_next(Verb::Spawn);
    stage.faults().break_next(Verb::Destroy);
    let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    compute.delete(&user(), goes).await.unwrap();
    stage.faults().engine_down(true);
    eventually(|| async { (!compute.is_ready().await).then_some(()) }).await;
    stage.faults().engine_down(false);
    stage.until(id, |i| is(i, VmState::Active)).await;
    stage.until_gone(goes).await;
    assert_eq!(stage.containers().await, BTreeSet::from([id]));
}

#[tokio::test]
async fn a_build_that_an_engine_breaks_off_without_going_away_is_an_error() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    stage.faults().break_next(Verb::Spawn);
    let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    let failed = stage.until(id, |i| is(i, VmState::Error)).await;
    assert_eq!(
        failed.fault.as_ref().unwrap().message,
        "the Docker engine broke off: connection reset"
    );
}

#[tokio::test]
async fn a_look_does_not_take_away_the_task_of_a_verb_asked_for_meanwhile() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let observing = stage.faults().hold(Verb::Observe).await;
    stage.faults().end_process(id, 137);
    eventually(|| async { compute.core.queues.is_busy(id).then_some(()) }).await;
    compute
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    let snapping = stage.faults().hold(Verb::Snapshot).await;
    drop(observing);
    let looked = eventually(|| async { stage.faults().is_awaited(Verb::Snapshot).then_some(()) });
    looked.await;
    let meanwhile = compute.get(&user(), id).await.unwrap();
    assert_eq!(meanwhile.task_state, Some(TaskState::ImageSnapshot));
    drop(snapping);
    stage.until(id, |i| i.task_state.is_none()).await;
}

#[tokio::test]
async fn the_image_of_a_failed_snapshot_goes_when_the_image_service_is_back() {
    let mut stage = Stage::new().await;
    stage.settings.sync_interval = Duration::from_millis(10);
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().fail_next(Verb::Snapshot, "no space left");
    stage.images.deletes_fail(true);
    compute
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    let after = stage
        .until(id, |i| i.task_state.is_none() && i.snapshot_image.is_some())
        .await;
    assert_eq!(stage.images.ids().len(), 2);
    assert_eq!(after.vm_state, VmState::Active);
    stage.images.deletes_fail(false);
    stage.until(id, |i| i.snapshot_image.is_none()).await;
    assert_eq!(stage.images.ids(), [IMAGE]);
}

#[tokio::test]
async fn a_snapshot_killed_when_its_image_was_complete_keeps_it() {
    let stage = Stage::new().await;
    let first = stage.open().await;
    let id = stage.active(&first).await;
    let image = first
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
    kill(first);
    let not_yet_told = |instance: &mut Instance| {
        instance.task_state = Some(TaskState::ImageUploading);
        instance.snapshot_image = Some(image);
        true
    };
    crate::db::Records::change_instance(&stage.db, id, Box::new(not_yet_told))
        .await
        .unwrap();
    let _second = stage.open().await;
    stage
        .until(id, |i| is(i, VmState::Active) && i.snapshot_image.is_none())
        .await;
    assert_eq!(stage.images.get(image).unwrap().status, ImageStatus::Active);
}
