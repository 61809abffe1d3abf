//! What clients of Keystone's API see, endpoint by endpoint.

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

#[tokio::test]
async fn versions_are_at_the_address_the_client_used() {
    let house = House::new().await;
    let version = json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": "http://cloud:5000/v3/"}],
        "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
    });
    house
        .send("GET", "/", &[], "")
        .await
        .is(300, json!({"versions": {"values": [version.clone()]}}));
    for path in ["/v3", "/v3/"] {
        house
            .send("GET", path, &[], "")
            .await
            .is(200, json!({"version": version}));
    }
    house
        .send("GET", "/healthcheck", &[], "")
        .await
        .is(200, json!("OK"));
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let house = House::new().await;
    for path in ["/", "/v3/users", "/nowhere"] {
        let answer = house.send("GET", path, &[], "").await;
        assert_eq!(answer.headers["vary"], "X-Auth-Token");
        let id = answer.headers["x-openstack-request-id"].to_str().unwrap();
        assert!(uuid::Uuid::parse_str(id.strip_prefix("req-").unwrap()).is_ok());
    }
}

#[tokio::test]
async fn a_login_answers_with_the_token_in_full() {
    let house = House::new().await;
    let mut answer = house.log_in(by_password("bob", "pw", Some(in_lab()))).await;
    assert_eq!(answer.status, 201);
    let token = answer.body["token"].as_object_mut().unwrap();
    for time in ["issued_at", "expires_at"] {
        let time = token.remove(time).unwrap();
        let time = time.as_str().unwrap();
        assert!(time.ends_with(".000000Z") && time.len() == 27, "{time}");
    }
    assert_eq!(token.remove("audit_ids").unwrap()[0].as_str().unwrap().len(), 22);
    let catalog = token.remove("catalog").unwrap();
    let domain = json!({"id": "default", "name": "Default"});
    let expected = json!({"token": {
        "methods": ["password"],
        "user": {"domain": domain, "id": house.bob, "name": "bob", "password_expires_at": null},
        "project": {"domain": domain, "id": house.lab, "name": "lab"},
        "is_domain": false,
        "roles": [
            {"id": Role::Member.id(), "name": "member"},
            {"id": Role::Reader.id(), "name": "reader"},
        ],
    }});
    answer.is(201, expected);

    let compute = &catalog[2];
    assert_eq!(
        (&compute["type"], &compute["name"]),
        (&json!("compute"), &json!("nova"))
    );
    let interfaces = ["public", "internal", "admin"];
    for (endpoint, interface) in compute["endpoints"].as_array().unwrap().iter().zip(interfaces) {
        let expected = json!({
            "id": endpoint["id"], "interface": interface, "region": "RegionOne", "region_id": "RegionOne",
            "url": "http://127.0.0.1:8774/v2.1",
        });
        assert_eq!(endpoint, &expected);
    }
}

#[tokio::test]
async fn a_login_may_go_by_ids_or_leave_the_scope_out() {
    let house = House::new().await;
    let user = json!({"id": house.bob, "password": "pw"});
    let body = json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"id": house.lab}},
    }});
    let answer = house.log_in(body).await;
    assert_eq!(answer.body["token"]["project"]["name"], "lab");

    for scope in [None, Some(json!("unscoped")), Some(json!({"unscoped": {}}))] {
        let unscoped = house.log_in(by_password("bob", "pw", scope)).await;
        assert_eq!(unscoped.status, 201);
        for key in ["project", "roles", "catalog", "is_domain"] {
            assert_eq!(unscoped.body["token"].get(key), None);
        }
    }
    let answer = house.send(
        "POST",
        "/v3/auth/tokens?nocatalog",
        &[],
        by_password("bob", "pw", Some(in_lab())).to_string(),
    );
    assert_eq!(answer.await.body["token"].get("catalog"), None);
}

#[tokio::test]
async fn a_token_is_exchanged_for_one_of_a_project() {
    let house = House::new().await;
    let unscoped = house.log_in(by_password("bob", "pw", None)).await;
    let unscoped = unscoped.headers["x-subject-token"].to_str().unwrap();
    let scoped = house.log_in(by_token(unscoped, in_lab())).await;
    assert_eq!(scoped.status, 201);
    assert_eq!(scoped.body["token"]["methods"], json!(["token", "password"]));
    assert_eq!(scoped.body["token"]["project"]["id"], house.lab.as_str());
    house.log_in(by_token("none", in_lab())).await.is_unauthorized();
}

