//! What clients of Keystone's API see, endpoint by endpoint.

mod places;
mod projects;
mod tokens;
mod users;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::db::Db;
use crate::identity::Role;
use crate::identity::local::{NewProject, NewUser};
use crate::objects::{Secret, SystemWorld};

const URI: &str = "http://127.0.0.1:5000/v3";

/// The door of a small installation: ada is an administrator of `lab`, bob a member.
struct House {
    router: Router,
    ada: String,
    bob: String,
    lab: String,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl House {
    async fn new() -> Self {
        let world = Arc::new(SystemWorld);
        let db = Db::in_memory().await.unwrap();
        let local = Local::new(&db, world.clone(), SignedDuration::from_hours(1), URI);
        let lab = NewProject {
            name: "lab".to_owned(),
            enabled: true,
            description: "A lab".to_owned(),
        };
        let lab = local.create_project(lab).await.unwrap().id;
        let mut ids = Vec::new();
        for (name, role) in [("ada", Role::Admin), ("bob", Role::Member)] {
            let new = NewUser {
                name: name.to_owned(),
                password: Some(Secret::new("pw")),
                enabled: true,
                description: String::new(),
                default_project_id: None,
            };
            let user = local.create_user(new).await.unwrap();
            local.assign(&user.id, &lab, role).await.unwrap();
            ids.push(user.id);
        }
        let catalog = Catalog::new(
            "RegionOne",
            URI,
            "http://127.0.0.1:9292",
            "http://127.0.0.1:9696",
            "http://127.0.0.1:8774/v2.1",
        );
        let (bob, ada) = (ids.pop().unwrap(), ids.pop().unwrap());
        Self {
            router: router(local, catalog, world),
            ada,
            bob,
            lab,
        }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "cloud:5000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .router
            .clone()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Answer {
            status,
            headers,
            body,
        }
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.send("GET", path, &[("x-auth-token", token)], "").await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[("x-auth-token", token)], body.to_string())
            .await
    }

    async fn log_in(&self, body: Value) -> Answer {
        self.send("POST", "/v3/auth/tokens", &[], body.to_string()).await
    }

    async fn token(&self, user: &str) -> String {
        let answer = self.log_in(by_password(user, "pw", Some(in_lab()))).await;
        assert_eq!(answer.status, 201);
        answer.headers["x-subject-token"].to_str().unwrap().to_owned()
    }

    fn lab(&self) -> Value {
        json!({
            "links": {"self": format!("http://cloud:5000/v3/projects/{}", self.lab)},
            "id": self.lab, "name": "lab", "domain_id": "default", "parent_id": "default",
            "description": "A lab", "enabled": true, "is_domain": false, "tags": [], "options": {},
        })
    }

    fn bob(&self) -> Value {
        json!({
            "links": {"self": format!("http://cloud:5000/v3/users/{}", self.bob)},
            "id": self.bob, "name": "bob", "domain_id": "default", "description": "", "enabled": true,
            "password_expires_at": null, "options": {},
        })
    }
}

impl Answer {
    #[track_caller]
    fn is(&self, status: u16, body: Value) {
        assert_eq!((self.status.as_u16(), &self.body), (status, &body));
    }

    #[track_caller]
    fn is_fault(&self, code: u16, title: &str, message: &str) {
        self.is(
            code,
            json!({"error": {"code": code, "message": message, "title": title}}),
        );
    }

    #[track_caller]
    fn is_forbidden(&self, action: &str) {
        let message = format!("You are not authorized to perform the requested action: {action}.");
        self.is_fault(403, "Forbidden", &message);
    }

    #[track_caller]
    fn is_empty(&self) {
        self.is(204, json!(""));
    }

    #[track_caller]
    fn is_unauthorized(&self) {
        self.is_fault(
            401,
            "Unauthorized",
            "The request you have made requires authentication.",
        );
        assert_eq!(
            self.headers["www-authenticate"],
            format!("Keystone uri=\"{URI}\"")
        );
    }
}

fn by_password(user: &str, password: &str, scope: Option<Value>) -> Value {
    let user = json!({"name": user, "domain": {"name": "Default"}, "password": password});
    let mut auth = json!({"identity": {"methods": ["password"], "password": {"user": user}}});
    if let Some(scope) = scope {
        auth["scope"] = scope;
    }
    json!({"auth": auth})
}

fn by_token(token: &str, scope: Value) -> Value {
    json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}, "scope": scope}})
}

fn in_lab() -> Value {
    json!({"project": {"name": "lab", "domain": {"id": "default"}}})
}

fn list(key: &str, path: &str, items: Value) -> Value {
    let own = format!("http://cloud:5000/v3/{path}");
    json!({key: items, "links": {"next": null, "self": own, "previous": null}})
}

fn names(answer: &Answer, key: &str) -> Vec<String> {
    let items = answer.body[key].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}
