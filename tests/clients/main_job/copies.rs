//! A server is snapshotted, its copy boots, and it is rebuilt from the image that it came from.

use serde_json::json;

use super::{Job, text, volume_of};
use crate::stage::STAYS;
use crate::stage::engine::{self, LABEL, inspect, sh};

/// Answers the ids of the snapshot and of the server that is made of it.
pub(super) async fn is_snapshotted(job: &Job, first: &str) -> (String, String) {
    let name = job.name("snapshot");
    let made = job
        .openstack
        .json(&format!("server image create --name {name} --wait {first}"))
        .await;
    let snapshot = text(&made["id"]);
    let shown = job.session.image(&snapshot).await.unwrap();
    assert_eq!(
        (
            &shown["status"],
            &shown["image_type"],
            &shown["instance_uuid"],
            &shown["base_image_ref"]
        ),
        (
            &json!("active"),
            &json!("snapshot"),
            &json!(first),
            &json!(job.image)
        )
    );
    job.session.reaches(first, "ACTIVE").await;
    is_what_docker_loads(job, &snapshot).await;
    let user_data = job.file("second.yaml");
    std::fs::write(&user_data, format!("command: {STAYS}\n")).unwrap();
    let (name, user_data) = (job.name("second"), user_data.display());
    let line = format!("server create {name} --image {snapshot} --flavor m1.nano --user-data {user_data}");
    let second = text(&job.openstack.json(&line).await["id"]);
    job.session.reaches(&second, "ACTIVE").await;
    assert_eq!(
        sh(&second, "cat /kept").await.unwrap(),
        "kept\n",
        "what the first one wrote"
    );
    (snapshot, second)
}

/// Loading it again brings the engine nothing that it did not have from the snapshot itself.
async fn is_what_docker_loads(job: &Job, snapshot: &str) {
    let file = job.file("snapshot.tar");
    job.openstack
        .run(&format!("image save --file {} {snapshot}", file.display()))
        .await;
    let loaded = engine::said(&["load", "-i", file.to_str().unwrap()]).await;
    let (_, reference) = loaded.split_once(": ").unwrap_or_else(|| panic!("{loaded}"));
    let label = format!("{{{{index .Config.Labels \"{LABEL}\"}}}}");
    let mark = engine::said(&["image", "inspect", "--format", &label, reference]).await;
    assert_eq!(mark, job.stage.seed.mark, "one image, and the server's: {loaded}");
    engine::said(&["rmi", reference]).await;
}

pub(super) async fn is_rebuilt(job: &Job, id: &str) {
    let (before, volume) = (inspect(id).await["Id"].clone(), volume_of(id).await);
    job.openstack
        .run(&format!("server rebuild --image {} {id}", job.image))
        .await;
    let server = job.session.reaches(id, "ACTIVE").await;
    let found = inspect(id).await;
    assert_ne!(found["Id"], before, "a new container");
    assert_eq!(found["Image"], job.stage.seed.id);
    assert!(
        sh(id, "cat /kept").await.is_err(),
        "of the old one nothing is left"
    );
    assert!(!engine::volume_exists(&volume).await, "nor its volume");
    assert_eq!(server["image"]["id"], job.image);
    has_its_history(job, id).await;
}

async fn has_its_history(job: &Job, id: &str) {
    let events = job.openstack.json(&format!("server event list {id}")).await;
    let actions: Vec<&str> = events
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["Action"].as_str())
        .collect();
    let expected = [
        "rebuild",
        "createImage",
        "unlock",
        "lock",
        "unpause",
        "pause",
        "reboot",
        "reboot",
        "start",
        "stop",
        "create",
    ];
    assert_eq!(actions, expected);
}