#[tokio::test]
async fn a_login_that_fails_does_not_say_why() {
    let house = House::new().await;
    let elsewhere = json!({"project": {"name": "other", "domain": {"id": "default"}}});
    for body in [
        by_password("bob", "wrong", None),
        by_password("nobody", "pw", None),
        by_password("bob", "pw", Some(elsewhere)),
        by_password("bob", "pw", Some(json!({"domain": {"id": "default"}}))),
        by_password("ada", "pw", Some(json!({"system": {"all": true}}))),
        json!({"auth": {"identity": {"methods": ["totp"]}}}),
    ] {
        house.log_in(body).await.is_unauthorized();
    }
}

#[tokio::test]
async fn a_login_that_makes_no_sense_is_told_what_is_missing() {
    let house = House::new().await;
    let malformed = "The server could not comply with the request since it is either malformed or otherwise \
                     incorrect. The client is assumed to be in error.";
    let nameless = json!({"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "bob", "password": "pw",
    }}}}});
    let message = format!("Expecting to find domain in user. {malformed}");
    house
        .log_in(nameless)
        .await
        .is_fault(400, "Bad Request", &message);
    let empty = json!({"auth": {"identity": {"methods": ["password"]}}});
    let message = format!("Expecting to find password in identity. {malformed}");
    house.log_in(empty).await.is_fault(400, "Bad Request", &message);
    let message = "Invalid input: missing field `auth` at line 1 column 2.";
    house
        .log_in(json!({}))
        .await
        .is_fault(400, "Bad Request", message);
    let message = "Expecting to find valid JSON in the request body: expected ident at line 1 column 2.";
    house
        .send("POST", "/v3/auth/tokens", &[], "no json")
        .await
        .is_fault(400, "Bad Request", message);
}

#[tokio::test]
async fn a_token_is_shown_to_its_user_and_to_administrators() {
    let house = House::new().await;
    let (ada, bob) = (house.token("ada").await, house.token("bob").await);
    for (asker, subject) in [(&bob, &bob), (&ada, &bob)] {
        for method in ["GET", "HEAD"] {
            let headers = [("x-auth-token", asker.as_str()), ("x-subject-token", subject)];
            let answer = house.send(method, "/v3/auth/tokens", &headers, "").await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.headers["x-subject-token"], subject.as_str());
            if method == "GET" {
                assert_eq!(answer.body["token"]["user"]["name"], "bob");
            }
        }
    }
    let show = async |asker: &str, subject: &str| {
        let headers = [("x-auth-token", asker), ("x-subject-token", subject)];
        house.send("GET", "/v3/auth/tokens", &headers, "").await
    };
    show(&bob, &ada).await.is_forbidden("identity:validate_token");
    show(&bob, "none")
        .await
        .is_fault(404, "Not Found", "Could not find token.");
    show("none", &bob).await.is_unauthorized();
    house
        .get(&bob, "/v3/auth/tokens")
        .await
        .is_fault(404, "Not Found", "Could not find token.");
}

#[tokio::test]
async fn a_revoked_token_is_good_for_nothing() {
    let house = House::new().await;
    let (ada, bob) = (house.token("ada").await, house.token("bob").await);
    let revoke = async |asker: &str, subject: &str| {
        let headers = [("x-auth-token", asker), ("x-subject-token", subject)];
        house.send("DELETE", "/v3/auth/tokens", &headers, "").await
    };
    revoke(&bob, &ada).await.is_forbidden("identity:revoke_token");
    revoke(&bob, &bob).await.is_empty();
    house.get(&bob, "/v3/auth/projects").await.is_unauthorized();
    revoke(&ada, &bob)
        .await
        .is_fault(404, "Not Found", "Could not find token.");
}

#[tokio::test]
async fn users_see_their_own_projects_and_no_others() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    house
        .get(&bob, "/v3/auth/projects")
        .await
        .is(200, list("projects", "auth/projects", json!([house.lab()])));
    let path = format!("users/{}/projects", house.bob);
    house
        .get(&bob, &format!("/v3/{path}"))
        .await
        .is(200, list("projects", &path, json!([house.lab()])));
    house
        .get(&bob, &format!("/v3/projects/{}", house.lab))
        .await
        .is(200, json!({"project": house.lab()}));
    let others = house
        .get(&bob, &format!("/v3/users/{}/projects", house.ada))
        .await;
    others.is_forbidden("identity:list_user_projects");
    house
        .get(&bob, "/v3/projects/other")
        .await
        .is_forbidden("identity:get_project");
    house
        .get(&bob, "/v3/auth/domains")
        .await
        .is(200, list("domains", "auth/domains", json!([])));
    house
        .get(&bob, "/v3/auth/system")
        .await
        .is(200, list("system", "auth/system", json!([])));
}

