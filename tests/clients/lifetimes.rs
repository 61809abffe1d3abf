//! What outlives what: servers the service, the service's knowledge its process, and nothing an ephemeral cloud.

use std::collections::BTreeSet;

use serde_json::json;

use crate::stage::{Alone, STAYS, Session, Stage, boot_body, engine};

#[tokio::test]
async fn servers_run_on_while_the_service_is_down_and_are_known_when_it_is_back() {
    let mut stage = Stage::alone().await;
    let (session, server) = with_a_server(&stage).await;
    let before = session.server(&server).await.unwrap();
    assert!(stage.service.terminate().await.success());
    assert_eq!(engine::state(&server).await, "running");
    stage.service.start().await;
    assert_eq!(
        session.server(&server).await.unwrap(),
        before,
        "the token is still good, too"
    );
    assert!(stage.service.terminate().await.success());
    engine::said(&["kill", &engine::container(&server)]).await;
    stage.service.start().await;
    session.reaches(&server, "SHUTOFF").await;
    session.act(&server, json!({"os-start": null})).await;
    session.reaches(&server, "ACTIVE").await;
    assert_eq!(engine::state(&server).await, "running");
    session.delete(&server).await;
}

#[tokio::test]
async fn what_is_done_to_a_container_behind_our_back_is_seen() {
    let stage = Stage::alone().await;
    let (session, server) = with_a_server(&stage).await;
    let name = engine::container(&server);
    engine::said(&["kill", &name]).await;
    assert_eq!(
        session.reaches(&server, "SHUTOFF").await["OS-EXT-STS:power_state"],
        4
    );
    engine::said(&["start", &name]).await;
    session.reaches(&server, "ACTIVE").await;
    engine::said(&["pause", &name]).await;
    session.reaches(&server, "PAUSED").await;
    engine::said(&["rm", "-f", &name]).await;
    let lost = session.reaches(&server, "ERROR").await;
    assert_eq!(
        lost["fault"]["message"],
        "The container is gone: it was removed by somebody else. Rebuild or delete the server."
    );
    let image = lost["image"]["id"].clone();
    session
        .act(&server, json!({"rebuild": {"imageRef": image}}))
        .await;
    session.reaches(&server, "ACTIVE").await;
    assert_eq!(engine::state(&server).await, "running");
    session.delete(&server).await;
}

#[tokio::test]
async fn an_ephemeral_cloud_takes_all_of_its_own_along() {
    let setting = Alone {
        words: &["--ephemeral", "--clouds-file", "%/clouds.yaml"],
        ..Alone::default()
    };
    let mut stage = setting.up().await;
    stage.clouds.file = stage.service.files.path().join("clouds.yaml");
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    stage.seed.pulled_up().await;
    let server = session
        .boot(&boot_body("passing", &image, &format!("command: {STAYS}")))
        .await;
    session.reaches(&server, "ACTIVE").await;
    session
        .act(
            &server,
            json!({"createImage": {"name": stage.seed.name("snapshot")}}),
        )
        .await;
    session.reaches(&server, "ACTIVE").await;
    assert!(stage.service.terminate().await.success());
    assert_eq!(engine::containers(&stage.seed.mark).await, BTreeSet::new());
    assert_eq!(engine::images(&stage.seed.mark).await, BTreeSet::new());
}

async fn with_a_server(stage: &Stage) -> (Session, String) {
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    let server = session
        .boot(&boot_body("lasting", &image, &format!("command: {STAYS}")))
        .await;
    session.reaches(&server, "ACTIVE").await;
    (session, server)
}
