//! `/os-aggregates`: hosts put together, and what is said of them.

mod actions;
mod handlers;
mod request;
mod view;

use axum::Router;
use axum::routing::{get, post};

use super::Door;
use crate::api::Within;
use crate::span;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-aggregates", get(handlers::list).post(handlers::create))
        .route(
            "/os-aggregates/{id}",
            get(handlers::show).put(handlers::update).delete(handlers::delete),
        )
        .route("/os-aggregates/{id}/action", post(actions::act))
        .route(
            "/os-aggregates/{id}/images",
            post(handlers::images).within(span!(2.81..)),
        )
}
