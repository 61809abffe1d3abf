//! Which versions of the image API there are.

use axum::Json;
use http::header::HOST;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

/// Newest first. 2.7 brought `os_hidden` and `os_hash_*`; later ones are about several stores and imports.
const VERSIONS: [&str; 8] = ["v2.7", "v2.6", "v2.5", "v2.4", "v2.3", "v2.2", "v2.1", "v2.0"];

pub(super) async fn choices(headers: HeaderMap) -> (StatusCode, Json<Value>) {
    (StatusCode::MULTIPLE_CHOICES, list(headers).await)
}

pub(super) async fn list(headers: HeaderMap) -> Json<Value> {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let version = |(at, id): (usize, &&str)| {
        json!({
            "id": id,
            "status": if at == 0 { "CURRENT" } else { "SUPPORTED" },
            "links": [{ "rel": "self", "href": format!("http://{host}/v2/") }],
        })
    };
    let versions: Vec<Value> = VERSIONS.iter().enumerate().map(version).collect();
    Json(json!({ "versions": versions }))
}
