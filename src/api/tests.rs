//! The machinery as a client meets it: a small service with a table of each kind, asked over HTTP.

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

#[tokio::test]
async fn the_version_in_force_is_told_in_both_headers() {
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[], "2.1"),
        (&[("openstack-api-version", "compute 2.10")], "2.10"),
        (
            &[("openstack-api-version", "volume 3.9, Compute  2.11,image 2.2")],
            "2.11",
        ),
        (&[("openstack-api-version", "volume 3.9")], "2.1"),
        (&[("x-openstack-nova-api-version", "2.12")], "2.12"),
        (
            &[
                ("x-openstack-nova-api-version", "2.12"),
                ("openstack-api-version", "compute 2.13"),
            ],
            "2.13",
        ),
        (
            &[("x-openstack-nova-api-version", "latest")],
            &super::MAX.to_string(),
        ),
    ];
    for (headers, version) in cases {
        for path in ["/v2.1/servers", "/nowhere"] {
            let answer = ask("GET", path, headers, "").await;
            assert_eq!(
                answer.header("openstack-api-version"),
                [format!("compute {version}")],
                "{headers:?}"
            );
            assert_eq!(answer.header("x-openstack-nova-api-version"), [version]);
            assert_eq!(
                answer.header("vary"),
                ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"]
            );
        }
    }
}

#[tokio::test]
async fn a_version_that_is_not_served_is_refused_in_novas_words() {
    let answer = ask(
        "GET",
        "/v2.1/servers",
        &[("openstack-api-version", "compute 2.9999")],
        "",
    )
    .await;
    assert_eq!(answer.header("openstack-api-version"), ["compute 2.9999"]);
    let message = format!(
        "Version 2.9999 is not supported by the API. Minimum is 2.1 and maximum is {}.",
        super::MAX
    );
    assert_eq!(answer.told(), fault("computeFault", 406, &message));
    let message = "API Version String two is of invalid format. Must be of format MajorNum.MinorNum.";
    assert_eq!(
        at("two", "GET", "/v2.1/servers", "").await,
        fault("badRequest", 400, message)
    );
}

#[tokio::test]
async fn what_is_not_there_is_a_fault_too() {
    let gone = fault("itemNotFound", 404, "The resource could not be found.");
    assert_eq!(at("2.1", "GET", "/nowhere", "").await, gone);
    let message = "The method DELETE is not allowed for this resource.";
    assert_eq!(
        at("2.1", "DELETE", "/v2.1/servers", "").await,
        fault("badMethod", 405, message)
    );
}

#[tokio::test]
async fn a_route_exists_only_within_its_range() {
    let gone = fault("itemNotFound", 404, "The resource could not be found.");
    let start = r#"{"os-start":null}"#;
    assert_eq!(at("2.25", "GET", "/v2.1/servers/7/tags", "").await, gone);
    assert_eq!(at("2.25", "POST", "/v2.1/servers/7/tags", start).await, gone);
    assert_eq!(
        at("2.79", "POST", "/v2.1/servers/7/tags", start).await,
        (202, String::new())
    );
    assert_eq!(at("2.80", "POST", "/v2.1/servers/7/tags", start).await, gone);
}

#[tokio::test]
async fn a_panic_is_an_error_without_its_cause() {
    let message = "The server has either erred or is incapable of performing the requested operation.";
    let answer = ask("GET", "/broken", &[], "").await;
    assert_eq!(answer.header("x-openstack-request-id"), [ID]);
    assert_eq!(answer.header("x-openstack-nova-api-version"), ["2.1"]);
    assert_eq!(answer.told(), fault("computeFault", 500, message));
}

#[tokio::test]
async fn a_request_has_an_id_and_a_well_formed_one_of_its_callers_is_kept() {
    let theirs = "req-11111111-2222-3333-4444-555555555555";
    let answer = ask("GET", "/identity", &[("x-openstack-request-id", theirs)], "").await;
    assert_eq!(answer.header("x-openstack-request-id"), [ID]);
    assert_eq!(answer.header("x-compute-request-id"), [ID]);
    assert_eq!(answer.body, format!("{ID} Some({theirs:?})"));
    for wrong in [
        "11111111-2222-3333-4444-555555555555",
        "req-1",
        "req-11111111222233334444555555555555",
    ] {
        let answer = ask("GET", "/identity", &[("x-openstack-request-id", wrong)], "").await;
        assert_eq!(answer.body, format!("{ID} None"));
    }
}

