//! A Keystone that has one service user, and knows four tokens.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::*;
use crate::objects::SystemWorld;

#[derive(Debug, Clone)]
pub(in crate::identity) struct FakeKeystone {
    url: String,
    state: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    logins: AtomicU64,
    /// Own tokens numbered up to this are no longer taken.
    dead: AtomicU64,
    asked: AtomicU64,
    image: AtomicU64,
}

impl FakeKeystone {
    pub(in crate::identity) async fn start() -> Self {
        let state = Arc::new(Counts::default());
        let router = Router::new()
            .route("/v3/auth/tokens", post(log_in).get(show))
            .with_state(state.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state }
    }

    pub(in crate::identity) fn session(&self) -> Session {
        self.session_at(&self.url)
    }

    pub(in crate::identity) fn session_at(&self, auth_url: &str) -> Session {
        Session::new(credentials(auth_url, "secret"), Arc::new(SystemWorld)).unwrap()
    }

    /// Forgets every token that it gave out.
    pub(in crate::identity) fn restart(&self) {
        self.state.dead.store(self.logins(), Ordering::SeqCst);
    }

    pub(in crate::identity) fn logins(&self) -> u64 {
        self.state.logins.load(Ordering::SeqCst)
    }

    pub(in crate::identity) fn asked(&self) -> u64 {
        self.state.asked.load(Ordering::SeqCst)
    }
}

fn credentials(auth_url: &str, password: &str) -> Credentials {
    Credentials {
        auth_url: auth_url.to_owned(),
        username: "nova".to_owned(),
        password: Secret::new(password),
        user_domain: Domain::Name("Default".to_owned()),
        project_name: "service".to_owned(),
        project_domain: Domain::Id("default".to_owned()),
        trust: Trust::default(),
    }
}

async fn log_in(State(state): State<Arc<Counts>>, Json(body): Json<Value>) -> Response {
    let expected = json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": "nova", "domain": {"name": "Default"}, "password": "secret",
        }}},
        "scope": {"project": {"name": "service", "domain": {"id": "default"}}},
    }});
    if body != expected {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let number = state.logins.fetch_add(1, Ordering::SeqCst) + 1;
    let endpoints = match state.image.load(Ordering::SeqCst) {
        0 => json!([]),
        port => {
            json!([{"interface": "public", "region_id": "RegionOne", "url": format!("http://glance:{port}")}])
        }
    };
    let mut body = token("nova", "9999-01-01T00:00:00.000000Z");
    body["token"]["catalog"] = json!([{"type": "image", "name": "glance", "endpoints": endpoints}]);
    (
        StatusCode::CREATED,
        [("x-subject-token", format!("own-{number}"))],
        Json(body),
    )
        .into_response()
}

async fn show(State(state): State<Arc<Counts>>, uri: Uri, headers: HeaderMap) -> Response {
    let own: u64 = headers["x-auth-token"]
        .to_str()
        .unwrap()
        .strip_prefix("own-")
        .unwrap()
        .parse()
        .unwrap();
    if own <= state.dead.load(Ordering::SeqCst) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    state.asked.fetch_add(1, Ordering::SeqCst);
    match headers["x-subject-token"].to_str().unwrap() {
        "good" => Json(token("demo", "9999-01-01T00:00:00.000000Z")).into_response(),
        "ended" => Json(token("demo", "2001-01-01T00:00:00.000000Z")).into_response(),
        "long-ended" if uri.query().is_some_and(|query| query.contains("allow_expired=1")) => {
            Json(token("demo", "2001-01-01T00:00:00.000000Z")).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn token(user: &str, expires_at: &str) -> Value {
    json!({"token": {
        "methods": ["password"],
        "expires_at": expires_at,
        "user": {"id": "u-1", "name": user, "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "p-1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": "1", "name": "member"}, {"id": "2", "name": "reader"}],
    }})
}

#[tokio::test]
async fn a_session_logs_in_once_until_its_token_is_rejected() {
    let fake = FakeKeystone::start().await;
    let session = fake.session();
    let first = session.token().await.unwrap();
    assert_eq!(first.expose(), "own-1");
    session.reject(&Secret::new("another")).await;
    assert_eq!(session.token().await.unwrap(), first);
    session.reject(&first).await;
    assert_eq!(session.token().await.unwrap().expose(), "own-2");
}

#[tokio::test]
async fn an_endpoint_comes_from_the_catalog() {
    let fake = FakeKeystone::start().await;
    fake.state.image.store(9292, Ordering::SeqCst);
    let session = fake.session();
    let image = session
        .endpoint("image", &["internal", "public"], Some("RegionOne"))
        .await;
    assert_eq!(image.unwrap(), "http://glance:9292");
    let network = session
        .endpoint("network", &["public"], Some("RegionOne"))
        .await
        .unwrap_err();
    assert_eq!(
        network.to_string(),
        "there is no endpoint of type 'network' in the catalog for region RegionOne"
    );
}

#[tokio::test]
async fn a_wrong_password_is_keystones_refusal() {
    let fake = FakeKeystone::start().await;
    let session = Session::new(credentials(&fake.url, "wrong"), Arc::new(SystemWorld)).unwrap();
    assert!(matches!(
        session.token().await,
        Err(Error::Refused { status: 401, .. })
    ));
}

#[test]
fn an_address_may_have_its_version_or_not() {
    for url in [
        "http://k:5000",
        "http://k:5000/",
        "http://k:5000/v3",
        "http://k:5000/v3/",
        "http://k:5000/v2.0",
    ] {
        assert_eq!(v3(url), "http://k:5000/v3");
    }
    assert_eq!(v3("https://k/identity"), "https://k/identity/v3");
}

#[test]
fn a_cafile_that_has_no_certificates_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let refused = || {
        let credentials = Credentials {
            trust: Trust {
                cafile: Some(path.clone()),
                insecure: false,
            },
            ..credentials("http://k", "secret")
        };
        Session::new(credentials, Arc::new(SystemWorld))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(),
        format!(
            "cafile {}: No such file or directory (os error 2)",
            path.display()
        )
    );
    std::fs::write(&path, "nothing\n").unwrap();
    assert_eq!(
        refused(),
        format!("cafile {}: no PEM certificates", path.display())
    );
}
