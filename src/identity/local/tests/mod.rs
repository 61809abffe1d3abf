//! What the standalone identity service grants, refuses and forgets.

mod people;
mod starts;
mod tokens;

use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;

use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::identity::{Named, Role};
use crate::objects::Secret;

/// A clock that moves when told, and ids that are as good as random.
#[derive(Debug)]
struct Clock(Mutex<Timestamp>);

impl Clock {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-21T10:00:00.5Z".parse().unwrap())))
    }

    fn advance(&self, seconds: i64) {
        *self.0.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

impl World for Clock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn uuid(&self) -> Uuid {
        crate::objects::SystemWorld.uuid()
    }
}

struct House {
    local: Local,
    clock: Arc<Clock>,
    folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let (db, clock) = (Db::in_memory().await.unwrap(), Clock::new());
        let local = Local::new(
            &db,
            clock.clone(),
            SignedDuration::from_hours(1),
            "http://127.0.0.1:5000/v3",
        );
        let house = Self {
            local,
            clock,
            folder: tempfile::tempdir().unwrap(),
        };
        house.local.bootstrap(&house.clouds()).await.unwrap();
        house
    }

    fn clouds(&self) -> Clouds {
        Clouds {
            path: self.folder.path().join("clouds.yaml"),
            auth_url: "http://127.0.0.1:5000/v3".to_owned(),
            region: "RegionOne".to_owned(),
        }
    }

    /// What `clouds.yaml` says the password is.
    fn password(&self, cloud: &str) -> Secret {
        let text = std::fs::read_to_string(self.clouds().path).unwrap();
        let document: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        Secret::new(document["clouds"][cloud]["auth"]["password"].as_str().unwrap())
    }

    async fn log_in(&self, name: &str, password: Secret, scope: Scope) -> Result<Issued, Error> {
        let user = Reference::Name {
            name: name.to_owned(),
            domain: Domain::Name("Default".to_owned()),
        };
        self.local
            .authenticate(Authenticate {
                proof: Proof::Password { user, password },
                scope,
            })
            .await
    }

    async fn demo(&self) -> Issued {
        self.log_in("demo", self.password("nova-docker"), project("demo"))
            .await
            .unwrap()
    }

    async fn rescope(&self, token: &Secret, scope: Scope) -> Result<Issued, Error> {
        self.local
            .authenticate(Authenticate {
                proof: Proof::Token(token.clone()),
                scope,
            })
            .await
    }
}

fn project(name: &str) -> Scope {
    Scope::Project(Reference::Name {
        name: name.to_owned(),
        domain: Domain::Id("default".to_owned()),
    })
}

fn is_unauthorized<T: std::fmt::Debug>(answer: Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Unauthorized))
}
