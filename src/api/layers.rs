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
use super::leftover::take_the_rest;
use super::microversion::negotiate;
use super::request_id::{RequestIds, identify};

/// Bytes of body that oslo's services take before they answer 413.
const MAX_BODY: usize = 114_688;

/// From outside in: the request's id, the line in the log, what was left of the body, panics as what `broken` answers, then the routes with their
/// fallbacks. Call it last: routes and layers added later stay outside. Streamed bodies are not limited, read ones are.
pub fn with_shared_layers<S>(routes: Router<S>, ids: RequestIds, broken: fn() -> Response) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes
        .layer(CatchPanicLayer::custom(move |cause| panicked(cause, broken)))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(take_the_rest))
        .layer(from_fn(log_access))
        .layer(from_fn_with_state(ids, identify))
}

/// The same for the Compute API: microversions inside, so that whatever is answered tells one, and faults for what the
/// routes do not know.
pub fn with_compute_layers<S>(routes: Router<S>, ids: RequestIds) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let routes = routes
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(|cause| panicked(cause, broken)))
        .layer(from_fn(negotiate));
    with_shared_layers(routes, ids, broken)
}

fn broken() -> Response {
    Fault::unexpected().into_response()
}

fn panicked(cause: Box<dyn Any + Send>, broken: fn() -> Response) -> Response {
    let cause = cause
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(cause, "a handler panicked");
    broken()
}