#[tokio::test]
async fn the_log_has_a_line_for_each_answer_and_no_secrets() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    ask(
        "GET",
        "/v2.1/servers?marker=hidden",
        &[("x-auth-token", "hidden")],
        "hidden",
    )
    .await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let (line, time) = log.trim_end().rsplit_once(" duration_ms=").unwrap();
    let expected = format!(
        "request{{request_id=\"{ID}\"}}: nova_docker::api::access_log: answered method=GET \
         path=\"/v2.1/servers\" status=400 len=65 microversion=2.1"
    );
    assert!(
        line.ends_with(&expected) && time.parse::<f64>().is_ok() && !log.contains("hidden"),
        "{log}"
    );
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_list_comes_in_pages_with_a_link_to_the_next() {
    let item = |id: &str| {
        let link =
            |rel: &str, at: &str| format!(r#"{{"rel":"{rel}","href":"http://cloud{at}/servers/{id}"}}"#);
        format!(
            r#"{{"id":"{id}","links":[{},{}]}}"#,
            link("self", "/v2.1"),
            link("bookmark", "")
        )
    };
    let next = r#"[{"rel":"next","href":"http://cloud/v2.1/servers?limit=1&marker=b"}]"#;
    let expected = format!(r#"{{"servers":[{}],"servers_links":{next}}}"#, item("b"));
    assert_eq!(
        at("2.1", "GET", "/v2.1/servers?limit=1&marker=a", "").await,
        (200, expected)
    );
    let expected = format!(r#"{{"servers":[{}]}}"#, item("c"));
    assert_eq!(
        at("2.1", "GET", "/v2.1/servers?marker=b", "").await,
        (200, expected)
    );
}

#[tokio::test]
async fn a_query_string_is_held_to_its_table() {
    let refused = |message: &str| fault("badRequest", 400, message);
    let limit = |value: &str, reason: &str| {
        refused(&format!(
            "Invalid input for query parameters limit. Value: {value}. {reason}"
        ))
    };
    let cases = [
        ("2.1", "limit=-1", limit("-1", "'-1' does not match '^[0-9]*$'")),
        ("2.1", "limit=", limit("", "'' should be non-empty")),
        ("2.1", "marker=z", refused("marker [z] not found")),
        (
            "2.75",
            "b=1&limit=1&a=2&b=3",
            refused("Additional properties are not allowed ('a', 'b' were unexpected)"),
        ),
    ];
    for (version, query, expected) in cases {
        assert_eq!(
            at(version, "GET", &format!("/v2.1/servers?{query}"), "").await,
            expected,
            "{query}"
        );
    }
    assert_eq!(
        at("2.74", "GET", "/v2.1/servers?tags=x&unheard=of&limit=0", "").await,
        (200, r#"{"servers":[]}"#.into())
    );
}

#[test]
fn a_parameter_is_read_as_often_as_its_type_says_and_only_in_its_range() {
    let pairs = Pairs::of("sort_key=b&marker=x&sort_key=a%20c&marker=y&tags=t");
    let parse = |version: &str| Listing::parse(version.parse().unwrap(), &pairs).unwrap();
    let asked = parse("2.25");
    assert_eq!(
        (asked.sort_key, asked.marker.as_deref()),
        (vec!["b".to_owned(), "a c".to_owned()], Some("y"))
    );
    assert_eq!((asked.tags, parse("2.26").tags.as_deref()), (None, Some("t")));
}

#[tokio::test]
async fn a_body_is_read_and_answered_at_its_version() {
    let put = |version, body| at(version, "PUT", "/v2.1/servers/7", body);
    let described = r#"{"server":{"name":"a","description":"b"}}"#;
    let refused = "Invalid input for field/attribute server. Value: {'name': 'a', 'description': 'b'}. \
                   Additional properties are not allowed ('description' was unexpected)";
    assert_eq!(put("2.18", described).await, fault("badRequest", 400, refused));
    let answer = r#"{"server":{"name":"a","locked":false,"description":"b"}}"#;
    assert_eq!(put("2.19", described).await, (200, answer.to_owned()));
    assert_eq!(
        put("2.8", r#"{"server":{"name":"a"}}"#).await,
        (200, r#"{"server":{"name":"a"}}"#.to_owned())
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_in_novas_words() {
    let put = |content: &'static str, body: Bytes| async move {
        ask("PUT", "/v2.1/servers/7", &[("content-type", content)], body)
            .await
            .told()
    };
    let server = || Bytes::from(r#"{"server":{"name":"a"}}"#);
    let refused = |message| fault("badRequest", 400, message);
    assert_eq!(put("text/plain", server()).await.0, 200);
    assert_eq!(put("application/json; charset=utf-8", server()).await.0, 200);
    let unsupported = fault("badMediaType", 415, "Unsupported Content-Type");
    assert_eq!(put("application/xml", server()).await, unsupported);
    assert_eq!(
        put("application/json", "{".into()).await,
        refused("Malformed request body")
    );
    assert_eq!(
        put("application/json", "".into()).await,
        refused("None is not of type 'object'")
    );
    let large = put("application/json", vec![b' '; 114_689].into()).await;
    assert_eq!(large, fault("overLimit", 413, "Request is too large."));
}

#[tokio::test]
async fn an_action_is_the_only_key_of_its_body() {
    let post = |version, body| at(version, "POST", "/v2.1/servers/7/action", body);
    let refused = |message| fault("badRequest", 400, message);
    assert_eq!(post("2.1", r#"{"os-start":null}"#).await, (202, String::new()));
    assert_eq!(
        post("2.1", r#"{"reboot":{"type":"HARD"}}"#).await,
        fault("conflictingRequest", 409, "7 HARD")
    );
    let message = "Invalid input for field/attribute reboot. Value: {}. 'type' is a required property";
    assert_eq!(post("2.1", r#"{"reboot":{}}"#).await, refused(message));
    assert_eq!(
        post("2.1", r#"{"fly":null}"#).await,
        refused("There is no such action: fly")
    );
    for body in ["", "[]", "{}", "os-start", r#"{"os-start":null,"reboot":null}"#] {
        assert_eq!(
            post("2.1", body).await,
            refused("Malformed request body"),
            "{body}"
        );
    }
    assert_eq!(post("2.43", r#"{"addFloatingIp":{}}"#).await.0, 202);
    assert_eq!(post("2.44", r#"{"addFloatingIp":{}}"#).await.0, 404);
}
