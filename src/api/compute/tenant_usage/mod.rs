//! `/os-simple-tenant-usage`: how much of what projects had, in a span of time.

mod handlers;
mod period;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-simple-tenant-usage", get(handlers::list))
        .route("/os-simple-tenant-usage/{id}", get(handlers::show))
}
