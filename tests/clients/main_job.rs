//! The main job, as the README tells it: an image goes up from `docker save`, a server boots from it with a key and user
//! data, is looked at and worked with, is snapshotted, a second one boots from the snapshot, and all is taken away again.

use std::collections::BTreeSet;
use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::engine::{self, LABEL, container, inspect, sh};
use crate::stage::{Cli, STAYS, Session, Stage, parsed, until};

#[tokio::test]
async fn the_main_job_is_done_alone() {
    main_job(Stage::alone().await).await;
}

#[tokio::test]
async fn the_main_job_is_done_inside_a_cloud() {
    main_job(Stage::in_cloud().await).await;
}

async fn main_job(stage: Stage) {
    let job = Job::prepared(stage).await;
    let first = boots(&job).await;
    shows(&job, &first).await;
    changes_its_power(&job, &first).await;
    is_locked_and_described(&job, &first).await;
    let (snapshot, second) = is_snapshotted(&job, &first).await;
    is_rebuilt(&job, &first).await;
    is_found_in_lists(&job, &first, &second).await;
    is_taken_away(&job, [&first, &second], &snapshot).await;
}

struct Job {
    stage: Stage,
    openstack: Cli,
    session: Session,
    image: String,
    key: String,
}

impl Job {
    /// The image is in the image service and no longer in the engine; the key is made.
    async fn prepared(stage: Stage) -> Self {
        let (openstack, session) = (stage.openstack(), stage.member().await);
        let name = stage.seed.name("busybox");
        let line = format!("image create {name} --container-format docker --disk-format raw -f json");
        let uploaded = parsed(&openstack.fed_by_docker_save(&stage.seed, &line).await);
        let image = text(&uploaded["id"]);
        let shown = session.image(&image).await.unwrap();
        assert_eq!(
            (
                &shown["status"],
                &shown["container_format"],
                &shown["os_hash_algo"]
            ),
            (&json!("active"), &json!("docker"), &json!("sha512"))
        );
        stage.seed.pulled_up().await;
        let key = stage.seed.name("key");
        let private = openstack.run(&format!("keypair create {key}")).await;
        assert!(private.starts_with("-----BEGIN"), "a private key is printed");
        Self {
            stage,
            openstack,
            session,
            image,
            key,
        }
    }

    fn name(&self, of: &str) -> String {
        self.stage.seed.name(of)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.stage.service.files.path().join(name)
    }

    fn host(&self) -> String {
        self.name("host")
    }
}

