//! Images without the main job's detour: those that the engine has already, and the seed's own way of uploading one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Alone, Cli, STAYS, Seed, Session, Stage, boot_body, engine, until};

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

/// What the seed's server was, told by the snapshot alone: the engine has forgotten both.
#[tokio::test]
async fn a_snapshot_of_any_name_boots_as_the_server_that_it_was() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let fields = json!({"name": stage.seed.name("Base Image"), "min_ram": 48, "os_command_line": "sleep 7"});
    let base = session.describe(&fields).await;
    let sent = session.send_data(&base, stage.seed.saved().await).await;
    assert_eq!(sent.status, 204);
    stage.seed.pulled_up().await;
    let user_data = format!("command: {STAYS}\nenvironment: {{COLOUR: blue}}\nports: [8080/tcp]");
    let server = session.boot(&boot_body("My Server", &base, &user_data)).await;
    session.reaches(&server, "ACTIVE").await;
    let mut kept = Vec::new();
    for name in [
        "UPPER and lower",
        "Schnappschuß №7 ☃/:@ v1.0:final",
        "日本語のスナップショット",
    ] {
        let name = stage.seed.name(name);
        let made = session.act(&server, json!({"createImage": {"name": name}})).await;
        let id = made["image_id"].as_str().unwrap().to_owned();
        let image = active(&session, &id).await;
        assert_eq!(image["name"], json!(name));
        session.reaches(&server, "ACTIVE").await;
        kept.push((id, image));
    }
    let (id, image) = kept.pop().unwrap();
    let flavor = session.get("/flavors/42").await.body["flavor"].clone();
    let architecture = engine::said(&["info", "--format", "{{.Architecture}}"]).await;
    for (field, expected) in [
        ("image_type", json!("snapshot")),
        ("base_image_ref", json!(base)),
        ("instance_uuid", json!(server)),
        ("hw_architecture", json!(architecture)),
        ("min_ram", json!(48)),
        ("min_disk", flavor["disk"].clone()),
        ("container_format", json!("docker")),
        ("disk_format", json!("raw")),
        ("os_command_line", Value::Null),
    ] {
        assert_eq!(image[field], expected, "{field}");
    }
    let before = engine::inspect(&server).await;
    session.delete(&server).await;
    for image in engine::images(&stage.seed.mark).await {
        engine::said(&["rmi", &image]).await;
    }
    let body = json!({"server": {"name": "again", "imageRef": id, "flavorRef": "42", "networks": "none"}});
    let again = session.boot(&body).await;
    session.reaches(&again, "ACTIVE").await;
    let after = engine::inspect(&again).await;
    assert_eq!(after["Config"]["Cmd"], before["Config"]["Cmd"]);
    assert_eq!(after["Config"]["ExposedPorts"], json!({"8080/tcp": {}}));
    let environment = after["Config"]["Env"].as_array().unwrap();
    assert!(environment.contains(&json!("COLOUR=blue")), "{environment:?}");
    session.delete(&again).await;
}

async fn active(session: &Session, image: &str) -> Value {
    until(&format!("image {image} is active"), async || {
        let found = session.image(image).await.expect("the image is there");
        (found["status"] == "active").then_some(found)
    })
    .await
}

/// Somebody wrote into the store.
#[tokio::test]
async fn data_that_is_not_what_was_uploaded_fails_the_boot_and_can_be_tried_again() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let image = stage.upload(&session, &stage.seed.name("damaged")).await;
    stage.seed.pulled_up().await;
    let path = stage.service.files.path().join("state/images").join(&image);
    let whole = std::fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    let body = boot_body("damaged", &image, &format!("command: {STAYS}"));
    let failed = session.boot(&body).await;
    let fault = session.reaches(&failed, "ERROR").await["fault"].clone();
    let words = fault["message"].as_str().unwrap();
    assert!(words.contains("its data has the sha512"), "{fault}");
    assert_eq!(engine::images(&stage.seed.mark).await, BTreeSet::new());
    std::fs::write(&path, &whole[..middle]).unwrap();
    let failed_again = session.boot(&body).await;
    let fault = session.reaches(&failed_again, "ERROR").await["fault"].clone();
    let words = fault["message"].as_str().unwrap();
    let expected = format!("its data ended after {middle} bytes of {}", whole.len());
    assert!(words.contains(&expected), "{fault}");
    std::fs::write(&path, whole).unwrap();
    let good = session.boot(&body).await;
    session.reaches(&good, "ACTIVE").await;
    for server in [failed, failed_again, good] {
        session.delete(&server).await;
    }
}

