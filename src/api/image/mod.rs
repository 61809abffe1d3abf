//! The image API of a cloud of one machine: as much of Glance v2 as its clients use.

mod body;
mod data;
mod error;
mod images;
mod listing;
mod members;
mod patch;
mod rights;
mod schemas;
mod shown;
mod tags;
#[cfg(test)]
mod tests;
mod versions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::{get, put};

use super::context::authenticate;
use super::fault::{no_such_method, no_such_path};
use super::{Fault, RequestIds, with_shared_layers};
use crate::identity::Validate;
use crate::image::local::LocalImages;

/// Every path of the service, with the layers that all services share around them.
pub fn router(images: LocalImages, identity: Arc<dyn Validate>, ids: RequestIds) -> Router {
    let routes = Router::new()
        .route("/", get(versions::choices))
        .route("/versions", get(versions::list))
        .route("/v2", get(versions::choices))
        .route("/v2/", get(versions::choices))
        .route("/healthcheck", get(|| async { "OK" }))
        .merge(resources().route_layer(from_fn_with_state(identity, authenticate)))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method);
    with_shared_layers(routes.with_state(images), ids, || {
        Fault::unexpected().into_response()
    })
}

/// What only those get to who have a token.
fn resources() -> Router<LocalImages> {
    Router::new()
        .route("/v2/schemas/{name}", get(schemas::show))
        .route("/v2/info/import", get(schemas::import_methods))
        .route("/v2/info/stores", get(schemas::stores))
        .route("/v2/images", get(images::list).post(images::create))
        .route(
            "/v2/images/{id}",
            get(images::show).patch(images::update).delete(images::delete),
        )
        .route("/v2/images/{id}/file", get(data::download).put(data::upload))
        .route("/v2/images/{id}/tags/{tag}", put(tags::add).delete(tags::remove))
        .route(
            "/v2/images/{id}/members",
            get(members::list).post(members::refuse),
        )
        .route(
            "/v2/images/{id}/members/{member}",
            get(members::show).put(members::refuse).delete(members::refuse),
        )
}
