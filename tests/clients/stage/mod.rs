//! What a story plays on: a running `nova-docker` in one of its two settings, its clients, and an image of its own.

mod alone;
mod browser;
mod cli;
mod cloud;
pub(crate) mod engine;
pub(crate) mod own_engine;
mod people;
pub(crate) mod proxy;
mod seed;
mod service;
mod session;
pub(crate) mod switch;

use std::fs::File;
use std::time::Duration;

use serde_json::{Value, json};

pub(crate) use alone::{Alone, free_ports};
pub(crate) use browser::Browser;
pub(crate) use cli::{Cli, parsed, program};
pub(crate) use people::Newcomer;
pub(crate) use seed::Seed;
use service::Service;
pub(crate) use session::Session;

/// Half a minute in steps: enough for a busy machine.
const STEPS: u32 = 300;
const STEP: Duration = Duration::from_millis(100);

/// The service goes first when a stage is cleared, so that nothing is made while it is cleared.
pub(crate) struct Stage {
    pub(crate) service: Service,
    pub(crate) seed: Seed,
    pub(crate) clouds: Clouds,
    /// Held while the one compute endpoint in the catalog of the cloud is ours.
    _turn: Option<File>,
}

/// Who can log in, and how clients learn it.
pub(crate) struct Clouds {
    pub(crate) file: std::path::PathBuf,
    pub(crate) member: &'static str,
    pub(crate) admin: &'static str,
}

impl Stage {
    pub(crate) async fn alone() -> Self {
        Alone::default().up().await
    }

    /// `openstack` as an everyday user.
    pub(crate) fn openstack(&self) -> Cli {
        Cli::openstack(&self.clouds.file, self.clouds.member)
    }

    pub(crate) async fn member(&self) -> Session {
        Session::of_cloud(&self.clouds.file, self.clouds.member).await
    }

    pub(crate) async fn admin(&self) -> Session {
        Session::of_cloud(&self.clouds.file, self.clouds.admin).await
    }

    /// Uploads the seed without a client in between; answers the image's id.
    pub(crate) async fn upload(&self, session: &Session, name: &str) -> String {
        session.upload(name, self.seed.saved().await).await
    }
}

/// A server that stays up and ends when it is asked to.
pub(crate) const STAYS: &str =
    r#"["sh", "-c", "trap 'exit 0' TERM; echo up; while :; do sleep 1 & wait $!; done"]"#;

/// The body of `POST /servers`.
pub(crate) fn boot_body(name: &str, image: &str, user_data: &str) -> Value {
    use base64::Engine as _;
    let user_data = base64::engine::general_purpose::STANDARD.encode(user_data);
    json!({"server": {"name": name, "imageRef": image, "flavorRef": "42", "networks": [], "user_data": user_data}})
}

/// Until `done` answers something; `what` is for the reader of the failure.
pub(crate) async fn until<T>(what: &str, mut done: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..STEPS {
        if let Some(answer) = done().await {
            return answer;
        }
        tokio::time::sleep(STEP).await;
    }
    panic!("never happened: {what}");
}
