//! Two projects on one host know nothing of each other.

use reqwest::Method;
use serde_json::json;

use crate::stage::{STAYS, Stage, boot_body, engine};

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
    let other = stage.newcomer("stranger").await.session;
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
