//! Boots: what is refused, what is written, what is built.

use super::stage::*;
use crate::compute::{Boot, Error, Quotas, ServerFilter};
use crate::objects::*;
use crate::virt::fake::Verb;

#[tokio::test]
async fn a_server_is_building_at_once_and_active_soon() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Spawn).await;
    let context = user();
    let booted = compute.boot(&context, boot("My Web")).await.unwrap();
    let accepted = &booted.instances[0];
    assert_eq!(
        (accepted.vm_state, accepted.task_state),
        (VmState::Building, Some(TaskState::Scheduling))
    );
    assert_eq!(
        (accepted.name.as_str(), accepted.hostname.as_str()),
        ("My Web", "my-web")
    );
    assert!(booted.reservation_id.starts_with("r-") && booted.reservation_id.len() == 10);
    assert_eq!(booted.admin_pass.len(), 12);
    let spawning = stage
        .until(accepted.id, |i| i.task_state == Some(TaskState::Spawning))
        .await;
    assert_eq!(spawning.host.as_deref(), Some("edge-1"));
    drop(held);
    let active = stage.until(accepted.id, |i| is(i, VmState::Active)).await;
    assert_eq!(active.power_state, PowerState::Running);
    assert_eq!(active.availability_zone.as_deref(), Some("nova"));
    assert!(active.launched_at.is_some() && active.fault.is_none());
    let action = compute
        .action(&context, active.id, &context.request_id)
        .await
        .unwrap();
    assert_eq!((action.action.as_str(), action.message), ("create", None));
    let event = eventually(|| async {
        let action = compute
            .action(&context, active.id, &context.request_id)
            .await
            .unwrap();
        action.events.into_iter().find(|event| event.result.is_some())
    });
    let event = event.await;
    assert_eq!(event.event, "compute__do_build_and_run_instance");
    assert_eq!(
        (event.host.as_str(), event.result.as_deref()),
        ("edge-1", Some("Success"))
    );
}

#[tokio::test]
async fn several_servers_are_numbered_and_share_a_reservation() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let request = Boot {
        min_count: 2,
        max_count: 3,
        ..boot("web")
    };
    let booted = compute.boot(&user(), request).await.unwrap();
    let names: Vec<_> = booted
        .instances
        .iter()
        .map(|i| (i.name.as_str(), i.launch_index))
        .collect();
    assert_eq!(names, [("web-1", 0), ("web-2", 1), ("web-3", 2)]);
    for instance in &booted.instances {
        assert_eq!(instance.reservation_id, booted.reservation_id);
        stage.until(instance.id, |i| is(i, VmState::Active)).await;
    }
}

#[tokio::test]
async fn a_failed_build_is_an_error_with_the_engines_words_and_leaves_nothing() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    stage.faults().fail_next(Verb::Spawn, "no space left on device");
    let context = user();
    let id = compute.boot(&context, boot("web")).await.unwrap().instances[0].id;
    let failed = stage.until(id, |i| is(i, VmState::Error)).await;
    let fault = failed.fault.clone().unwrap();
    assert_eq!(
        (fault.code, fault.message.as_str()),
        (500, "the Docker engine refused: no space left on device")
    );
    assert_eq!(
        (failed.host.clone(), failed.power_state),
        (None, PowerState::NoState)
    );
    assert!(stage.containers().await.is_empty());
    let action = compute.action(&context, id, &context.request_id).await.unwrap();
    assert_eq!(action.message.as_deref(), Some("Error"));
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
}

#[tokio::test]
async fn a_server_that_fits_nowhere_is_an_error_that_says_what_is_missing() {
    let mut stage = Stage::new().await;
    stage.settings.ram_allocation_ratio = 0.0;
    let compute = stage.open().await;
    let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    let failed = stage.until(id, |i| is(i, VmState::Error)).await;
    assert_eq!(
        failed.fault.as_ref().unwrap().message,
        "No valid host was found. There are not enough hosts available: edge-1 has 0 MB of memory left, 512 are needed."
    );
}

/// An image like the stage's own, on its shelf under another id.
fn shelved(stage: &Stage, number: u128, change: impl FnOnce(&mut Image)) -> ImageId {
    let mut image = engine_image(ImageId(uuid::Uuid::from_u128(number)));
    change(&mut image);
    stage.images.put(image.clone());
    image.id
}

