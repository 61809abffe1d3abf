//! Mistakes of ours: work that panics leaves no server stuck, and its owner is told.

use std::collections::BTreeMap;

use super::stage::*;
use crate::objects::*;
use crate::virt::RebootType;
use crate::virt::fake::Verb;

const TOLD: &str = "nova-docker made a mistake while it worked on this server; its log says which";

#[tokio::test]
async fn a_build_that_panics_is_an_error_and_can_be_deleted() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    stage.faults().panic_next(Verb::Spawn);
    let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    let failed = stage.until(id, |i| is(i, VmState::Error)).await;
    assert_eq!(failed.fault.as_ref().unwrap().message, TOLD);
    assert!(stage.containers().await.is_empty());
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
}

#[tokio::test]
async fn a_verb_that_panics_leaves_the_server_as_it_is_and_free() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().panic_next(Verb::PowerOff);
    compute.stop(&user(), id).await.unwrap();
    let after = stage.until(id, |i| i.fault.is_some()).await;
    assert!(is(&after, VmState::Active), "{after:?}");
    compute.reboot(&user(), id, RebootType::Hard).await.unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
}

#[tokio::test]
async fn a_snapshot_that_panics_leaves_no_image() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().panic_next(Verb::Snapshot);
    compute
        .create_image(&user(), id, "snap".to_owned(), BTreeMap::new())
        .await
        .unwrap();
    let after = stage.until(id, |i| i.fault.is_some()).await;
    assert!(is(&after, VmState::Active), "{after:?}");
    assert_eq!((after.snapshot_image, stage.images.ids()), (None, vec![IMAGE]));
}

#[tokio::test]
async fn a_delete_that_panics_is_an_error_and_may_be_asked_for_again() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().panic_next(Verb::Destroy);
    compute.delete(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Error)).await;
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
}
