//! What the standalone identity service grants, refuses and forgets.

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

#[tokio::test]
async fn a_password_gives_a_token_for_a_project() {
    let house = House::new().await;
    let issued = house.demo().await;
    let valid = house.local.validate(issued.secret.expose()).await.unwrap();

    let demo = house
        .local
        .users()
        .await
        .unwrap()
        .into_iter()
        .find(|user| user.name == "demo")
        .unwrap();
    let named = |id: String, name: &str| Named {
        id,
        name: name.to_owned(),
        domain_id: "default".to_owned(),
        domain_name: "Default".to_owned(),
    };
    assert_eq!(valid.user, named(demo.id.clone(), "demo"));
    let project = house.local.projects_of(&demo.id).await.unwrap().remove(0);
    assert_eq!(valid.project, Some(named(project.id, "demo")));
    assert_eq!(valid.roles, ["member", "reader"]);
    assert_eq!(valid.expires_at, "2026-11-21T11:00:00Z".parse().unwrap());
    assert_eq!(issued.token.methods, ["password"]);
    assert_eq!(issued.token.issued_at, "2026-11-21T10:00:00Z".parse().unwrap());
    assert_eq!(issued.token.audit_ids.len(), 1);
}

#[tokio::test]
async fn an_administrator_is_also_a_member_and_a_reader() {
    let house = House::new().await;
    for name in ["admin", "demo"] {
        let issued = house
            .log_in("admin", house.password("nova-docker-admin"), project(name))
            .await
            .unwrap();
        assert_eq!(issued.token.valid.roles, ["admin", "manager", "member", "reader"]);
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_login_the_answer_is_the_same() {
    let house = House::new().await;
    let right = house.password("nova-docker");
    assert!(is_unauthorized(
        house.log_in("demo", Secret::new("wrong"), project("demo")).await
    ));
    assert!(is_unauthorized(
        house.log_in("nobody", right.clone(), project("demo")).await
    ));
    assert!(is_unauthorized(
        house.log_in("demo", right.clone(), project("admin")).await
    ));
    assert!(is_unauthorized(
        house.log_in("demo", right.clone(), project("nowhere")).await
    ));
    assert!(is_unauthorized(
        house.log_in("demo", right.clone(), Scope::Elsewhere).await
    ));
    let elsewhere = Reference::Name {
        name: "demo".to_owned(),
        domain: Domain::Name("other".to_owned()),
    };
    let proof = Proof::Password {
        user: elsewhere,
        password: right,
    };
    assert!(is_unauthorized(
        house
            .local
            .authenticate(Authenticate {
                proof,
                scope: Scope::Unscoped
            })
            .await
    ));
    assert!(is_unauthorized(house.local.validate("no token").await));
}

#[tokio::test]
async fn an_unscoped_token_becomes_a_scoped_one_that_ends_with_it() {
    let house = House::new().await;
    let unscoped = house
        .log_in("demo", house.password("nova-docker"), Scope::Default)
        .await
        .unwrap();
    assert_eq!(unscoped.token.valid.project, None);
    assert_eq!(unscoped.token.valid.roles, Vec::<String>::new());

    house.clock.advance(600);
    let scoped = house.rescope(&unscoped.secret, project("demo")).await.unwrap();
    assert_eq!(scoped.token.valid.project.as_ref().unwrap().name, "demo");
    assert_eq!(scoped.token.valid.expires_at, unscoped.token.valid.expires_at);
    assert_eq!(scoped.token.methods, ["token", "password"]);
    assert_eq!(scoped.token.audit_ids[1], unscoped.token.audit_ids[0]);
    assert!(is_unauthorized(
        house.rescope(&unscoped.secret, project("admin")).await
    ));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_and_is_swept_away() {
    let house = House::new().await;
    let token = house.demo().await.secret;
    house.clock.advance(3599);
    house.local.validate(token.expose()).await.unwrap();
    house.clock.advance(1);
    assert!(is_unauthorized(house.local.validate(token.expose()).await));
    assert!(is_unauthorized(house.rescope(&token, project("demo")).await));

    house.demo().await;
    assert!(matches!(
        house.local.revoke(token.expose()).await,
        Err(Error::NoSuch { kind: "token", .. })
    ));
}

#[tokio::test]
async fn a_revoked_token_ends_at_once_and_others_do_not() {
    let house = House::new().await;
    let (first, second) = (house.demo().await.secret, house.demo().await.secret);
    house.local.validate(first.expose()).await.unwrap();
    house.local.revoke(first.expose()).await.unwrap();
    assert!(is_unauthorized(house.local.validate(first.expose()).await));
    house.local.validate(second.expose()).await.unwrap();
}

#[tokio::test]
async fn a_new_password_ends_the_old_one_and_its_tokens() {
    let house = House::new().await;
    let issued = house.demo().await;
    let (id, old) = (&issued.token.valid.user.id, house.password("nova-docker"));
    let wrong = house
        .local
        .change_password(id, &Secret::new("wrong"), Secret::new("new"))
        .await;
    assert!(is_unauthorized(wrong));

    house
        .local
        .change_password(id, &old, Secret::new("new"))
        .await
        .unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    assert!(is_unauthorized(house.log_in("demo", old, project("demo")).await));
    house
        .log_in("demo", Secret::new("new"), project("demo"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_disabled_user_and_a_disabled_project_are_shut_at_once() {
    let house = House::new().await;
    let issued = house.demo().await;
    let project_id = issued.token.valid.project.as_ref().unwrap().id.clone();

    let off = ProjectChange {
        enabled: Some(false),
        ..ProjectChange::default()
    };
    house.local.update_project(&project_id, off).await.unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    let on = ProjectChange {
        enabled: Some(true),
        ..ProjectChange::default()
    };
    house.local.update_project(&project_id, on).await.unwrap();
    house.local.validate(issued.secret.expose()).await.unwrap();

    let off = UserChange {
        enabled: Some(false),
        ..UserChange::default()
    };
    house
        .local
        .update_user(&issued.token.valid.user.id, off)
        .await
        .unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    assert!(is_unauthorized(
        house
            .log_in("demo", house.password("nova-docker"), Scope::Unscoped)
            .await
    ));
}

#[tokio::test]
async fn roles_given_and_taken_count_for_tokens_that_are_out() {
    let house = House::new().await;
    let issued = house.demo().await;
    let (user, project) = (
        &issued.token.valid.user.id,
        &issued.token.valid.project.as_ref().unwrap().id,
    );
    house.local.assign(user, project, Role::Manager).await.unwrap();
    house.local.assign(user, project, Role::Manager).await.unwrap();
    let roles = house
        .local
        .validate(issued.secret.expose())
        .await
        .unwrap()
        .roles
        .clone();
    assert_eq!(roles, ["manager", "member", "reader"]);
    assert_eq!(
        house.local.roles(user, project).await.unwrap(),
        [Role::Manager, Role::Member, Role::Reader]
    );

    for role in [Role::Manager, Role::Member, Role::Reader] {
        house.local.unassign(user, project, role).await.unwrap();
    }
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    let again = house.local.unassign(user, project, Role::Reader).await;
    assert!(matches!(
        again,
        Err(Error::NoSuch {
            kind: "role assignment",
            ..
        })
    ));
}

#[tokio::test]
async fn users_and_projects_are_made_used_and_deleted() {
    let house = House::new().await;
    let new = NewUser {
        name: "eva".to_owned(),
        password: Some(Secret::new("pw")),
        enabled: true,
        description: String::new(),
        default_project_id: None,
    };
    let eva = house.local.create_user(new.clone()).await.unwrap();
    assert!(matches!(
        house.local.create_user(new).await,
        Err(Error::Exists { kind: "user", .. })
    ));
    let new = NewProject {
        name: "lab".to_owned(),
        enabled: true,
        description: String::new(),
    };
    let lab = house.local.create_project(new.clone()).await.unwrap();
    assert!(matches!(
        house.local.create_project(new).await,
        Err(Error::Exists { kind: "project", .. })
    ));
    let nameless = NewProject {
        name: " ".to_owned(),
        enabled: true,
        description: String::new(),
    };
    assert!(matches!(
        house.local.create_project(nameless).await,
        Err(Error::Invalid(_))
    ));

    assert!(is_unauthorized(
        house.log_in("eva", Secret::new("pw"), project("lab")).await
    ));
    house.local.assign(&eva.id, &lab.id, Role::Member).await.unwrap();
    let at_home = UserChange {
        default_project_id: Some(Some(lab.id.clone())),
        ..UserChange::default()
    };
    house.local.update_user(&eva.id, at_home).await.unwrap();
    let issued = house
        .log_in("eva", Secret::new("pw"), Scope::Default)
        .await
        .unwrap();
    assert_eq!(issued.token.valid.project.as_ref().unwrap().id, lab.id);

    house.local.delete_project(&lab.id).await.unwrap();
    assert!(is_unauthorized(
        house.local.validate(issued.secret.expose()).await
    ));
    let homeless = house
        .log_in("eva", Secret::new("pw"), Scope::Default)
        .await
        .unwrap();
    assert_eq!(homeless.token.valid.project, None);
    house.local.delete_user(&eva.id).await.unwrap();
    assert!(is_unauthorized(
        house.local.validate(homeless.secret.expose()).await
    ));
}

#[tokio::test]
async fn a_user_without_a_password_cannot_log_in() {
    let house = House::new().await;
    let new = NewUser {
        name: "ghost".to_owned(),
        password: None,
        enabled: true,
        description: String::new(),
        default_project_id: None,
    };
    house.local.create_user(new).await.unwrap();
    assert!(is_unauthorized(
        house.log_in("ghost", Secret::new(""), Scope::Unscoped).await
    ));
}

#[tokio::test]
async fn the_first_start_writes_how_to_log_in() {
    let house = House::new().await;
    let path = house.clouds().path;
    let cloud = |user: &str, password: &Secret| {
        format!(
            "    auth:\n      auth_url: http://127.0.0.1:5000/v3\n      username: {user}\n      password: {}\n      \
             project_name: {user}\n      user_domain_name: Default\n      project_domain_name: Default\n    \
             region_name: RegionOne\n    identity_api_version: 3\n    interface: public\n",
            password.expose()
        )
    };
    let text = std::fs::read_to_string(&path).unwrap();
    let yaml = text.split_once("clouds:\n").unwrap().1.replace(['\'', '"'], "");
    let demo = cloud("demo", &house.password("nova-docker"));
    let admin = cloud("admin", &house.password("nova-docker-admin"));
    assert_eq!(
        yaml,
        format!("  nova-docker:\n{demo}  nova-docker-admin:\n{admin}")
    );
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(house.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_later_start_changes_nothing_unless_the_file_was_emptied() {
    let house = House::new().await;
    let path = house.clouds().path;
    let before = std::fs::read_to_string(&path).unwrap();
    house.local.bootstrap(&house.clouds()).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);

    std::fs::remove_file(&path).unwrap();
    house.local.bootstrap(&house.clouds()).await.unwrap();
    assert!(!path.exists());

    std::fs::write(&path, "").unwrap();
    house.local.bootstrap(&house.clouds()).await.unwrap();
    assert_ne!(std::fs::read_to_string(&path).unwrap(), before);
    house.demo().await;
    house
        .log_in("admin", house.password("nova-docker-admin"), project("admin"))
        .await
        .unwrap();
    assert_eq!(house.local.users().await.unwrap().len(), 2);
}
