//! The main job, as the README tells it: an image goes up from `docker save`, a server boots from it with a key and user
//! data, is looked at and worked with, is snapshotted, a second one boots from the snapshot, and all is taken away again.

mod boot;
mod copies;
mod end;
mod work;

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::stage::engine::inspect;
use crate::stage::{Cli, Newcomer, Session, Stage, parsed};

#[tokio::test]
async fn the_main_job_is_done_alone() {
    main_job(Job::prepared(Stage::alone().await).await).await;
}

#[tokio::test]
async fn the_main_job_is_done_inside_a_cloud() {
    let job = Job::prepared(Stage::in_cloud().await).await;
    // Alone there is one from the start.
    for line in [
        "network create home",
        "subnet create --network home --subnet-range 10.65.0.0/24 home",
    ] {
        job.openstack.run(line).await;
    }
    main_job(job).await;
}

async fn main_job(job: Job) {
    let first = boot::boots(&job).await;
    boot::shows(&job, &first).await;
    work::changes_its_power(&job, &first).await;
    work::is_locked_and_described(&job, &first).await;
    let (snapshot, second) = copies::is_snapshotted(&job, &first).await;
    copies::is_rebuilt(&job, &first).await;
    end::is_found_in_lists(&job, &first, &second).await;
    end::is_taken_away(&job, [&first, &second], &snapshot).await;
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
        let Newcomer { session, openstack } = stage.newcomer("user").await;
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

/// The volume that `user_data` asked for.
async fn volume_of(id: &str) -> String {
    let found = inspect(id).await;
    let mut mounts = found["Mounts"].as_array().unwrap().iter();
    let volume = mounts
        .find(|mount| mount["Destination"] == "/data")
        .expect("the volume of user_data");
    volume["Name"].as_str().unwrap().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
