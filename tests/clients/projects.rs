//! Two projects on one host know nothing of each other.

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{STAYS, Session, Stage, boot_body, engine};

#[tokio::test]
async fn projects_do_not_see_each_other_alone() {
    projects_do_not_see_each_other(Stage::alone().await).await;
}

#[tokio::test]
async fn projects_do_not_see_each_other_inside_a_cloud() {
    projects_do_not_see_each_other(Stage::in_cloud().await).await;
}

async fn projects_do_not_see_each_other(stage: Stage) {
    let (one, admin) = (stage.member().await, stage.admin().await);
    let other = stranger(&stage, &admin).await;
    let image = stage.upload(&one, &stage.seed.name("busybox")).await;
    let server = one
        .boot(&boot_body("mine", &image, &format!("command: {STAYS}")))
        .await;
    one.reaches(&server, "ACTIVE").await;
    let message = format!("Instance {server} could not be found.");
    let path = format!("/servers/{server}");
    other.get(&path).await.is(404, &message);
    other
        .ask(Method::DELETE, &path, None)
        .await
        .unwrap()
        .is(404, &message);
    other
        .post(&format!("{path}/action"), &json!({"os-stop": null}))
        .await
        .is(404, &message);
    other.get(&format!("{path}/ips")).await.is(404, &message);
    assert_eq!(other.get("/servers/detail").await.body["servers"], json!([]));
    other.get("/servers?all_tenants=1").await.is(
        403,
        "Policy doesn't allow os_compute_api:servers:index:get_all_tenants to be performed.",
    );
    assert_eq!(other.image(&image).await, None, "nor the image");
    let body = boot_body("theirs", &image, "");
    other
        .post("/servers", &body)
        .await
        .is(400, "Can not find requested image");
    assert_eq!(engine::state(&server).await, "running");
    let seen = admin.get("/servers?all_tenants=1").await.body;
    assert!(
        seen["servers"].to_string().contains(&server),
        "an administrator sees all: {seen}"
    );
    one.delete(&server).await;
    one.delete_image(&image).await;
}

/// A new user, member of a new project.
async fn stranger(stage: &Stage, admin: &Session) -> Session {
    let name = stage.seed.name("stranger");
    let project = made(admin, "project", json!({"name": name, "domain_id": "default"})).await;
    let user = made(
        admin,
        "user",
        json!({"name": name, "domain_id": "default", "password": "of a stranger"}),
    )
    .await;
    let roles = format!("{}/roles?name=member", admin.identity);
    let roles: Value = admin
        .to(Method::GET, &roles)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let role = roles["roles"][0]["id"].as_str().unwrap();
    let grant = format!("{}/projects/{project}/users/{user}/roles/{role}", admin.identity);
    assert_eq!(admin.to(Method::PUT, &grant).send().await.unwrap().status(), 204);
    Session::log_in(&admin.identity, &name, "of a stranger", &name).await
}

async fn made(admin: &Session, kind: &str, fields: Value) -> String {
    let request = admin.to(Method::POST, &format!("{}/{kind}s", admin.identity));
    let answer: Value = request
        .json(&json!({kind: fields}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    answer[kind]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}
