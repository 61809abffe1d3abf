//! A server as an image, and a server from that image.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::StreamExt;
use nova_docker::objects::{ImageId, PowerState, SystemWorld, TaskState, World};
use nova_docker::virt::{ComputeDriver, Error};

use crate::images::described;
use crate::stage::{Stage, Steps, context, instance};

#[tokio::test]
async fn a_snapshot_is_uploaded_alone_and_boots_without_loading() {
    let stage = Stage::set().await;
    let server = stage
        .running("sh -c 'echo kept > /kept; echo ready; sleep 1000'")
        .await;
    stage.console_with(server.id, "ready").await;
    let image = described(Some("docker"));
    let steps = Steps::default();
    stage
        .driver
        .snapshot(&context(), &server, image.id, &steps)
        .await
        .unwrap();

    assert_eq!(
        *steps.0.lock().unwrap(),
        [TaskState::ImagePendingUpload, TaskState::ImageUploading]
    );
    let running = stage.driver.observe(server.id).await.unwrap().unwrap();
    assert_eq!(running.power_state, PowerState::Running);
    let uploaded = stage.images.data(image.id).unwrap();
    let names: Vec<String> = tar::Archive::new(&uploaded[..])
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert!(names.contains(&"manifest.json".to_owned()), "{names:?}");
    assert!(!names.contains(&"repositories".to_owned()), "{names:?}");
    let committed = stage
        .inspect_image(&stage.cache_reference(image.id))
        .await
        .unwrap();
    let labels = committed.config.unwrap().labels.unwrap();
    assert_eq!(labels["org.openstack.nova.instance_uuid"], "");
    assert_eq!(labels["org.openstack.nova.deployment"], "");

    let second = instance("command: cat /kept");
    stage.boot(&second, &image).await.unwrap();
    assert_eq!(stage.images.downloads(), 0);
    assert_eq!(stage.inspect(second.id).await.unwrap().image, committed.id);
    assert_eq!(stage.console_with(second.id, "kept").await, "kept\n");
}

#[tokio::test]
async fn what_was_uploaded_boots_on_an_engine_that_never_saw_it() {
    let stage = Stage::set().await;
    let server = stage
        .running("sh -c 'echo kept > /kept; echo ready; sleep 1000'")
        .await;
    stage.console_with(server.id, "ready").await;
    let image = described(Some("docker"));
    stage
        .driver
        .snapshot(&context(), &server, image.id, &Steps::default())
        .await
        .unwrap();
    stage.driver.forget_image(image.id).await.unwrap();
    assert_eq!(stage.driver.cached_images().await.unwrap(), []);
    let second = instance("command: cat /kept");
    stage.boot(&second, &image).await.unwrap();
    assert_eq!(stage.images.downloads(), 1);
    stage.console_with(second.id, "kept").await;
}

/// What the container was made with, apart from what is one server's only.
#[tokio::test]
async fn a_snapshot_records_what_it_needs_to_boot_again() {
    let stage = Stage::set().await;
    let user_data = "command: sh -c 'echo $GREETING; sleep 1000'\nenvironment: {GREETING: hello}\nports: [8080/tcp]\n\
                     working_dir: /bin";
    let server = instance(user_data);
    stage.boot(&server, &stage.local_image().await).await.unwrap();
    let image = described(Some("docker"));
    let steps = Steps::default();
    stage
        .driver
        .snapshot(&context(), &server, image.id, &steps)
        .await
        .unwrap();
    let committed = stage
        .inspect_image(&stage.cache_reference(image.id))
        .await
        .unwrap();
    let host = stage.api().await.info().await.unwrap();
    let architecture = if host.architecture.as_deref() == Some("aarch64") {
        "arm64"
    } else {
        "amd64"
    };
    assert_eq!(committed.architecture.as_deref(), Some(architecture));
    let config = committed.config.unwrap();
    assert_eq!(config.cmd.unwrap(), ["sh", "-c", "echo $GREETING; sleep 1000"]);
    assert!(config.env.unwrap().contains(&"GREETING=hello".to_owned()));
    assert_eq!(config.exposed_ports.unwrap(), ["8080/tcp"]);
    assert_eq!(config.working_dir.as_deref(), Some("/bin"));
    // From what was uploaded alone.
    stage.driver.destroy(server.id).await.unwrap();
    stage.driver.forget_image(image.id).await.unwrap();
    let again = instance("");
    stage.boot(&again, &image).await.unwrap();
    assert_eq!(stage.images.downloads(), 1);
    stage.console_with(again.id, "hello").await;
}

