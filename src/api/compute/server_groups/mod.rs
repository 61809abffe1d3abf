//! Server groups: list, show, create, delete.

mod handlers;
mod request;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-server-groups", get(handlers::list).post(handlers::create))
        .route(
            "/os-server-groups/{id}",
            get(handlers::show).delete(handlers::delete),
        )
}
