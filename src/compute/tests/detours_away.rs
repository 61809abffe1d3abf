//! Servers that are put away, and others in their place: shelve and rescue.

use super::detours::stage;
use super::stage::*;
use crate::compute::Unshelve;
use crate::objects::*;
use crate::virt::fake::Verb;

#[tokio::test]
async fn a_shelved_server_leaves_the_host_and_comes_back_from_its_image() {
    let stage = stage().await;
    stage.network("private");
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let ports = stage.bound_ports();
    compute.shelve(&user(), id).await.unwrap();
    let shelved = stage.until(id, |i| is(i, VmState::ShelvedOffloaded)).await;
    assert_eq!(
        (&shelved.host, shelved.power_state, shelved.snapshot_image),
        (&None, PowerState::NoState, None)
    );
    assert!(stage.containers().await.is_empty());
    assert_eq!(stage.bound_ports(), ports, "its addresses stay its own");
    assert!(stage.faults().host_ends(id).is_empty());
    let image = stage.images.get(shelved.detour.shelved_image.unwrap()).unwrap();
    assert_eq!(
        (image.name.as_deref(), image.properties["image_type"].as_str()),
        (Some("web-shelved"), "snapshot")
    );
    compute.unshelve(&user(), id, Unshelve::default()).await.unwrap();
    let back = stage.until(id, |i| is(i, VmState::Active) && i.detour.shelved_image.is_none());
    let back = back.await;
    assert_eq!((back.host.as_deref(), back.image), (Some("edge-1"), Some(IMAGE)));
    assert_eq!(stage.images.ids(), [IMAGE], "the image has served its purpose");
    assert_eq!(
        stage.faults().network(id).unwrap().vifs.len(),
        ports.len(),
        "its interfaces are in place again"
    );
}

#[tokio::test]
async fn a_shelved_server_that_stays_on_the_host_is_started_or_offloaded() {
    let mut stage = stage().await;
    stage.settings.offload_after = None;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.shelve(&user(), id).await.unwrap();
    let shelved = stage.until(id, |i| is(i, VmState::Shelved)).await;
    assert_eq!(shelved.power_state, PowerState::Shutdown);
    let elsewhere = Unshelve {
        availability_zone: Some(Some("nova".to_owned())),
        host: None,
    };
    let refused = words(compute.unshelve(&user(), id, elsewhere).await);
    assert!(
        refused.ends_with("is not supported. The server status must be SHELVED_OFFLOADED."),
        "{refused}"
    );
    compute.unshelve(&user(), id, Unshelve::default()).await.unwrap();
    stage
        .until(id, |i| is(i, VmState::Active) && i.detour.shelved_image.is_none())
        .await;
    assert_eq!(stage.images.ids(), [IMAGE]);
    compute.shelve(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::Shelved)).await;
    compute.shelve_offload(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::ShelvedOffloaded)).await;
    assert!(stage.containers().await.is_empty());
}

#[tokio::test]
async fn a_server_that_cannot_be_shelved_runs_on() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage
        .faults()
        .fail_next(Verb::Snapshot, "no space left on device");
    compute.shelve(&user(), id).await.unwrap();
    let after = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(
        (after.power_state, after.snapshot_image),
        (PowerState::Running, None)
    );
    assert!(
        after
            .fault
            .as_ref()
            .unwrap()
            .message
            .ends_with("no space left on device")
    );
    assert_eq!(stage.images.ids(), [IMAGE]);
}

#[tokio::test]
async fn a_server_that_cannot_be_unshelved_stays_shelved_and_loses_nothing() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.shelve(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::ShelvedOffloaded)).await;
    stage.faults().fail_next(Verb::Spawn, "no space left on device");
    compute.unshelve(&user(), id, Unshelve::default()).await.unwrap();
    let after = stage
        .until(id, |i| is(i, VmState::ShelvedOffloaded) && i.fault.is_some())
        .await;
    assert_eq!(after.host, None);
    compute.unshelve(&user(), id, Unshelve::default()).await.unwrap();
    stage.until(id, |i| is(i, VmState::Active)).await;
}

#[tokio::test]
async fn a_deleted_shelved_server_takes_its_image_along() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    compute.shelve(&user(), id).await.unwrap();
    stage.until(id, |i| is(i, VmState::ShelvedOffloaded)).await;
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    assert_eq!(stage.images.ids(), [IMAGE]);
}

#[tokio::test]
async fn a_rescued_server_has_another_in_its_place_until_it_is_unrescued() {
    let stage = stage().await;
    stage.network("private");
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    let password = compute
        .rescue(&user(), id, None, Some("sesame".to_owned()))
        .await
        .unwrap();
    assert_eq!(password, "sesame");
    let rescued = stage.until(id, |i| is(i, VmState::Rescued)).await;
    assert_eq!(rescued.power_state, PowerState::Running);
    assert!(stage.faults().is_rescued(id));
    assert_eq!(stage.faults().network(id).unwrap().vifs.len(), 1);
    let set = eventually(|| async { stage.faults().password(id) }).await;
    assert_eq!((set.0.as_str(), set.1.expose()), ("root", "sesame"));
    assert_eq!(
        words(
            compute
                .reboot(&user(), id, crate::compute::RebootType::Hard)
                .await
        ),
        format!("Cannot 'reboot' instance {id} while it is in vm_state rescued")
    );
    compute.unrescue(&user(), id).await.unwrap();
    let back = stage.until(id, |i| is(i, VmState::Active)).await;
    assert_eq!(
        (back.power_state, back.detour.rescue_image),
        (PowerState::Running, None)
    );
    assert!(!stage.faults().is_rescued(id));
    assert_eq!(stage.faults().network(id).unwrap().vifs.len(), 1);
}

#[tokio::test]
async fn a_rescue_that_fails_leaves_the_server_and_an_image_that_is_not_there_is_refused() {
    let stage = stage().await;
    let compute = stage.open().await;
    let id = stage.active(&compute).await;
    stage.faults().fail_next(Verb::Rescue, "no layers");
    compute.rescue(&user(), id, None, None).await.unwrap();
    let after = stage
        .until(id, |i| is(i, VmState::Active) && i.fault.is_some())
        .await;
    assert_eq!(
        after.fault.as_ref().unwrap().message,
        "the Docker engine refused: no layers"
    );
    let nothing = ImageId(uuid::Uuid::nil());
    assert_eq!(
        words(compute.rescue(&user(), id, Some(nothing), None).await),
        format!("Requested rescue image '{nothing}' is not supported")
    );
}
