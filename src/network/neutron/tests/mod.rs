//! A Keystone and a Neutron that answer as a test says.

mod calls;
mod changes;
mod ports;
mod proxy;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Neutron, Settings};
use crate::identity::{Credentials, Domain, Session, Trust};
use crate::network::{Binding, NewPort};
use crate::objects::{InstanceId, ProjectId, RequestContext, RequestId, Secret, SystemWorld, UserId};

/// One request that Neutron got.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    /// `GET ports?id=1`
    line: String,
    token: String,
    service: Option<String>,
    request_id: Option<String>,
    revision: Option<String>,
    body: Value,
}

type Answers = dyn Fn(&Asked) -> Reply + Send + Sync;

enum Reply {
    Json(u16, Value),
    Text(u16, &'static str),
    Never,
}

#[derive(Clone)]
struct Fake {
    url: String,
    logins: Arc<AtomicU64>,
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Answers>,
}

fn found(body: Value) -> Reply {
    Reply::Json(200, body)
}

fn refused(status: u16, kind: &str, message: &str) -> Reply {
    Reply::Json(
        status,
        json!({"NeutronError": {"type": kind, "message": message, "detail": ""}}),
    )
}

impl Fake {
    async fn start(answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            logins: Arc::default(),
            asked: Arc::default(),
            answers: Arc::new(answers),
        };
        let router = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        fake
    }

    fn settings() -> Settings {
        Settings {
            host: "here".to_owned(),
            endpoint: None,
            interfaces: vec!["internal".to_owned(), "public".to_owned()],
            region: Some("RegionOne".to_owned()),
            timeout: Duration::from_secs(10),
            http_retries: 1,
            ovs_bridge: "br-int".to_owned(),
            extension_sync_interval: Duration::from_secs(600),
            poll_interval: Duration::from_millis(5),
            send_service_user_token: false,
            trust: Trust::default(),
        }
    }

    fn neutron(&self) -> Neutron {
        self.neutron_with(Self::settings())
    }

    fn neutron_with(&self, settings: Settings) -> Neutron {
        let credentials = Credentials {
            auth_url: format!("{}/identity", self.url),
            username: "nova".to_owned(),
            password: Secret::new("secret"),
            user_domain: Domain::Id("default".to_owned()),
            project_name: "service".to_owned(),
            project_domain: Domain::Id("default".to_owned()),
            trust: Trust::default(),
        };
        let session = Session::new(credentials, Arc::new(SystemWorld)).unwrap();
        Neutron::new(session, settings).unwrap()
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    fn log_in(&self) -> Response {
        let number = self.logins.fetch_add(1, Ordering::SeqCst) + 1;
        let endpoint = json!({
            "interface": "public", "region_id": "RegionOne", "url": format!("{}/v2.0/", self.url),
        });
        let named = json!({"id": "1", "name": "n", "domain": {"id": "default", "name": "Default"}});
        let token = json!({"token": {
            "expires_at": "9999-01-01T00:00:00.000000Z", "user": named, "project": named, "roles": [],
            "catalog": [{"type": "network", "endpoints": [endpoint]}],
        }});
        let subject = [("x-subject-token", format!("own-{number}"))];
        (StatusCode::CREATED, subject, token.to_string()).into_response()
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    if request.uri().path() == "/identity/v3/auth/tokens" {
        return fake.log_in();
    }
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        let value = parts.headers.get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let line = parts.uri.path_and_query().unwrap().as_str();
    let mut asked = Asked {
        line: format!("{} {}", parts.method, line.strip_prefix("/v2.0/").unwrap()),
        token: header("x-auth-token").unwrap(),
        service: header("x-service-token"),
        request_id: header("x-openstack-request-id"),
        revision: header("if-match"),
        body: Value::Null,
    };
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    if !bytes.is_empty() {
        asked.body = serde_json::from_slice(&bytes).unwrap();
    }
    fake.asked.lock().unwrap().push(asked.clone());
    let (status, text) = match (fake.answers)(&asked) {
        Reply::Json(status, body) => (status, body.to_string()),
        Reply::Text(status, text) => (status, text.to_owned()),
        Reply::Never => std::future::pending().await,
    };
    let status = StatusCode::from_u16(status).unwrap();
    (status, Body::from(text)).into_response()
}

fn user() -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("req-own"),
        global_request_id: Some(RequestId::from("req-global")),
        user_id: UserId::from("u"),
        project_id: ProjectId::from("p"),
        roles: Vec::new(),
        token: Some(Secret::new("users")),
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

const NETWORK: Uuid = Uuid::from_u128(0xe);

fn binding() -> Binding {
    Binding {
        instance: InstanceId(id(0xabc)),
        host: "here".to_owned(),
        zone: "nova".to_owned(),
    }
}

fn wanted() -> NewPort {
    NewPort {
        network: NETWORK,
        project: ProjectId::from("p"),
        binding: binding(),
        fixed_ip: None,
        security_groups: None,
        dns_name: None,
    }
}

/// A port as Neutron shows it.
fn port(id: Uuid) -> Value {
    json!({
        "id": id, "network_id": NETWORK, "project_id": "p", "tenant_id": "p", "mac_address": "fa:16:3e:00:00:01",
        "fixed_ips": [], "security_groups": [], "status": "ACTIVE", "device_id": "", "device_owner": "",
        "binding:host_id": "here", "binding:vif_type": "bridge", "revision_number": 7,
    })
}
