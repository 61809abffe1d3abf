//! The version documents, from which clients learn how far they may negotiate.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Value, json};

use super::Door;
use crate::api::links::Links;
use crate::api::{Fault, MAX, MIN};

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/", get(list))
        .route("/versions", get(list))
        .route("/versions/{id}", get(by_id))
        .route("/v2", get(show_old))
        .route("/v2/", get(show_old))
        .route("/v2.1", get(show))
        .route("/v2.1/", get(show))
        .route("/v2.1/versions/{id}", get(by_id))
}

/// The oldest first.
async fn list(links: Links) -> impl IntoResponse {
    axum::Json(json!({ "versions": [old_version(&links), version(&links)] }))
}

async fn show(links: Links) -> impl IntoResponse {
    axum::Json(in_full(version(&links), "2.1"))
}

async fn show_old(links: Links) -> impl IntoResponse {
    axum::Json(in_full(old_version(&links), "2"))
}

async fn by_id(
    axum::extract::Path(id): axum::extract::Path<String>,
    links: Links,
) -> Result<impl IntoResponse, Fault> {
    match id.as_str() {
        "v2.1" | "2.1" => Ok(axum::Json(in_full(version(&links), "2.1"))),
        "v2.0" | "2.0" => Ok(axum::Json(in_full(old_version(&links), "2"))),
        _ => Err(Fault::no_such_resource()),
    }
}

fn in_full(mut version: Value, number: &str) -> Value {
    version["media-types"] = json!([{
        "base": "application/json",
        "type": format!("application/vnd.openstack.compute+json;version={number}"),
    }]);
    json!({ "version": version })
}

fn version(links: &Links) -> Value {
    json!({
        "id": "v2.1",
        "status": "CURRENT",
        "version": MAX.to_string(),
        "min_version": MIN.to_string(),
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": links.service("/v2.1/")}],
    })
}

/// What clients of 2.0 look for. It is 2.1 without microversions.
fn old_version(links: &Links) -> Value {
    json!({
        "id": "v2.0",
        "status": "SUPPORTED",
        "version": "",
        "min_version": "",
        "updated": "2011-01-21T11:33:21Z",
        "links": [{"rel": "self", "href": links.service("/v2/")}],
    })
}
