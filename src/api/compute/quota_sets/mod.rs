//! `/os-quota-sets`: what a project, or a user in it, may have.

mod handlers;
mod limit;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;

pub(super) use limit::{QuotaLimit, given};

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route(
            "/os-quota-sets/{id}",
            get(handlers::show).put(handlers::update).delete(handlers::delete),
        )
        .route("/os-quota-sets/{id}/detail", get(handlers::detail))
        .route("/os-quota-sets/{id}/defaults", get(handlers::defaults))
}
