//! `kill -9` of the service at any moment: at the next start what was begun is finished or given up, and nothing is left.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Alone, STAYS, Session, Stage, boot_body, engine, until};

/// How long the service lives after the request is sent, in milliseconds: before it is read, and up to after all is done.
const MOMENTS: [u64; 7] = [0, 3, 10, 30, 80, 200, 500];

#[tokio::test]
async fn a_boot_that_is_killed_is_taken_up_again_alone() {
    a_boot_that_is_killed_is_taken_up_again(Stage::alone().await).await;
}

#[tokio::test]
async fn a_boot_that_is_killed_is_taken_up_again_inside_a_cloud() {
    a_boot_that_is_killed_is_taken_up_again(Stage::in_cloud().await).await;
}

async fn a_boot_that_is_killed_is_taken_up_again(mut stage: Stage) {
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    stage.seed.pulled_up().await;
    let body = boot_body(&stage.seed.name("server"), &image, &format!("command: {STAYS}"));
    for moment in MOMENTS {
        killed_after(
            moment,
            &mut stage,
            &session,
            Method::POST,
            "/servers",
            Some(&body),
        )
        .await;
        let servers = all_is_settled(&stage, &session).await;
        for server in &servers {
            assert_eq!(server["status"], "ACTIVE", "after {moment} ms: {server}");
        }
        for server in &servers {
            session.delete(server["id"].as_str().unwrap()).await;
        }
        assert_eq!(engine::containers(&stage.seed.mark).await, BTreeSet::new());
    }
    session.delete_image(&image).await;
}

#[tokio::test]
async fn a_snapshot_that_is_killed_leaves_no_image_half_made_alone() {
    let setting = Alone {
        // What the engine still had in hand is swept up when all is compared.
        base: "sync_power_state_interval = 1\n[image_cache]\nmanager_interval = 1".to_owned(),
        ..Alone::default()
    };
    a_snapshot_that_is_killed_leaves_no_image_half_made(setting.up().await).await;
}

#[tokio::test]
async fn a_snapshot_that_is_killed_leaves_no_image_half_made_inside_a_cloud() {
    a_snapshot_that_is_killed_leaves_no_image_half_made(Stage::in_cloud().await).await;
}

async fn a_snapshot_that_is_killed_leaves_no_image_half_made(mut stage: Stage) {
    let session = stage.member().await;
    let (image, server) = running(&stage, &session).await;
    let path = format!("/servers/{server}/action");
    let name = stage.seed.name("snapshot");
    let body = json!({"createImage": {"name": name}});
    for moment in MOMENTS {
        killed_after(moment, &mut stage, &session, Method::POST, &path, Some(&body)).await;
        all_is_settled(&stage, &session).await;
        let query = format!("name={name}");
        let made = until("no snapshot is half made", async || {
            let images = session.images(&query).await;
            images
                .iter()
                .all(|image| image["status"] == "active")
                .then_some(images)
        });
        for snapshot in made.await {
            session.delete_image(snapshot["id"].as_str().unwrap()).await;
        }
        // The engine holds a container still while it is committed, and ends what it was asked to do.
        session.reaches(&server, "ACTIVE").await;
        until("the container runs on", async || {
            (engine::state(&server).await == "running").then_some(())
        })
        .await;
    }
    session.delete(&server).await;
    session.delete_image(&image).await;
    let seed = BTreeSet::from([stage.seed.reference.clone()]);
    engine::clean_but_for(&stage.seed.mark, &seed).await;
}

#[tokio::test]
async fn a_delete_that_is_killed_is_finished() {
    let mut stage = Stage::alone().await;
    let session = stage.member().await;
    for moment in MOMENTS {
        let (image, server) = running(&stage, &session).await;
        let path = format!("/servers/{server}");
        killed_after(moment, &mut stage, &session, Method::DELETE, &path, None).await;
        let left = all_is_settled(&stage, &session).await;
        // Killed before the request was read, it was not asked for.
        if let [still] = left.as_slice() {
            assert_eq!(still["status"], "ACTIVE", "after {moment} ms");
            session.delete(&server).await;
        }
        assert_eq!(
            engine::containers(&stage.seed.mark).await,
            BTreeSet::new(),
            "after {moment} ms"
        );
        session.delete_image(&image).await;
    }
}

/// Sends the request, kills the service so long after it, and starts it again.
async fn killed_after(
    moment: u64,
    stage: &mut Stage,
    session: &Session,
    method: Method,
    path: &str,
    body: Option<&Value>,
) {
    let killed = async {
        tokio::time::sleep(Duration::from_millis(moment)).await;
        stage.service.kill().await;
    };
    // Whether it was answered is not the point.
    let (_, ()) = tokio::join!(session.ask(method, path, body), killed);
    stage.service.start().await;
}

/// Until nothing is being done to any server, and the engine has their containers and no others.
async fn all_is_settled(stage: &Stage, session: &Session) -> Vec<Value> {
    until("every server is at rest and has its container", async || {
        let servers = session.get("/servers/detail").await.body["servers"]
            .as_array()
            .unwrap()
            .clone();
        let names = servers
            .iter()
            .map(|server| engine::container(server["id"].as_str().unwrap()));
        let at_rest =
            |server: &Value| server["OS-EXT-STS:task_state"].is_null() && server["status"] != "BUILD";
        let settled =
            servers.iter().all(at_rest) && engine::containers(&stage.seed.mark).await == names.collect();
        settled.then_some(servers)
    })
    .await
}

/// An image and a server of it, running.
async fn running(stage: &Stage, session: &Session) -> (String, String) {
    let image = stage.upload(session, &stage.seed.name("busybox")).await;
    let server = session
        .boot(&boot_body("runs", &image, &format!("command: {STAYS}")))
        .await;
    session.reaches(&server, "ACTIVE").await;
    (image, server)
}