/// Answers the server's id.
async fn boots(job: &Job) -> String {
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

/// The volume that `user_data` asked for.
async fn volume_of(id: &str) -> String {
    let found = inspect(id).await;
    let mut mounts = found["Mounts"].as_array().unwrap().iter();
    let volume = mounts
        .find(|mount| mount["Destination"] == "/data")
        .expect("the volume of user_data");
    volume["Name"].as_str().unwrap().to_owned()
}

async fn shows(job: &Job, id: &str) {
    let shown = job.openstack.json(&format!("server show {id}")).await;
    let found = inspect(id).await;
    let address = &found["NetworkSettings"]["Networks"]["bridge"]["IPAddress"];
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
    assert!(
        shown["addresses"].to_string().contains(address.as_str().unwrap()),
        "{}",
        shown["addresses"]
    );
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
    assert!(
        ips["addresses"].to_string().contains(address.as_str().unwrap()),
        "{ips}"
    );
    let console = job.openstack.run(&format!("console log show {id}")).await;
    assert_eq!(console.trim(), format!("Hello from {}", job.name("first")));
}

async fn changes_its_power(job: &Job, id: &str) {
    let session = &job.session;
    sh(id, "echo kept >/kept").await.unwrap();
    job.openstack.run(&format!("server stop {id}")).await;
    let stopped = session.reaches(id, "SHUTOFF").await;
    assert_eq!(
        (stopped["OS-EXT-STS:power_state"].clone(), engine::state(id).await),
        (json!(4), "exited".into())
    );
    assert_eq!(
        inspect(id).await["State"]["ExitCode"],
        0,
        "it was asked to end, not killed"
    );
    job.openstack.run(&format!("server start {id}")).await;
    session.reaches(id, "ACTIVE").await;
    assert_eq!(engine::state(id).await, "running");
    for (how, word) in [("SOFT", "--soft"), ("HARD", "--hard")] {
        let before = inspect(id).await["State"]["StartedAt"].clone();
        job.openstack.run(&format!("server reboot {word} {id}")).await;
        session.reaches(id, "ACTIVE").await;
        let after = inspect(id).await["State"].clone();
        assert_eq!(after["Status"], "running");
        assert_ne!(after["StartedAt"], before, "{how} starts it anew");
    }
    job.openstack.run(&format!("server pause {id}")).await;
    let paused = session.reaches(id, "PAUSED").await;
    assert_eq!(
        (paused["OS-EXT-STS:power_state"].clone(), engine::state(id).await),
        (json!(3), "paused".into())
    );
    job.openstack.run(&format!("server unpause {id}")).await;
    session.reaches(id, "ACTIVE").await;
    assert_eq!(engine::state(id).await, "running");
    assert_eq!(sh(id, "cat /kept").await.unwrap(), "kept\n");
}

async fn is_locked_and_described(job: &Job, id: &str) {
    job.openstack.run(&format!("server lock {id}")).await;
    let refused = job.openstack.refused(&format!("server stop {id}")).await;
    assert!(refused.contains(&format!("Instance {id} is locked")), "{refused}");
    job.openstack.run(&format!("server unlock {id}")).await;
    job.openstack
        .run(&format!("server set --property shape=round {id}"))
        .await;
    job.openstack
        .run(&format!("server unset --property colour {id}"))
        .await;
    let server = job.session.server(id).await.unwrap();
    assert_eq!(
        (&server["metadata"], &server["locked"]),
        (&json!({"shape": "round"}), &json!(false))
    );
}

/// Answers the ids of the snapshot and of the server that is made of it.
async fn is_snapshotted(job: &Job, first: &str) -> (String, String) {
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

async fn is_rebuilt(job: &Job, id: &str) {
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

async fn is_found_in_lists(job: &Job, first: &str, second: &str) {
    let listed = job
        .openstack
        .json(&format!("server list --name {} --long", job.stage.seed.mark))
        .await;
    let ids: BTreeSet<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|server| server["ID"].as_str())
        .collect();
    assert_eq!(ids, BTreeSet::from([first, second]));
    for (query, expected) in [
        (format!("image={}", job.image), vec![first]),
        ("status=SHUTOFF".to_owned(), vec![]),
        (format!("status=ACTIVE&name={}", job.name("second")), vec![second]),
        (
            format!("sort_key=display_name&sort_dir=asc&limit=1&marker={first}"),
            vec![second],
        ),
        ("locked=true".to_owned(), vec![]),
    ] {
        let answer = job.session.get(&format!("/servers?{query}")).await.body;
        let found: Vec<&str> = answer["servers"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|server| server["id"].as_str())
            .collect();
        assert_eq!(found, expected, "{query}");
    }
}

async fn is_taken_away(job: &Job, [first, second]: [&str; 2], snapshot: &str) {
    let volume = volume_of(first).await;
    job.openstack
        .run(&format!("server delete --wait {first} {second}"))
        .await;
    for server in [first, second] {
        assert_eq!(engine::find(server).await, None, "{}", container(server));
    }
    assert!(
        !engine::volume_exists(&volume).await,
        "volumes of the server go with it"
    );
    job.openstack
        .run(&format!("image delete {} {snapshot}", job.image))
        .await;
    job.openstack.run(&format!("keypair delete {}", job.key)).await;
    engine::clean_but_for(&job.stage.seed.mark, &BTreeSet::new()).await;
    until("the server's files are gone", async || {
        no_files(job).then_some(())
    })
    .await;
    let gone = job
        .session
        .ask(Method::GET, &format!("/os-keypairs/{}", job.key), None)
        .await
        .unwrap();
    assert_eq!(gone.status, 404);
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn no_files(job: &Job) -> bool {
    let folder = std::fs::read_dir(job.file("state/instances"));
    folder.map_or(true, |entries| entries.count() == 0)
}