#[tokio::test]
async fn what_is_no_docker_image_is_refused_and_told_what_to_upload() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let formats = "upload it with `docker save NAME | openstack image create NAME --container-format docker \
                   --disk-format raw`";
    for (container, disk, complaint) in [
        ("bare", "qcow2", "its disk format is qcow2, a server needs raw"),
        ("ovf", "raw", "its container format is ovf, a server needs docker"),
    ] {
        let fields =
            json!({"name": stage.seed.name(disk), "container_format": container, "disk_format": disk});
        let image = session.describe(&fields).await;
        assert_eq!(
            session
                .send_data(&image, b"QFI\xfb\0\0\0\x03".to_vec())
                .await
                .status,
            204
        );
        let answer = session.post("/servers", &boot_body("none", &image, "")).await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.message(),
            format!("Image {image} is unacceptable: {complaint}: {formats}")
        );
    }
    let fields = json!({"name": stage.seed.name("disguised"), "container_format": "bare"});
    let disguised = session.describe(&fields).await;
    assert_eq!(
        session
            .send_data(&disguised, b"QFI\xfb\0\0\0\x03".to_vec())
            .await
            .status,
        204
    );
    let server = session.boot(&boot_body("none", &disguised, "")).await;
    let fault = session.reaches(&server, "ERROR").await["fault"].clone();
    let words = fault["message"].as_str().unwrap();
    assert!(words.contains("it is a disk image (qcow2)"), "{fault}");
    session.delete(&server).await;
}

#[tokio::test]
async fn what_an_image_says_of_the_host_and_of_flavors_is_honoured() {
    let stage = Stage::alone().await;
    let session = stage.member().await;
    let fields = json!({"name": stage.seed.name("elsewhere"), "hw_architecture": "s390x"});
    let elsewhere = session.describe(&fields).await;
    assert_eq!(
        session
            .send_data(&elsewhere, stage.seed.saved().await)
            .await
            .status,
        204
    );
    let server = session.boot(&boot_body("none", &elsewhere, "")).await;
    let fault = session.reaches(&server, "ERROR").await["fault"].clone();
    let words = fault["message"].as_str().unwrap();
    assert!(
        words.starts_with("No valid host was found.") && words.contains("the image is for s390x"),
        "{fault}"
    );
    session.delete(&server).await;
    for (field, value, words) in [
        (
            "min_ram",
            json!(1 << 20),
            "Flavor's memory is too small for requested image.",
        ),
        (
            "min_disk",
            json!(1 << 10),
            "Flavor's disk is smaller than the minimum size",
        ),
    ] {
        let name = stage.seed.name(field);
        let big = session.describe(&json!({"name": name, field: value})).await;
        assert_eq!(
            session.send_data(&big, stage.seed.saved().await).await.status,
            204
        );
        let answer = session.post("/servers", &sized_body(&big)).await;
        assert!(
            answer.status == 400 && answer.message().starts_with(words),
            "{answer:?}"
        );
    }
}

/// Of a flavor that has a disk.
fn sized_body(image: &str) -> Value {
    json!({"server": {"name": "none", "imageRef": image, "flavorRef": "1", "networks": "none"}})
}

/// Every second, and at once: nothing of what others have in the engine goes with it.
#[tokio::test]
async fn images_that_no_server_uses_leave_the_engine_and_no_others_do() {
    let alone = Alone {
        docker: "[image_cache]\nmanager_interval = 1\nremove_unused_original_minimum_age_seconds = 0"
            .to_owned(),
        ..Alone::default()
    };
    let mut stage = alone.set(Seed::planted().await);
    stage.service.start().await;
    let session = stage.member().await;
    let (used, unused) = (
        stage.upload(&session, &stage.seed.name("used")).await,
        stage.upload(&session, &stage.seed.name("unused")).await,
    );
    let command = format!("command: {STAYS}");
    let stays = session.boot(&boot_body("stays", &used, &command)).await;
    let goes = session.boot(&boot_body("goes", &unused, &command)).await;
    for server in [&stays, &goes] {
        session.reaches(server, "ACTIVE").await;
    }
    let tags = async |image: &str| {
        let images = engine::images(&stage.seed.mark).await;
        images.into_iter().filter(|tag| tag.ends_with(image)).count()
    };
    assert_eq!((tags(&used).await, tags(&unused).await), (1, 1));
    session.delete(&goes).await;
    until("the unused image leaves", async || {
        (tags(&unused).await == 0).then_some(())
    })
    .await;
    assert_eq!(tags(&used).await, 1, "a server needs it");
    session.act(&stays, json!({"os-stop": null})).await;
    session.reaches(&stays, "SHUTOFF").await;
    // As many cleanings as there were before.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(tags(&used).await, 1, "a server that is off needs it too");
    assert!(
        engine::images(&stage.seed.mark)
            .await
            .contains(&stage.seed.reference)
    );
    session.delete(&stays).await;
    until("the other leaves too", async || {
        (tags(&used).await == 0).then_some(())
    })
    .await;
    assert!(
        engine::images(&stage.seed.mark)
            .await
            .contains(&stage.seed.reference),
        "what others brought stays"
    );
    let back = session.boot(&boot_body("back", &unused, &command)).await;
    session.reaches(&back, "ACTIVE").await;
    session.delete(&back).await;
}
