//! Version documents, request ids, authentication and health.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn the_version_documents_need_no_token_and_tell_the_range() {
    let cloud = Cloud::start().await;
    let version = json!({
        "id": "v2.1", "status": "CURRENT", "version": "2.104", "min_version": "2.1",
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": "http://cloud:8774/v2.1/"}],
    });
    let old = json!({
        "id": "v2.0", "status": "SUPPORTED", "version": "", "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": "http://cloud:8774/v2/"}],
    });
    let ask = |path: &str| {
        let request = Request::get(path).header("Host", "cloud:8774");
        cloud.send(request.body(Body::empty()).unwrap())
    };
    let list = ask("/").await;
    assert_eq!(
        (list.status.as_u16(), &list.body),
        (200, &json!({ "versions": [old, version] }))
    );
    let mut full = version.clone();
    full["media-types"] =
        json!([{"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}]);
    for path in ["/v2.1", "/v2.1/", "/versions/v2.1"] {
        let shown = ask(path).await;
        assert_eq!(
            (shown.status.as_u16(), &shown.body),
            (200, &json!({ "version": full })),
            "{path}"
        );
    }
    let mut full = old.clone();
    full["media-types"] =
        json!([{"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2"}]);
    for path in ["/v2", "/v2/", "/versions/v2.0"] {
        let shown = ask(path).await;
        assert_eq!(
            (shown.status.as_u16(), &shown.body),
            (200, &json!({ "version": full })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_old_version_is_the_first_whatever_microversion_is_asked_for() {
    let cloud = Cloud::start().await;
    let newest = cloud.get("2.90", "/v2.1/flavors/42").await;
    let first = cloud.get("2.1", "/v2.1/flavors/42").await;
    let old = cloud.get("2.90", "/v2/flavors/42").await;
    assert_ne!(first.body, newest.body);
    let linked: serde_json::Value = first.body.to_string().replace("/v2.1/", "/v2/").parse().unwrap();
    assert_eq!((old.status.as_u16(), old.body), (200, linked));
}

#[tokio::test]
async fn without_a_valid_token_the_answer_says_where_to_get_one() {
    let cloud = Cloud::start().await;
    for request in [
        Request::get("/v2.1/servers"),
        Request::get("/v2.1/servers").header("X-Auth-Token", "nobody"),
    ] {
        let answer = cloud.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.headers["www-authenticate"],
            "Keystone uri=\"http://identity.example:5000\""
        );
    }
}

/// Beside the caller's token.
#[tokio::test]
async fn who_says_that_a_service_vouches_must_bring_its_token() {
    let cloud = Cloud::start().await;
    for (user, service, status) in [
        ("demo", "service", 200),
        ("demo", "other", 401),
        ("demo", "nobody", 401),
        ("nobody", "service", 401),
        ("ended", "service", 200),
    ] {
        let ask = Request::get("/v2.1/servers")
            .header("X-Auth-Token", user)
            .header("X-Service-Token", service)
            .body(Body::empty());
        let answer = cloud.send(ask.unwrap()).await;
        assert_eq!(answer.status, status, "{user} {service}");
    }
    let alone = cloud.call("ended", "2.1", "GET", "/v2.1/servers", None).await;
    assert_eq!(alone.status, 401);
}

#[tokio::test]
async fn every_answer_carries_its_request_id_and_version() {
    let cloud = Cloud::start().await;
    let answer = cloud.get("2.90", "/v2.1/flavors").await;
    assert_eq!(answer.status, 200);
    let id = answer.headers["x-openstack-request-id"].to_str().unwrap();
    assert!(id.starts_with("req-"), "{id}");
    assert_eq!(answer.headers["x-compute-request-id"], id);
    assert_eq!(answer.headers["openstack-api-version"], "compute 2.90");
    assert_eq!(answer.headers["x-openstack-nova-api-version"], "2.90");
}

#[tokio::test]
async fn a_project_in_the_path_must_be_the_callers_own() {
    let cloud = Cloud::start().await;
    assert_eq!(cloud.get("2.1", "/v2.1/0d/servers").await.status, 200);
    let foreign = cloud.get("2.1", "/v2.1/0e/servers").await;
    assert_eq!(foreign.status, 400);
    assert_eq!(
        foreign.fault().1,
        "Malformed request URL: URL's project_id '0e' doesn't match Context's project_id '0d'"
    );
}

#[tokio::test]
async fn health_is_that_of_the_engine() {
    let cloud = Cloud::start().await;
    let becomes = async |status: u16| {
        for _ in 0..2000 {
            let ask = Request::get("/healthcheck").body(Body::empty()).unwrap();
            if cloud.send(ask).await.status == status {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("health never became {status}");
    };
    becomes(200).await;
    cloud.faults.engine_down(true);
    becomes(503).await;
    cloud.faults.engine_down(false);
    becomes(200).await;
}
