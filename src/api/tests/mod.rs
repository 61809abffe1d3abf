//! The machinery as a client meets it: a small service with a table of each kind, asked over HTTP.

mod answers;
mod requests;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body as Bytes, to_bytes};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use http::{HeaderMap, Request, StatusCode};
use jiff::Timestamp;
use tower::ServiceExt;
use uuid::Uuid;

use super::request::{Action, Body, Flag, Ignored, OrNull, Pairs, Query, QueryTable};
use super::{At, Fault, Limit, Link, Links, Microversion, RequestIdentity, RequestIds, Under, Within, page};
use crate::objects::World;
use crate::{actions, query, request, span, view};

view! { struct Summary { id: String, links: [Link; 2] } }
view! { struct Detail { name: String, locked: bool = 2.9.., description: Option<String> = 2.19.. } }
request! { struct Update in "server" { name: String, description: Option<OrNull<String>> = 2.19.. } }
request! { struct Reboot { kind as "type": String } }
query! {
    struct Listing { limit: Option<Limit>, marker: Option<String>, sort_key: Vec<String>, tags: Option<String> = 2.26.., .. = ..2.75 }
}
actions! {
    struct Actions on String {
        "os-start" => start,
        "reboot" => reboot,
        "addFloatingIp" => start = ..2.44,
    }
}

async fn start(_: String, _: Ignored) -> Result<StatusCode, Fault> {
    Ok(StatusCode::ACCEPTED)
}

async fn reboot(id: String, how: Reboot) -> Result<StatusCode, Fault> {
    Err(Fault::conflict(format!("{id} {}", how.kind)))
}

async fn list(at: Microversion, links: Links, Query(asked): Query<Listing>) -> Result<Response, Fault> {
    let page = page(
        &["a", "b", "c"],
        asked.limit,
        asked.marker.as_deref(),
        1000,
        |id, marker| *id == marker,
    )?;
    let summary = |id: &&str| Summary {
        id: (*id).to_owned(),
        links: links.to("servers", id),
    };
    let servers: Vec<Summary> = page.items.iter().map(summary).collect();
    let next = page
        .last_if_full()
        .map(|id| Under("servers_links", [links.next(id)]));
    Ok(At(at, (Under("servers", servers), next)).into_response())
}

async fn update(at: Microversion, Body(new): Body<Update>) -> At<Under<Detail>> {
    let description = new.description.and_then(|description| description.0);
    At(
        at,
        Under(
            "server",
            Detail {
                name: new.name,
                locked: false,
                description,
            },
        ),
    )
}

async fn act(Path(id): Path<String>, action: Action) -> Result<Response, Fault> {
    Actions::dispatch(id, action).await
}

async fn identity(identity: RequestIdentity) -> String {
    format!("{} {:?}", identity.local, identity.global.map(|id| id.0))
}

async fn broken() -> Flag {
    panic!("the handler has a bug")
}

impl IntoResponse for Flag {
    fn into_response(self) -> Response {
        self.0.to_string().into_response()
    }
}

#[derive(Debug)]
struct StillWorld;

impl World for StillWorld {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_u128(7)
    }
}

const ID: &str = "req-00000000-0000-0000-0000-000000000007";

fn service() -> Router {
    let routes = Router::new()
        .route("/v2.1/servers", get(list))
        .route("/v2.1/servers/{id}", put(update))
        .route(
            "/v2.1/servers/{id}/tags",
            get(broken)
                .merge(post(act).within(span!(2.26..2.80)))
                .within(span!(2.26..)),
        )
        .route("/v2.1/servers/{id}/action", post(act))
        .route("/identity", get(identity))
        .route("/broken", get(broken));
    super::with_compute_layers(routes, RequestIds::of_compute(Arc::new(StillWorld)))
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Vec<&str> {
        self.headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect()
    }

    fn told(self) -> (u16, String) {
        (self.status, self.body)
    }
}

async fn ask(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "cloud");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = service()
        .oneshot(request.body(body.into()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn at(version: &str, method: &str, path: &str, body: &'static str) -> (u16, String) {
    ask(
        method,
        path,
        &[("openstack-api-version", &format!("compute {version}"))],
        body,
    )
    .await
    .told()
}

fn fault(name: &str, code: u16, message: &str) -> (u16, String) {
    (
        code,
        format!(
            r#"{{"{name}":{{"code":{code},"message":{}}}}}"#,
            serde_json::to_string(message).unwrap()
        ),
    )
}
