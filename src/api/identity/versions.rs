//! Which versions of the API there are: one.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::page::Site;

/// `GET /`: 300, as there could be several.
pub(super) async fn list(site: Site) -> (StatusCode, Json<Value>) {
    (
        StatusCode::MULTIPLE_CHOICES,
        Json(json!({"versions": {"values": [version(&site)]}})),
    )
}

pub(super) async fn show(site: Site) -> Json<Value> {
    Json(json!({"version": version(&site)}))
}

fn version(site: &Site) -> Value {
    json!({
        "id": "v3.14",
        "status": "stable",
        "updated": "2020-04-07T00:00:00Z",
        "links": [{"rel": "self", "href": format!("{}/v3/", site.0)}],
        "media-types": [{
            "base": "application/json",
            "type": "application/vnd.openstack.identity-v3+json",
        }],
    })
}
