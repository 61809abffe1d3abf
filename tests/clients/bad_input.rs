//! What is wrong is refused with Nova's status and a sentence that says what to change, and leaves nothing behind.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Alone, Seed, Session, Stage, boot_body, engine};

#[tokio::test]
async fn a_body_that_is_wrong_is_refused() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let url = format!("{}/servers", session.compute);
    let answer = session
        .to(Method::POST, &url)
        .header("Content-Type", "application/json")
        .body("{\"server\": ");
    let answer: Value = answer.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        answer,
        json!({"badRequest": {"code": 400, "message": "Malformed request body"}})
    );
    let mut body = boot_body("typed", "70a599e0-31e7-49b7-b260-868f441e862b", "");
    body["server"]["min_count"] = json!("many");
    session.post("/servers", &body).await.is(
        400,
        "Invalid input for field/attribute min_count. Value: many. 'many' does not match '^[0-9]*$'",
    );
    body["server"]["min_count"] = json!(1);
    body["server"]["nme"] = json!("slip");
    session.post("/servers", &body).await.is(
        400,
        &format!("Invalid input for field/attribute server. Value: {}. Additional properties are not allowed ('nme' was unexpected)", python(&body["server"])),
    );
    nothing_is_there(&stage, &session).await;
}

#[tokio::test]
async fn what_a_server_cannot_be_made_of_is_refused() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let body = boot_body("no image", "70a599e0-31e7-49b7-b260-868f441e862b", "");
    session
        .post("/servers", &body)
        .await
        .is(400, "Can not find requested image");
    let large = session
        .describe(&json!({"name": stage.seed.name("large"), "min_ram": 65}))
        .await;
    assert_eq!(
        session.send_data(&large, stage.seed.saved().await).await.status,
        204
    );
    let body = boot_body("large", &large, "");
    session
        .post("/servers", &body)
        .await
        .is(400, "Flavor's memory is too small for requested image.");
    let queued = session
        .describe(&json!({"name": stage.seed.name("queued")}))
        .await;
    let body = boot_body("queued", &queued, "");
    session
        .post("/servers", &body)
        .await
        .is(400, &format!("Image {queued} is not active."));
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    let mut body = boot_body("flavor", &image, "");
    body["server"]["flavorRef"] = json!("enormous");
    session
        .post("/servers", &body)
        .await
        .is(400, "Flavor enormous could not be found.");
    let mut body = boot_body("key", &image, "");
    body["server"]["key_name"] = json!("lost");
    session
        .post("/servers", &body)
        .await
        .is(400, "Invalid key_name provided.");
    nothing_is_there(&stage, &session).await;
}

#[tokio::test]
async fn a_typo_in_user_data_is_refused_with_its_line_and_the_right_word() {
    let stage = Stage::alone().await;
    let openstack = stage.openstack();
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("busybox")).await;
    let file = stage.service.files.path().join("typo.yaml");
    std::fs::write(&file, "command: [\"sh\"]\nenviroment:\n  A: b\n").unwrap();
    let file = file.display();
    let line = format!("server create typo --image {image} --flavor m1.nano --user-data {file}");
    let refused = openstack.refused(&line).await;
    let sentence = "`enviroment` (line 2): there is no such option, did you mean `environment`?";
    assert!(refused.contains(sentence) && refused.contains("400"), "{refused}");
    nothing_is_there(&stage, &session).await;
}

#[tokio::test]
async fn an_upload_that_is_not_whole_is_refused_and_not_kept() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let id = session.describe(&json!({"name": stage.seed.name("half")})).await;
    let mut half = stage.seed.saved().await;
    half.truncate(half.len() / 2);
    session.send_data(&id, half).await.is(
        400,
        "the docker save archive is truncated: it ends in the middle; upload it again, whole",
    );
    let refused = session
        .send_data(&id, b"not a tar archive at all".repeat(100))
        .await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(session.image(&id).await.unwrap()["status"], "queued");
    let folder = stage.service.files.path().join("state/images");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "no data is kept");
    assert_eq!(
        session.send_data(&id, stage.seed.saved().await).await.status,
        204,
        "the whole one is taken"
    );
}

#[tokio::test]
async fn an_image_with_nothing_to_run_makes_a_server_with_a_fault_that_says_so() {
    let stage = Alone::default();
    let mut stage = stage.set(Seed::with_command(None).await);
    stage.service.start().await;
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("mute")).await;
    stage.seed.pulled_up().await;
    let server = session.boot(&boot_body("mute", &image, "")).await;
    let server = session.reaches(&server, "ERROR").await;
    assert_eq!(
        server["fault"]["message"],
        format!(
            "Image {image} is unacceptable: it has neither a command nor an entrypoint: say what to run with `command:` in \
             user_data, or with the image property os_command_line"
        )
    );
    assert_eq!(engine::containers(&stage.seed.mark).await, BTreeSet::new());
    session.delete(server["id"].as_str().unwrap()).await;
    let spoken = session
        .boot(&boot_body("spoken", &image, "command: [\"sh\"]"))
        .await;
    session.reaches(&spoken, "ACTIVE").await;
    session.delete(&spoken).await;
    session.delete_image(&image).await;
    engine::clean_but_for(&stage.seed.mark, &BTreeSet::new()).await;
}

/// No server, and in the engine only what the story itself put there.
async fn nothing_is_there(stage: &Stage, session: &Session) {
    assert_eq!(session.get("/servers/detail").await.body["servers"], json!([]));
    assert_eq!(engine::containers(&stage.seed.mark).await, BTreeSet::new());
    assert_eq!(
        engine::images(&stage.seed.mark).await,
        BTreeSet::from([stage.seed.reference.clone()])
    );
}

/// As Python prints a dict of texts and numbers, which is what Nova says a value is.
fn python(value: &Value) -> String {
    value
        .to_string()
        .replace("\":", "': ")
        .replace(",\"", ", '")
        .replace('"', "'")
}
