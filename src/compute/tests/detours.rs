//! Resize, suspend, backup, password and soft delete, on a driver that keeps state.

use std::collections::BTreeMap;
use std::time::Duration;

use super::stage::*;
use crate::compute::{Compute, Error, Quotas};
use crate::objects::*;
use crate::virt::fake::Verb;

pub(super) const BIG: &str = "big";

/// With a flavor of twice the size.
pub(super) async fn stage() -> Stage {
    let stage = Stage::new().await;
    let big = Flavor {
        id: BIG.into(),
        name: "test.big".to_owned(),
        vcpus: 2,
        memory_mb: 1024,
        ..flavor()
    };
    crate::db::Records::create_flavor(&stage.db, &big).await.unwrap();
    stage
}

async fn resized(stage: &Stage, compute: &Compute) -> InstanceId {
    let id = stage.active(compute).await;
    compute.resize(&user(), id, BIG, None).await.unwrap();
    stage.until(id, |i| is(i, VmState::Resized)).await;
    id
}

async fn statuses(compute: &Compute) -> Vec<&'static str> {
    let migrations = compute.migrations().await.unwrap();
    migrations
        .iter()
        .map(|migration| migration.status.as_str())
        .collect()
}

async fn words_of_action(compute: &Compute, id: InstanceId) -> (String, Vec<String>) {
    let action = compute.actions(&user(), id).await.unwrap().remove(0);
    let events = action.events.into_iter().map(|event| event.event).collect();
    (action.action, events)
}

#[tokio::test]
async fn a_resized_server_runs_on_with_its_new_limits_until_it_is_confirmed() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = resized(&stage, &compute).await;
    assert_eq!(stage.faults().limits(id), Some((2, 1024)));
    let waiting = compute.get(&user(), id).await.unwrap();
    assert_eq!(
        (waiting.flavor.id.as_str(), waiting.power_state),
        (BIG, PowerState::Running)
    );
    assert_eq!(
        words_of_action(&compute, id).await,
        (
            "resize".to_owned(),
            [
                "compute_prep_resize",
                "compute_resize_instance",
                "compute_finish_resize"
            ]
            .map(str::to_owned)
            .to_vec()
        )
    );
    assert_eq!(statuses(&compute).await, ["finished"]);
    compute.confirm_resize(&user(), id).await.unwrap();
    let confirmed = compute.get(&user(), id).await.unwrap();
    assert!(is(&confirmed, VmState::Active));
    assert_eq!(
        (&confirmed.detour, confirmed.flavor.id.as_str()),
        (&Detour::default(), BIG)
    );
    assert_eq!(statuses(&compute).await, ["confirmed"]);
    assert_eq!(
        words(compute.confirm_resize(&user(), id).await),
        format!("Cannot 'confirmResize' instance {id} while it is in vm_state active")
    );
}

#[tokio::test]
async fn a_reverted_server_has_its_old_limits_and_flavor_again() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = resized(&stage, &compute).await;
    compute.revert_resize(&user(), id).await.unwrap();
    let back = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(
        (back.flavor.id.as_str(), &back.detour),
        (FLAVOR, &Detour::default())
    );
    assert_eq!(stage.faults().limits(id), Some((1, 512)));
    assert_eq!(statuses(&compute).await, ["reverted"]);
}

#[tokio::test]
async fn a_stopped_server_stays_stopped_through_a_resize() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.stop(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    compute.resize(&user(), id, BIG, None).await.unwrap();
    stage.until(id, |i| is(i, VmState::Resized)).await;
    compute.confirm_resize(&user(), id).await.unwrap();
    assert!(is(&compute.get(&user(), id).await.unwrap(), VmState::Stopped));
}

#[tokio::test]
async fn a_resize_that_fails_leaves_the_server_as_it_was_and_says_why() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().fail_next(Verb::Resize, "device or resource busy");
    compute.resize(&user(), id, BIG, None).await.unwrap();
    let after = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(after.flavor.id.as_str(), FLAVOR);
    assert_eq!(
        after.fault.as_ref().unwrap().message,
        "the Docker engine refused: device or resource busy"
    );
    assert_eq!(
        (stage.faults().limits(id), after.detour.old_flavor.clone()),
        (Some((1, 512)), None)
    );
    assert_eq!(statuses(&compute).await, ["error"]);
}