#[tokio::test]
async fn the_catalog_is_for_tokens_of_a_project() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    let own = house.get(&bob, "/v3/auth/catalog").await;
    assert_eq!(names(&own, "catalog"), ["keystone", "glance", "nova"]);
    let unscoped = house.log_in(by_password("bob", "pw", None)).await;
    let unscoped = unscoped.headers["x-subject-token"].to_str().unwrap();
    house
        .get(unscoped, "/v3/auth/catalog")
        .await
        .is_forbidden("identity:get_auth_catalog");
}

#[tokio::test]
async fn what_belongs_to_administrators_is_refused_to_others() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    for (method, path, action) in [
        ("GET", "/v3/projects", "list_projects"),
        ("POST", "/v3/projects", "create_project"),
        ("PATCH", "/v3/projects/x", "update_project"),
        ("DELETE", "/v3/projects/x", "delete_project"),
        ("GET", "/v3/users", "list_users"),
        ("GET", "/v3/users/x", "get_user"),
        ("POST", "/v3/users", "create_user"),
        ("PATCH", "/v3/users/x", "update_user"),
        ("DELETE", "/v3/users/x", "delete_user"),
        ("GET", "/v3/roles", "list_roles"),
        ("GET", "/v3/roles/x", "get_role"),
        ("GET", "/v3/role_assignments", "list_role_assignments"),
        ("GET", "/v3/projects/x/users/y/roles", "list_grants"),
        ("PUT", "/v3/projects/x/users/y/roles/z", "create_grant"),
        ("GET", "/v3/projects/x/users/y/roles/z", "check_grant"),
        ("DELETE", "/v3/projects/x/users/y/roles/z", "revoke_grant"),
        ("GET", "/v3/domains", "list_domains"),
        ("GET", "/v3/services", "list_services"),
        ("GET", "/v3/services/x", "get_service"),
        ("GET", "/v3/endpoints", "list_endpoints"),
        ("GET", "/v3/endpoints/x", "get_endpoint"),
    ] {
        let body = r#"{"user": {}, "project": {}}"#;
        house.send(method, path, &[], body).await.is_unauthorized();
        let answer = house.send(method, path, &[("x-auth-token", &bob)], body).await;
        answer.is_forbidden(&format!("identity:{action}"));
    }
}

#[tokio::test]
async fn an_administrator_makes_changes_and_deletes_projects() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let made = house
        .post(
            &ada,
            "/v3/projects",
            json!({"project": {"name": "new", "domain_id": "default"}}),
        )
        .await;
    assert_eq!(
        (made.status.as_u16(), &made.body["project"]["enabled"]),
        (201, &json!(true))
    );
    let path = format!("/v3/projects/{}", made.body["project"]["id"].as_str().unwrap());

    let again = house
        .post(&ada, "/v3/projects", json!({"project": {"name": "new"}}))
        .await;
    let message = "Conflict occurred attempting to store project - Duplicate entry found with name new.";
    again.is_fault(409, "Conflict", message);
    let nameless = house.post(&ada, "/v3/projects", json!({"project": {}})).await;
    nameless.is_fault(400, "Bad Request", "'name' is a required property");
    let elsewhere = house
        .post(
            &ada,
            "/v3/projects",
            json!({"project": {"name": "x", "domain_id": "other"}}),
        )
        .await;
    elsewhere.is_fault(404, "Not Found", "Could not find domain: other.");

    let change = json!({"project": {"description": "Newer", "enabled": false}}).to_string();
    let changed = house
        .send("PATCH", &path, &[("x-auth-token", &ada)], change)
        .await;
    assert_eq!(changed.body["project"]["description"], "Newer");
    house.get(&ada, &path).await.is(200, changed.body);
    assert_eq!(
        names(&house.get(&ada, "/v3/projects").await, "projects"),
        ["lab", "new"]
    );
    assert_eq!(
        names(&house.get(&ada, "/v3/projects?enabled=True").await, "projects"),
        ["lab"]
    );
    assert_eq!(
        names(
            &house.get(&ada, "/v3/projects?name=new&limit=5").await,
            "projects"
        ),
        ["new"]
    );

    house
        .send("DELETE", &path, &[("x-auth-token", &ada)], "")
        .await
        .is_empty();
    let id = path.rsplit('/').next().unwrap();
    house
        .get(&ada, &path)
        .await
        .is_fault(404, "Not Found", &format!("Could not find project: {id}."));
}

