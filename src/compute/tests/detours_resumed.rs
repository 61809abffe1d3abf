//! Errands that were killed half done, and what the next life makes of them.

use super::detours::{BIG, stage};
use super::stage::*;
use crate::compute::{Compute, Unshelve};
use crate::objects::*;
use crate::virt::fake::Verb;

/// What `kill -9` does: nothing is told, nothing is awaited.
fn kill(compute: Compute) {
    drop(compute);
}

/// Begins what `begin` asks for, kills it as soon as the driver is at it, and opens the next life.
async fn broken_off(stage: &Stage, compute: Compute, at: Verb, begin: impl AsyncFnOnce(&Compute)) -> Compute {
    let held = stage.faults().hold(at).await;
    begin(&compute).await;
    eventually(|| async { stage.faults().is_awaited(at).then_some(()) }).await;
    kill(compute);
    drop(held);
    stage.open().await
}

#[tokio::test]
async fn a_killed_resize_is_finished_and_its_migration_is_one() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let compute = broken_off(&stage, compute, Verb::Resize, async |compute| {
        compute.resize(&user(), id, BIG, None).await.unwrap();
    })
    .await;
    let resized = stage.until(id, |i| is(i, VmState::Resized)).await;
    assert_eq!(resized.detour.old_flavor.as_ref().unwrap().id.as_str(), FLAVOR);
    assert_eq!(stage.faults().limits(id), Some((2, 1024)));
    let compute = broken_off(&stage, compute, Verb::Resize, async |compute| {
        compute.revert_resize(&user(), id).await.unwrap();
    })
    .await;
    let back = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(back.flavor.id.as_str(), FLAVOR);
    assert_eq!(stage.faults().limits(id), Some((1, 512)));
    let migrations = compute.migrations().await.unwrap();
    let statuses: Vec<&str> = migrations.iter().map(|m| m.status.as_str()).collect();
    assert_eq!(statuses, ["reverted"]);
}

#[tokio::test]
async fn a_killed_shelving_is_finished_with_one_image() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let compute = broken_off(&stage, compute, Verb::Snapshot, async |compute| {
        compute.shelve(&user(), id).await.unwrap();
    })
    .await;
    let shelved = stage.until(id, |i| is(i, VmState::ShelvedOffloaded)).await;
    assert_eq!(stage.images.ids().len(), 2);
    assert_eq!(shelved.snapshot_image, None);
    let compute = broken_off(&stage, compute, Verb::Spawn, async |compute| {
        compute.unshelve(&user(), id, Unshelve::default()).await.unwrap();
    })
    .await;
    stage
        .until(id, |i| is(i, VmState::Active) && i.detour.shelved_image.is_none())
        .await;
    assert_eq!(stage.images.ids(), [IMAGE]);
    drop(compute);
}

#[tokio::test]
async fn a_killed_rescue_is_finished_and_so_is_its_end() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let compute = broken_off(&stage, compute, Verb::Rescue, async |compute| {
        compute.rescue(&user(), id, None, None).await.unwrap();
    })
    .await;
    stage.until(id, |i| is(i, VmState::Rescued)).await;
    assert!(stage.faults().is_rescued(id));
    let _compute = broken_off(&stage, compute, Verb::Unrescue, async |compute| {
        compute.unrescue(&user(), id).await.unwrap();
    })
    .await;
    stage.until(id, |i| is(i, VmState::Active)).await;
    assert!(!stage.faults().is_rescued(id));
}

#[tokio::test]
async fn a_killed_soft_delete_and_suspend_are_finished() {
    let mut stage = stage().await;
    stage.settings.reclaim_after = Some(std::time::Duration::from_secs(3600));
    let compute = stage.open().await;
    let (goes, sleeps) = (stage.active(&compute).await, stage.active(&compute).await);
    let compute = broken_off(&stage, compute, Verb::PowerOff, async |compute| {
        compute.delete(&user(), goes).await.unwrap();
    })
    .await;
    stage.until(goes, |i| is(i, VmState::SoftDeleted)).await;
    let _compute = broken_off(&stage, compute, Verb::Pause, async |compute| {
        compute.suspend(&user(), sleeps).await.unwrap();
    })
    .await;
    stage.until(sleeps, |i| is(i, VmState::Suspended)).await;
}

#[tokio::test]
async fn a_delete_in_the_middle_of_anything_leaves_nothing() {
    let stage = stage().await;
    stage.network("private");
    let compute = stage.open().await;
    for at in [Verb::Resize, Verb::Snapshot, Verb::Rescue] {
        let id = stage.active(&compute).await;
        let held = stage.faults().hold(at).await;
        match at {
            Verb::Resize => compute.resize(&user(), id, BIG, None).await.unwrap(),
            Verb::Snapshot => compute.shelve(&user(), id).await.unwrap(),
            _ => drop(compute.rescue(&user(), id, None, None).await.unwrap()),
        }
        eventually(|| async { stage.faults().is_awaited(at).then_some(()) }).await;
        compute.delete(&user(), id).await.unwrap();
        drop(held);
        stage.until_gone(id).await;
        stage.assert_nothing_left(id).await;
        assert_eq!(stage.images.ids(), [IMAGE], "{at:?}");
    }
}

#[tokio::test]
async fn work_that_the_engine_broke_off_waits_until_it_is_back() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().break_next(Verb::Rescue);
    compute.rescue(&user(), id, None, None).await.unwrap();
    stage.faults().engine_down(true);
    eventually(|| async { (!compute.is_ready().await).then_some(()) }).await;
    stage.faults().engine_down(false);
    stage.until(id, |i| is(i, VmState::Rescued)).await;
}
