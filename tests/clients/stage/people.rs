//! Users and projects of a story's own, made through the identity API.

use reqwest::Method;
use serde_json::{Value, json};

use super::session::cloud_of;
use super::{Cli, Session, Stage};

const PASSWORD: &str = "of a newcomer";

/// A new user, member of a new project.
pub(crate) struct Newcomer {
    pub(crate) session: Session,
    pub(crate) openstack: Cli,
}

impl Stage {
    pub(crate) async fn newcomer(&self, name: &str) -> Newcomer {
        let (admin, name) = (self.admin().await, self.seed.name(name));
        let project = made(&admin, "project", json!({"name": name, "domain_id": "default"})).await;
        let user = json!({"name": name, "domain_id": "default", "password": PASSWORD});
        let user = made(&admin, "user", user).await;
        let roles = admin.to(Method::GET, &format!("{}/roles?name=member", admin.identity));
        let roles: Value = roles.send().await.unwrap().json().await.unwrap();
        let role = roles["roles"][0]["id"].as_str().unwrap();
        let grant = format!("{}/projects/{project}/users/{user}/roles/{role}", admin.identity);
        assert_eq!(admin.to(Method::PUT, &grant).send().await.unwrap().status(), 204);
        Newcomer {
            session: Session::log_in(&admin.identity, &name, PASSWORD, &name).await,
            openstack: self.cli_of(&name),
        }
    }

    /// As an everyday user, but for the name.
    fn cli_of(&self, name: &str) -> Cli {
        let mut cloud = cloud_of(&self.clouds.file, self.clouds.member);
        for (field, value) in [("username", name), ("project_name", name), ("password", PASSWORD)] {
            cloud["auth"][field] = value.into();
        }
        let file = self.service.files.path().join(format!("{name}.yaml"));
        std::fs::write(&file, json!({"clouds": {"own": cloud}}).to_string()).unwrap();
        Cli::openstack(&file, "own")
    }
}

async fn made(admin: &Session, kind: &str, fields: Value) -> String {
    let request = admin.to(Method::POST, &format!("{}/{kind}s", admin.identity));
    let request = request.json(&json!({kind: fields}));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let id = answer[kind]["id"].as_str();
    id.unwrap_or_else(|| panic!("{answer}")).to_owned()
}