#[tokio::test]
async fn a_resize_is_refused_in_novas_words() {
    let mut stage = stage().await;
    stage.settings.quotas = Quotas {
        cores: Some(1),
        ram_mb: Some(10_000),
        ..Quotas::default()
    };
    for (id, root_gb) in [("diskless", 0), ("smaller", 1), ("larger", 2)] {
        let flavor = Flavor {
            id: id.into(),
            name: id.to_owned(),
            root_gb,
            ..flavor()
        };
        crate::db::Records::create_flavor(&stage.db, &flavor)
            .await
            .unwrap();
    }
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let refused = async |flavor: &str| words(compute.resize(&user(), id, flavor, None).await);
    assert_eq!(
        refused(FLAVOR).await,
        "When resizing, instances must change flavor!"
    );
    assert_eq!(refused("none").await, "Flavor none could not be found.");
    assert_eq!(
        refused("diskless").await,
        "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed."
    );
    assert_eq!(
        refused(BIG).await,
        "Quota exceeded for cores: Requested 1, but already used 1 of 1 cores"
    );
    compute.resize(&user(), id, "larger", None).await.unwrap();
    stage.until(id, |i| is(i, VmState::Resized)).await;
    compute.confirm_resize(&user(), id).await.unwrap();
    assert_eq!(
        refused("smaller").await,
        "Server disk was unable to be resized because: Unable to resize disk down."
    );
}

#[tokio::test]
async fn a_resize_that_nobody_confirms_is_confirmed_when_its_time_is_over() {
    let mut stage = stage().await;
    stage.settings.sync_interval = Duration::from_millis(10);
    stage.settings.confirm_resize_after = Some(Duration::ZERO);
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.resize(&user(), id, BIG, None).await.unwrap();
    stage
        .until(id, |i| is(i, VmState::Active) && i.flavor.id.as_str() == BIG)
        .await;
    eventually(|| async { (statuses(&compute).await == ["confirmed"]).then_some(()) }).await;
}

#[tokio::test]
async fn no_other_host_is_found_for_a_server_and_this_one_is_in_use() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let migrate = async |host: Option<&str>| words(compute.migrate(&admin(), id, host).await);
    assert_eq!(
        migrate(None).await,
        "No valid host was found. No valid host found for cold migrate"
    );
    assert_eq!(
        migrate(Some("edge-1")).await,
        "Cannot migrate to the host where the server exists."
    );
    assert_eq!(migrate(Some("x")).await, "Compute host x could not be found.");
    assert_eq!(
        words(compute.live_migrate(&admin(), id, None).await),
        "No valid host was found. There are not enough hosts available."
    );
    assert_eq!(
        words(compute.evacuate(&admin(), id, None).await),
        "Compute service of edge-1 is still in use."
    );
    compute.pause(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Paused)).await;
    assert_eq!(
        migrate(None).await,
        format!("Cannot 'migrate' instance {id} while it is in vm_state paused")
    );
}

#[tokio::test]
async fn a_suspended_server_is_frozen_and_resumes() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.suspend(&user(), id).await.unwrap();
    let suspended = stage.until(id, |i| is(i, VmState::Suspended)).await;
    assert_eq!(suspended.power_state, PowerState::Suspended);
    compute.resume(&user(), id).await.unwrap();
    let resumed = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(resumed.power_state, PowerState::Running);
}

