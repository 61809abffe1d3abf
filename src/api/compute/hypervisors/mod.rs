//! `/os-hypervisors`: the compute node of this host.

mod handlers;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;
use crate::api::Within;
use crate::span;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-hypervisors", get(handlers::list))
        .route("/os-hypervisors/detail", get(handlers::detail))
        .route(
            "/os-hypervisors/statistics",
            get(handlers::statistics).within(span!(..2.88)),
        )
        .route("/os-hypervisors/{id}", get(handlers::show))
        .route(
            "/os-hypervisors/{id}/search",
            get(handlers::search).within(span!(..2.53)),
        )
        .route(
            "/os-hypervisors/{id}/servers",
            get(handlers::servers).within(span!(..2.53)),
        )
        .route(
            "/os-hypervisors/{id}/uptime",
            get(handlers::uptime).within(span!(..2.88)),
        )
}
