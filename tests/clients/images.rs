//! Images without the main job's detour: those that the engine has already, and the seed's own way of uploading one.

use std::collections::BTreeSet;

use serde_json::json;

use crate::stage::{Cli, STAYS, Stage, boot_body, engine};

/// What nova-docker's users have always typed, with the option that `--is-public` has become.
#[tokio::test]
async fn docker_save_is_piped_into_glance_image_create() {
    let stage = Stage::alone().await;
    let glance = Cli::glance(&stage.clouds.file, stage.clouds.admin);
    let name = stage.seed.name("busybox");
    let line = "image-create --visibility public --container-format docker --disk-format raw --name";
    glance
        .fed_by_docker_save(&stage.seed, &format!("{line} {name}"))
        .await;
    stage.seed.pulled_up().await;
    let session = stage.member().await;
    let images = session.images(&format!("name={name}")).await;
    let [image] = images.as_slice() else {
        panic!("{images:?}")
    };
    assert_eq!(
        (&image["status"], &image["visibility"]),
        (&json!("active"), &json!("public"))
    );
    let body = boot_body(&name, image["id"].as_str().unwrap(), &format!("command: {STAYS}"));
    let server = session.boot(&body).await;
    session.reaches(&server, "ACTIVE").await;
    assert_eq!(engine::inspect(&server).await["Image"], stage.seed.id);
    session.delete(&server).await;
}

#[tokio::test]
async fn an_image_that_the_engine_has_boots_without_an_upload() {
    let stage = Stage::alone().await;
    let (openstack, session) = (stage.openstack(), stage.member().await);
    let images = session.images(&format!("name={}", stage.seed.reference)).await;
    let [image] = images.as_slice() else {
        panic!("{images:?}")
    };
    assert_eq!(
        (
            &image["status"],
            &image["visibility"],
            &image["protected"],
            &image["container_format"]
        ),
        (&json!("active"), &json!("public"), &json!(true), &json!("docker"))
    );
    let line = format!(
        "server create local --image {} --flavor m1.nano",
        stage.seed.reference
    );
    let made = openstack.json(&line).await;
    let server = made["id"].as_str().unwrap().to_owned();
    session.reaches(&server, "ACTIVE").await;
    let found = engine::inspect(&server).await;
    assert_eq!(
        (&found["Image"], &found["Config"]["Cmd"]),
        (&json!(stage.seed.id), &json!(["sh"]))
    );
    session.delete(&server).await;
    engine::clean_but_for(&stage.seed.mark, &BTreeSet::from([stage.seed.reference.clone()])).await;
}