#[tokio::test]
async fn an_image_that_does_not_fit_is_refused_before_anything_is_written() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let nothing = ImageId(uuid::Uuid::from_u128(9));
    let queued = shelved(&stage, 1, |image| image.status = ImageStatus::Queued);
    let refusals = [
        (nothing, format!("Image {nothing} could not be found.")),
        (queued, format!("Image {queued} is not active.")),
        (
            shelved(&stage, 2, |image| image.min_ram = 1024),
            "Flavor's memory is too small for requested image.".to_owned(),
        ),
        (
            shelved(&stage, 3, |image| image.size = Some(2 << 30)),
            "Flavor's disk is too small for requested image. Flavor disk is 1073741824 bytes, image is 2147483648 \
             bytes."
                .to_owned(),
        ),
        (
            shelved(&stage, 4, |image| image.min_disk = 2),
            "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is 1073741824 \
             bytes, minimum size is 2147483648 bytes."
                .to_owned(),
        ),
    ];
    for (image, refusal) in refusals {
        assert_eq!(
            words(compute.boot(&user(), Boot { image, ..boot("x") }).await),
            refusal
        );
    }
    assert!(
        compute
            .list(&user(), &ServerFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_before_anything_is_written() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let wrong = |spoil: fn(&mut Boot)| {
        let mut request = boot("x");
        spoil(&mut request);
        request
    };
    let refusals = [
        (wrong(|b| b.flavor = "9".into()), "Flavor 9 could not be found."),
        (
            wrong(|b| b.key_name = Some("none".to_owned())),
            "Invalid key_name provided.",
        ),
        (
            wrong(|b| b.metadata = (0..129).map(|n| (n.to_string(), String::new())).collect()),
            "Maximum number of metadata items exceeds 128",
        ),
        (
            wrong(|b| b.user_data = UserData::new("%").ok()),
            "User data needs to be valid base 64.",
        ),
        (
            wrong(|b| b.availability_zone = Some("mars".to_owned())),
            "The requested availability zone is not available",
        ),
        (
            wrong(|b| (b.hostname, b.max_count) = (Some("one".to_owned()), 2)),
            "Unable to allocate a single hostname to multiple instances",
        ),
        (wrong(|b| b.min_count = 2), "min_count must be <= max_count"),
        (
            wrong(|b| b.max_count = 1001),
            "max_count is 1001, at most 1000 are allowed",
        ),
    ];
    for (request, refusal) in refusals {
        assert_eq!(words(compute.boot(&user(), request).await), refusal);
    }
    assert!(
        compute
            .list(&user(), &ServerFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_mistake_in_user_data_is_said_at_once() {
    use base64::Engine as _;
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let text = base64::engine::general_purpose::STANDARD.encode("command: {not: [a, command]}\n");
    let request = Boot {
        user_data: Some(UserData::new(text).unwrap()),
        ..boot("x")
    };
    let refused = compute.boot(&user(), request).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Invalid(words) if words.contains("command")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_quota_lets_as_many_in_as_it_can() {
    let mut stage = Stage::new().await;
    stage.settings.quotas = Quotas {
        instances: Some(3),
        ram_mb: Some(1024),
        ..Quotas::default()
    };
    let compute = stage.open().await;
    let request = Boot {
        min_count: 1,
        max_count: 5,
        ..boot("web")
    };
    assert_eq!(compute.boot(&user(), request).await.unwrap().instances.len(), 2);
    let refused = compute.boot(&user(), boot("one more")).await;
    assert_eq!(
        words(refused),
        "Quota exceeded for ram: Requested 512, but already used 1024 of 1024 ram"
    );
    let request = Boot {
        min_count: 2,
        max_count: 2,
        ..boot("two more")
    };
    assert_eq!(
        words(compute.boot(&user(), request).await),
        "Quota exceeded for instances, ram: Requested 2, 1024, but already used 2, 1024 of 3, 1024 instances, ram"
    );
    let other = compute.boot(&stranger(), boot("theirs")).await;
    assert_eq!(other.unwrap().instances.len(), 1, "a quota is a project's own");
}

#[tokio::test]
async fn a_delete_during_the_build_takes_all_of_it_away() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let held = stage.faults().hold(Verb::Spawn).await;
    let id = compute.boot(&user(), boot("web")).await.unwrap().instances[0].id;
    stage
        .until(id, |i| i.task_state == Some(TaskState::Spawning))
        .await;
    compute.delete(&user(), id).await.unwrap();
    stage.until_gone(id).await;
    drop(held);
    assert_eq!(
        words(compute.get(&user(), id).await),
        format!("Instance {id} could not be found.")
    );
    assert!(stage.containers().await.is_empty());
}

#[tokio::test]
async fn a_host_that_is_named_is_this_one() {
    let stage = Stage::new().await;
    let compute = stage.open().await;
    let on = |host: &str| Boot {
        host: Some(host.to_owned()),
        ..boot("web")
    };
    assert!(compute.boot(&user(), on(&stage.settings.host)).await.is_ok());
    assert_eq!(
        words(compute.boot(&user(), on("elsewhere")).await),
        "Compute host elsewhere could not be found."
    );
}