#[tokio::test]
async fn backups_of_a_kind_are_as_many_as_their_rotation() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let backup = async |kind: &str, rotation| {
        let sort = (kind.to_owned(), rotation);
        let image = compute
            .create_backup(&user(), id, format!("{kind} one"), BTreeMap::new(), sort)
            .await
            .unwrap();
        stage.until(id, |i| is(i, VmState::Active)).await;
        image
    };
    let (first, weekly) = (backup("daily", 2).await, backup("weekly", 1).await);
    let (second, third) = (backup("daily", 2).await, backup("daily", 2).await);
    assert_eq!(stage.images.get(first), None);
    for kept in [weekly, second, third] {
        assert!(stage.images.get(kept).is_some());
    }
    let properties = stage.images.get(third).unwrap().properties;
    assert_eq!(
        (
            properties["image_type"].as_str(),
            properties["backup_type"].as_str()
        ),
        ("backup", "daily")
    );
    backup("daily", 0).await;
    let mut left = stage.images.ids();
    left.retain(|id| *id != IMAGE);
    assert_eq!(left, [weekly]);
}

#[tokio::test]
async fn a_password_is_changed_inside_and_stands_in_no_record() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute
        .change_password(&user(), id, Secret::new("open-sesame"))
        .await
        .unwrap();
    let after = compute.get(&user(), id).await.unwrap();
    assert!(is(&after, VmState::Active));
    assert_eq!(stage.faults().password(id).unwrap().1.expose(), "open-sesame");
    let kept = format!("{:?} {:?}", after, compute.actions(&user(), id).await.unwrap());
    assert!(!kept.contains("open-sesame"));
    stage
        .faults()
        .fail_next(Verb::SetAdminPassword, "error setting admin password");
    let refused = compute.change_password(&user(), id, Secret::new("x")).await;
    assert_eq!(
        words(refused),
        format!("Failed to set admin password on {id} because error setting admin password")
    );
    assert!(is(&compute.get(&user(), id).await.unwrap(), VmState::Active));
}

#[tokio::test]
async fn a_server_deleted_softly_can_be_restored_for_a_while() {
    let mut stage = stage().await;
    stage.settings.reclaim_after = Some(Duration::from_secs(3600));
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.delete(&user(), id).await.unwrap();
    let deleted = stage.until(id, |i| is(i, VmState::SoftDeleted)).await;
    assert_eq!(deleted.power_state, PowerState::Shutdown);
    assert!(
        compute
            .list(&user(), &Default::default())
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        words(compute.start(&user(), id).await),
        format!("Cannot 'start' instance {id} while it is in vm_state soft-delete")
    );
    compute.restore(&user(), id).await.unwrap();
    let restored = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(restored.power_state, PowerState::Running);
    compute.delete(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::SoftDeleted)).await;
    compute.force_delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    assert!(stage.containers().await.is_empty());
}

#[tokio::test]
async fn a_server_deleted_softly_is_reclaimed_when_its_time_is_over() {
    let mut stage = stage().await;
    stage.settings.reclaim_after = Some(Duration::ZERO);
    stage.settings.sync_interval = Duration::from_millis(10);
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    assert!(stage.containers().await.is_empty());
}

#[tokio::test]
async fn an_administrator_says_anew_what_a_server_is_and_a_crash_dump_is_refused_behind_the_answer() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.reset_state(&admin(), id, VmState::Error).await.unwrap();
    assert!(is(&compute.get(&user(), id).await.unwrap(), VmState::Error));
    compute.reset_state(&admin(), id, VmState::Active).await.unwrap();
    compute.trigger_crash_dump(&user(), id).await.unwrap();
    let action = compute.actions(&user(), id).await.unwrap().remove(0);
    assert_eq!(
        (
            action.action.as_str(),
            action.message.as_deref(),
            action.events[0].result.as_deref()
        ),
        ("trigger_crash_dump", Some("Error"), Some("Error"))
    );
}

#[tokio::test]
async fn a_running_server_tells_what_it_uses_and_another_does_not() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let told = compute.diagnostics(&admin(), id).await.unwrap();
    assert_eq!((told.cpus.len(), told.memory_maximum), (1, Some(512 << 20)));
    compute.stop(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Stopped)).await;
    assert_eq!(
        words(compute.diagnostics(&admin(), id).await),
        format!("Cannot 'get_diagnostics' instance {id} while it is in power state shutdown")
    );
    assert!(matches!(
        compute.diagnostics(&stranger(), id).await,
        Err(Error::NoSuchInstance(_))
    ));
}
