//! Flavors: list, detail, show.

mod handlers;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;

pub(super) use view::FlavorSummary;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/flavors", get(handlers::list))
        .route("/flavors/detail", get(handlers::detail))
        .route("/flavors/{id}", get(handlers::show))
        .route("/flavors/{id}/os-extra_specs", get(handlers::extra_specs))
        .route("/flavors/{id}/os-extra_specs/{key}", get(handlers::extra_spec))
}
