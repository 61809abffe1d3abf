//! `GET /v2.1/openapi.json`: the document that describes this API, for anybody, as the version documents are.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::Door;
use crate::api::route::{Routes, get, whole};

pub(super) fn routes() -> Routes<Door> {
    Routes::new().route("/v2.1/openapi.json", get(show).answers(200, whole::<Value>()))
}

/// Never changes while the service runs; made when it is asked for first.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| super::document().to_string().into());

async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.clone())
}
