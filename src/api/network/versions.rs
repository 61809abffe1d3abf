//! Which versions of the network API there are, and what is in the one.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde_json::{Value, json};

use super::Door;
use super::paging::base;
use super::resources::NAMES;

pub(super) async fn list(headers: HeaderMap) -> Json<Value> {
    let links = json!([{ "rel": "self", "href": format!("{}/v2.0/", base(&headers)) }]);
    Json(json!({ "versions": [{ "id": "v2.0", "status": "CURRENT", "links": links }] }))
}

pub(super) async fn show(State(_): State<Door>, headers: HeaderMap) -> Json<Value> {
    let resource = |(name, collection, path): &(&str, &str, &str)| {
        let href = format!("{}/v2.0/{path}", base(&headers));
        json!({ "name": name, "collection": collection, "links": [{ "rel": "self", "href": href }] })
    };
    let resources: Vec<Value> = NAMES.iter().map(resource).collect();
    Json(json!({ "resources": resources }))
}