/// Whether the server stands still is told by the engine's own events.
#[tokio::test]
async fn a_server_stands_still_for_its_snapshot_if_the_operator_wants_it() {
    for (pause, expected) in [(true, vec!["pause", "unpause"]), (false, vec![])] {
        let stage = Stage::set_with(|settings| settings.pause_on_snapshot = pause).await;
        let server = stage.running("sleep 1000").await;
        let filters = HashMap::from([
            ("container", vec![format!("nova-{}", server.id)]),
            ("event", ["pause", "unpause", "kill"].map(str::to_owned).into()),
        ]);
        let options = EventsOptionsBuilder::default().filters(&filters).build();
        let api = stage.api().await;
        let mut events = api.events(Some(options));
        let listening = tokio::spawn(async move {
            let mut seen = Vec::new();
            while let Some(Ok(event)) = events.next().await {
                match event.action.unwrap().as_str() {
                    "kill" => break,
                    action => seen.push(action.to_owned()),
                }
            }
            seen
        });
        // The stream begins with its first poll.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let image = ImageId(SystemWorld.uuid());
        let steps = Steps::default();
        stage
            .driver
            .snapshot(&context(), &server, image, &steps)
            .await
            .unwrap();
        stage.driver.destroy(server.id).await.unwrap();
        assert_eq!(listening.await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_paused_or_ended_server_can_be_an_image() {
    let stage = Stage::set().await;
    let paused = stage.running("sleep 1000").await;
    stage.driver.pause(paused.id).await.unwrap();
    let ended = stage.running("echo done").await;
    stage.ended(ended.id).await;
    for server in [&paused, &ended] {
        let image = ImageId(SystemWorld.uuid());
        stage
            .driver
            .snapshot(&context(), server, image, &Steps::default())
            .await
            .unwrap();
        assert!(stage.images.data(image).is_some());
    }
    let state = stage.driver.observe(paused.id).await.unwrap().unwrap();
    assert_eq!(state.power_state, PowerState::Paused);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_uploaded_leaves_no_image() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    stage.images.refuse_uploads.store(true, Ordering::SeqCst);
    let image = ImageId(SystemWorld.uuid());
    let error = stage
        .driver
        .snapshot(&context(), &server, image, &Steps::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the image service answered 413: the store is full"
    );
    assert_eq!(stage.driver.cached_images().await.unwrap(), []);
    assert!(stage.inspect_image(&stage.cache_reference(image)).await.is_none());
}

#[tokio::test]
async fn what_is_not_there_cannot_be_an_image() {
    let stage = Stage::set().await;
    let image = ImageId(SystemWorld.uuid());
    let answer = stage
        .driver
        .snapshot(&context(), &instance(""), image, &Steps::default())
        .await;
    assert!(matches!(answer, Err(Error::NoSuchInstance(_))));
}

#[tokio::test]
async fn an_abandoned_snapshot_leaves_no_image() {
    let stage = Stage::set().await;
    let server = stage.running("sleep 1000").await;
    for after in [0, 20, 100, 300] {
        let image = ImageId(SystemWorld.uuid());
        let (context, steps) = (context(), Steps::default());
        let snapshot = stage.driver.snapshot(&context, &server, image, &steps);
        let done = tokio::time::timeout(Duration::from_millis(after), snapshot)
            .await
            .is_ok();
        if done {
            stage.driver.forget_image(image).await.unwrap();
        }
        // What the engine had begun it ends first.
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(
            stage.inspect_image(&stage.cache_reference(image)).await.is_none(),
            "dropped after {after} ms"
        );
    }
    let running = stage.driver.observe(server.id).await.unwrap().unwrap();
    assert_eq!(running.power_state, PowerState::Running);
}
