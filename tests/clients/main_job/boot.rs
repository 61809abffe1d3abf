//! A server boots with a key and user data, and what it says of itself is what the engine really runs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Job, text};
use crate::stage::engine::{LABEL, inspect, sh};

/// Answers the server's id.
pub(super) async fn boots(job: &Job) -> String {
    let user_data = job.file("user-data.yaml");
    let document = "command: [\"sh\", \"-c\", \"trap 'exit 0' TERM; echo $GREETING from $(hostname); while :; do sleep 1 & wait $!; done\"]\n\
                environment:\n  GREETING: Hello\nvolumes: /data\n";
    std::fs::write(&user_data, document).unwrap();
    let name = job.name("first");
    let line = format!(
        "server create {name} --image {} --flavor m1.nano --key-name {} --user-data {} --property colour=blue",
        job.image,
        job.key,
        user_data.display()
    );
    let id = text(&job.openstack.json(&line).await["id"]);
    job.session.reaches(&id, "ACTIVE").await;
    has_become_a_container(job, &id).await;
    id
}

async fn has_become_a_container(job: &Job, id: &str) {
    let found = inspect(id).await;
    let config = &found["Config"];
    assert_eq!(found["Name"], format!("/nova-{id}"));
    assert_eq!(
        found["Image"], job.stage.seed.id,
        "the image that was uploaded, by its id"
    );
    assert_eq!(config["Hostname"], job.name("first"));
    assert_eq!(config["OpenStdin"], true);
    assert_eq!(config["Cmd"][1], "-c");
    let env: BTreeSet<&str> = config["Env"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        env.is_superset(&BTreeSet::from(["GREETING=Hello", "colour=blue"])),
        "{env:?}"
    );
    let label = |name: &str| config["Labels"][format!("org.openstack.nova.{name}")].clone();
    assert_eq!(
        (label("instance_uuid"), label("project_id"), label("host")),
        (json!(id), json!(job.session.project), json!(job.host()))
    );
    assert_eq!(
        config["Labels"][LABEL], job.stage.seed.mark,
        "the image's own labels stay"
    );
    let limits = &found["HostConfig"];
    assert_eq!(
        (&limits["Memory"], &limits["NanoCpus"], &limits["CpuShares"]),
        (&json!(64 << 20), &json!(1_000_000_000), &json!(1024))
    );
    let keys = sh(id, "cat /root/.ssh/authorized_keys").await.unwrap();
    assert!(keys.contains("ssh-"), "the key is in the container: {keys}");
}

pub(super) async fn shows(job: &Job, id: &str) {
    let shown = job.openstack.json(&format!("server show {id}")).await;
    let addresses = addresses(id).await;
    assert_eq!(
        (
            &shown["status"],
            &shown["name"],
            &shown["key_name"],
            &shown["properties"]
        ),
        (
            &json!("ACTIVE"),
            &json!(job.name("first")),
            &json!(job.key),
            &json!({"colour": "blue"})
        )
    );
    assert_eq!(addresses.len(), 1, "{addresses:?}");
    assert_eq!(every_text(&shown["addresses"]), addresses);
    assert!(
        shown["flavor"].to_string().contains("m1.nano"),
        "{}",
        shown["flavor"]
    );
    assert!(
        shown["image"].to_string().contains(&job.image),
        "{}",
        shown["image"]
    );
    let ips = job.session.get(&format!("/servers/{id}/ips")).await.body;
    let told = ips["addresses"].as_object().unwrap().values();
    let told = told.flat_map(|network| network.as_array().unwrap());
    let told: Vec<&str> = told.map(|address| address["addr"].as_str().unwrap()).collect();
    assert_eq!(told, addresses);
    let console = job.openstack.run(&format!("console log show {id}")).await;
    assert_eq!(console.trim(), format!("Hello from {}", job.name("first")));
}

/// What the server itself says.
async fn addresses(id: &str) -> Vec<String> {
    let line = "busybox ip -4 -o addr show dev eth0 2>/dev/null || true";
    let words = sh(id, line).await.unwrap();
    let mut words = words.split_whitespace();
    let address = words.find(|word| *word == "inet").and_then(|_| words.next());
    address
        .map(|address| address.split('/').next().unwrap().to_owned())
        .into_iter()
        .collect()
}

/// Of `{"network": ["10.0.0.2"]}`, as the client shows it.
fn every_text(addresses: &Value) -> Vec<&str> {
    let networks = addresses.as_object().unwrap().values();
    let all = networks.flat_map(|network| network.as_array().unwrap());
    all.map(|address| address.as_str().unwrap()).collect()
}
