//! The version documents, from which clients learn how far they may negotiate.

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;
use serde_json::{Value, json};

use super::Door;
use crate::api::links::Links;
use crate::api::{Fault, MAX, MIN};

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/", get(list))
        .route("/versions", get(list))
        .route("/versions/{id}", get(by_id))
        .route("/v2.1", get(show))
        .route("/v2.1/", get(show))
}

/// 300: choose one.
async fn list(links: Links) -> impl IntoResponse {
    let body = json!({ "versions": [version(&links)] });
    (StatusCode::MULTIPLE_CHOICES, axum::Json(body))
}

async fn show(links: Links) -> impl IntoResponse {
    axum::Json(in_full(&links))
}

async fn by_id(
    axum::extract::Path(id): axum::extract::Path<String>,
    links: Links,
) -> Result<impl IntoResponse, Fault> {
    match id.as_str() {
        "v2.1" | "2.1" => Ok(axum::Json(in_full(&links))),
        _ => Err(Fault::no_such_resource()),
    }
}

fn in_full(links: &Links) -> Value {
    let mut version = version(links);
    version["media-types"] = json!([{
        "base": "application/json",
        "type": "application/vnd.openstack.compute+json;version=2.1",
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