#[tokio::test]
async fn an_administrator_makes_changes_and_deletes_users() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let body = json!({"user": {"name": "eva", "password": "one", "default_project_id": house.lab}});
    let made = house.post(&ada, "/v3/users", body).await;
    assert_eq!(
        (made.status.as_u16(), &made.body["user"]["default_project_id"]),
        (201, &json!(house.lab))
    );
    let path = format!("/v3/users/{}", made.body["user"]["id"].as_str().unwrap());
    assert_eq!(
        names(&house.get(&ada, "/v3/users").await, "users"),
        ["ada", "bob", "eva"]
    );
    assert_eq!(
        names(&house.get(&ada, "/v3/users?name=eva").await, "users"),
        ["eva"]
    );

    let change = json!({"user": {"password": "two", "default_project_id": null}}).to_string();
    let changed = house
        .send("PATCH", &path, &[("x-auth-token", &ada)], change)
        .await;
    assert_eq!(changed.body["user"].get("default_project_id"), None);
    house
        .log_in(by_password("eva", "one", None))
        .await
        .is_unauthorized();
    assert_eq!(house.log_in(by_password("eva", "two", None)).await.status, 201);

    house
        .send("DELETE", &path, &[("x-auth-token", &ada)], "")
        .await
        .is_empty();
    let id = path.rsplit('/').next().unwrap();
    house
        .get(&ada, &path)
        .await
        .is_fault(404, "Not Found", &format!("Could not find user: {id}."));
}

#[tokio::test]
async fn users_see_themselves_and_change_their_password() {
    let house = House::new().await;
    let bob = house.token("bob").await;
    house
        .get(&bob, &format!("/v3/users/{}", house.bob))
        .await
        .is(200, json!({"user": house.bob()}));

    let path = format!("/v3/users/{}/password", house.bob);
    let change =
        |original: &str| json!({"user": {"original_password": original, "password": "new"}}).to_string();
    house
        .send("POST", &path, &[], change("wrong"))
        .await
        .is_unauthorized();
    house
        .send("POST", "/v3/users/nobody/password", &[], change("pw"))
        .await
        .is_unauthorized();
    house.send("POST", &path, &[], change("pw")).await.is_empty();
    house.get(&bob, "/v3/auth/projects").await.is_unauthorized();
    assert_eq!(house.log_in(by_password("bob", "new", None)).await.status, 201);
}

#[tokio::test]
async fn assignments_are_listed_with_names_when_asked() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let domain = json!({"id": "default", "name": "Default"});
    let query = format!(
        "/v3/role_assignments?user.id={}&role.id={}&include_names",
        house.bob,
        Role::Member.id()
    );
    let row = json!({
        "links": {"assignment": format!("http://cloud:5000/v3/projects/{}/users/{}/roles/{}", house.lab, house.bob, Role::Member.id())},
        "role": {"id": Role::Member.id(), "name": "member"},
        "scope": {"project": {"id": house.lab, "name": "lab", "domain": domain}},
        "user": {"id": house.bob, "name": "bob", "domain": domain},
    });
    house
        .get(&ada, &query)
        .await
        .is(200, list("role_assignments", "role_assignments", json!([row])));
}

#[tokio::test]
async fn roles_are_granted_checked_listed_and_revoked() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let roles = house.get(&ada, "/v3/roles").await;
    assert_eq!(
        names(&roles, "roles"),
        ["admin", "manager", "member", "reader", "service"]
    );
    let manager = json!({
        "id": Role::Manager.id(), "name": "manager", "domain_id": null, "description": null, "options": {},
        "links": {"self": format!("http://cloud:5000/v3/roles/{}", Role::Manager.id())},
    });
    house
        .get(&ada, &format!("/v3/roles/{}", Role::Manager.id()))
        .await
        .is(200, json!({"role": manager}));
    house
        .get(&ada, "/v3/roles/x")
        .await
        .is_fault(404, "Not Found", "Could not find role: x.");

    let place = format!("projects/{}/users/{}/roles", house.lab, house.bob);
    let grant = format!("/v3/{place}/{}", Role::Manager.id());
    let own = [("x-auth-token", ada.as_str())];
    let missing = format!(
        "Could not find role assignment with role: {}.",
        Role::Manager.id()
    );
    house
        .send("GET", &grant, &own, "")
        .await
        .is_fault(404, "Not Found", &missing);
    house.send("PUT", &grant, &own, "").await.is_empty();
    house.send("GET", &grant, &own, "").await.is_empty();
    assert_eq!(
        names(&house.get(&ada, &format!("/v3/{place}")).await, "roles"),
        ["manager", "member"]
    );

    house.send("DELETE", &grant, &own, "").await.is_empty();
    house.send("DELETE", &grant, &own, "").await.is_fault(
        404,
        "Not Found",
        "Could not find role assignment: manager.",
    );
    let nobody = format!(
        "/v3/projects/{}/users/nobody/roles/{}",
        house.lab,
        Role::Member.id()
    );
    house
        .send("PUT", &nobody, &own, "")
        .await
        .is_fault(404, "Not Found", "Could not find user: nobody.");
}

