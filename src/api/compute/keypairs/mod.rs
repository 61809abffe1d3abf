//! Keypairs: list, show, create or import, delete.

mod handlers;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-keypairs", get(handlers::list).post(handlers::create))
        .route(
            "/os-keypairs/{name}",
            get(handlers::show).delete(handlers::delete),
        )
}
