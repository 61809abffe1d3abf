//! What every service puts around its routes, in the order it has to be.

use std::any::Any;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;

use super::Fault;
use super::access_log::log_access;
use super::fault::{no_such_method, no_such_path};
use super::microversion::negotiate;
use super::request_id::{RequestIds, identify};

/// Bytes of body that oslo's services take before they answer 413.
const MAX_BODY: usize = 114_688;

/// From outside in: the request's id, the line in the log, panics as faults, then the routes, with a fault for what they do
/// not know. Call it last: routes and layers added later stay outside.
pub fn with_shared_layers<S>(routes: Router<S>, ids: RequestIds) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    around(with_fallbacks(routes), ids)
}

/// The same for a service with microversions, whose faults tell the version too.
pub fn with_compute_layers<S>(routes: Router<S>, ids: RequestIds) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let routes = with_fallbacks(routes).layer(CatchPanicLayer::custom(panicked));
    around(routes.layer(from_fn(negotiate)), ids)
}

fn with_fallbacks<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
}

fn around<S: Clone + Send + Sync + 'static>(routes: Router<S>, ids: RequestIds) -> Router<S> {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(log_access))
        .layer(from_fn_with_state(ids, identify))
}

fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let cause = cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(cause, "a handler panicked");
    Fault::unexpected().into_response()
}