#[tokio::test]
async fn there_is_one_domain_and_one_region() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let domain = json!({
        "id": "default", "name": "Default", "description": "The default domain", "enabled": true, "tags": [],
        "options": {}, "links": {"self": "http://cloud:5000/v3/domains/default"},
    });
    house
        .get(&ada, "/v3/domains")
        .await
        .is(200, list("domains", "domains", json!([domain])));
    house
        .get(&ada, "/v3/domains?name=x")
        .await
        .is(200, list("domains", "domains", json!([])));
    house
        .get(&ada, "/v3/domains/default")
        .await
        .is(200, json!({"domain": domain}));
    house
        .get(&ada, "/v3/domains/x")
        .await
        .is_fault(404, "Not Found", "Could not find domain: x.");
    let region = json!({
        "id": "RegionOne", "description": "", "parent_region_id": null,
        "links": {"self": "http://cloud:5000/v3/regions/RegionOne"},
    });
    house
        .get(&ada, "/v3/regions")
        .await
        .is(200, list("regions", "regions", json!([region])));
    house
        .get(&ada, "/v3/regions/RegionOne")
        .await
        .is(200, json!({"region": region}));
    house
        .get(&ada, "/v3/regions/x")
        .await
        .is_fault(404, "Not Found", "Could not find region: x.");
}

#[tokio::test]
async fn services_and_endpoints_are_listed_and_shown() {
    let house = House::new().await;
    let ada = house.token("ada").await;
    let services = house.get(&ada, "/v3/services?type=compute").await;
    assert_eq!(names(&services, "services"), ["nova"]);
    let service = services.body["services"][0].clone();
    let id = service["id"].as_str().unwrap();
    house
        .get(&ada, &format!("/v3/services/{id}"))
        .await
        .is(200, json!({"service": service}));
    house
        .get(&ada, "/v3/services/x")
        .await
        .is_fault(404, "Not Found", "Could not find service: x.");

    let query = format!("/v3/endpoints?service_id={id}&interface=public");
    let endpoints = house.get(&ada, &query).await;
    let own = endpoints.body["endpoints"][0]["id"].as_str().unwrap();
    let endpoint = json!({
        "links": {"self": format!("http://cloud:5000/v3/endpoints/{own}")}, "id": own, "interface": "public",
        "region": "RegionOne", "region_id": "RegionOne", "service_id": id, "url": "http://127.0.0.1:8774/v2.1",
        "enabled": true,
    });
    endpoints.is(200, list("endpoints", "endpoints", json!([endpoint])));
    house
        .get(&ada, &format!("/v3/endpoints/{own}"))
        .await
        .is(200, json!({"endpoint": endpoint}));
    house
        .get(&ada, "/v3/endpoints/x")
        .await
        .is_fault(404, "Not Found", "Could not find endpoint: x.");
    assert_eq!(
        house.get(&ada, "/v3/endpoints").await.body["endpoints"]
            .as_array()
            .unwrap()
            .len(),
        9
    );
}

#[tokio::test]
async fn what_is_not_there_is_a_fault_too() {
    let house = House::new().await;
    let nowhere = house.send("GET", "/v3/nowhere", &[], "").await;
    nowhere.is_fault(404, "Not Found", "The resource could not be found.");
    let method = house.send("PUT", "/v3/users", &[], "").await;
    method.is_fault(
        405,
        "Method Not Allowed",
        "The method is not allowed for the requested URL.",
    );
    let long = house
        .send("POST", "/v3/auth/tokens", &[], vec![b' '; LONGEST_BODY + 1])
        .await;
    long.is_fault(413, "Payload Too Large", "The body is longer than 114688 bytes.");
}
