//! The engine is away: requests that need it get a clear error, no server is lost, and all is well when it is back.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::stage::proxy::Proxy;
use crate::stage::{Alone, STAYS, Seed, Session, Stage, boot_body, engine, until};

/// How long after a boot is accepted the engine goes away, in milliseconds: before the image is loaded, and up to after all
/// is done.
const MOMENTS: [u64; 6] = [0, 5, 20, 50, 100, 300];

#[tokio::test]
async fn servers_outlive_an_engine_that_goes_away_and_comes_back() {
    let (mut stage, mut way) = set().await;
    way.join();
    stage.service.start().await;
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    let body = boot_body("lasting", &image, &format!("command: {STAYS}"));
    let server = session.boot(&body).await;
    session.reaches(&server, "ACTIVE").await;
    way.cut();
    is_missed(&session, true).await;
    says_clearly_that_it_is_away(&session, &server, &image).await;
    engine::said(&["kill", &engine::container(&server)]).await;
    way.join();
    is_missed(&session, false).await;
    session.reaches(&server, "SHUTOFF").await;
    session.act(&server, json!({"os-start": null})).await;
    session.reaches(&server, "ACTIVE").await;
    session.delete(&server).await;
    assert_eq!(engine::containers(&stage.seed.mark).await, BTreeSet::new());
}

#[tokio::test]
async fn a_boot_that_is_cut_off_goes_on_when_the_engine_is_back() {
    let (mut stage, mut way) = set().await;
    way.join();
    stage.service.start().await;
    let session = stage.member().await;
    let saved = stage.seed.saved().await;
    stage.seed.pulled_up().await;
    for moment in MOMENTS {
        let image = session.upload(&stage.seed.name("busybox"), saved.clone()).await;
        let body = boot_body("cut-off", &image, &format!("command: {STAYS}"));
        let server = session.boot(&body).await;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        way.cut();
        is_missed(&session, true).await;
        let waiting = session.server(&server).await.unwrap()["status"].clone();
        assert!(
            waiting == "BUILD" || waiting == "ACTIVE",
            "{waiting} after {moment} ms"
        );
        way.join();
        session.reaches(&server, "ACTIVE").await;
        assert_eq!(engine::state(&server).await, "running");
        session.delete(&server).await;
        session.delete_image(&image).await;
        engine::clean_but_for(&stage.seed.mark, &BTreeSet::new()).await;
    }
}

#[tokio::test]
async fn the_service_starts_without_an_engine_and_finds_it_later() {
    let (mut stage, mut way) = set().await;
    stage.service.start_unready().await;
    let session = stage.member().await;
    is_missed(&session, true).await;
    assert_eq!(session.get("/servers/detail").await.body["servers"], json!([]));
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    way.join();
    is_missed(&session, false).await;
    let server = session
        .boot(&boot_body("late", &image, &format!("command: {STAYS}")))
        .await;
    session.reaches(&server, "ACTIVE").await;
    session.delete(&server).await;
}

/// The engine is reached through a proxy that is cut.
async fn set() -> (Stage, Proxy) {
    let setting = Alone {
        docker: "host_url = unix://%/engine.sock".to_owned(),
        ..Alone::default()
    };
    let stage = setting.set(Seed::planted().await);
    let way = Proxy::at(&stage.service.files.path().join("engine.sock"));
    (stage, way)
}

async fn says_clearly_that_it_is_away(session: &Session, server: &str, image: &str) {
    let asked = [
        ("/servers".to_owned(), boot_body("not now", image, "")),
        (format!("/servers/{server}/action"), json!({"os-stop": null})),
        (
            format!("/servers/{server}/action"),
            json!({"reboot": {"type": "HARD"}}),
        ),
        (
            format!("/servers/{server}/action"),
            json!({"createImage": {"name": "not now"}}),
        ),
        (
            format!("/servers/{server}/action"),
            json!({"os-getConsoleOutput": {}}),
        ),
    ];
    for (path, body) in asked {
        let answer = session.post(&path, &body).await;
        assert_eq!(answer.status, 503, "{body}: {answer:?}");
        let message = answer.message();
        assert!(
            message.starts_with("the Docker engine is not available at the moment"),
            "{body}: {message}"
        );
    }
    let known = session.server(server).await.unwrap();
    assert_eq!(
        (&known["status"], &known["OS-EXT-STS:task_state"]),
        (&json!("ACTIVE"), &json!(null))
    );
    assert_eq!(
        session.images("name=not%20now").await,
        Vec::<serde_json::Value>::new()
    );
}

/// Until the service knows whether the engine is there.
async fn is_missed(session: &Session, missed: bool) {
    let url = session.compute.replace("/v2.1", "/healthcheck");
    let wanted = if missed { 503 } else { 200 };
    until("the health of compute changes", async || {
        let health = session.to(reqwest::Method::GET, &url).send().await.unwrap();
        (health.status() == wanted).then_some(())
    })
    .await;
}
