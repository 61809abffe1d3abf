//! Routes that are listed as they are made: what answers a request and what the API's document says of it have one source.

mod methods;
mod operation;

use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;

pub use self::methods::{Methods, Routes, delete, get, post, put};
pub use self::operation::{Answer, Asked, Described, NOTHING, Operation, Part, ShownBody, whole};
use super::{Fault, Microversion, Span};

/// Gives the methods of a route their range of versions; outside it they are not there. Methods with ranges of their own
/// are merged: `get(list).merge(post(create).within(span!(2.26..)))`.
pub trait Within {
    #[must_use]
    fn within(self, span: Span) -> Self;
}

impl<S: Clone + Send + Sync + 'static> Within for MethodRouter<S> {
    fn within(self, span: Span) -> Self {
        self.route_layer(from_fn_with_state(span, only_within))
    }
}

async fn only_within(
    State(span): State<Span>,
    version: Microversion,
    request: Request,
    next: Next,
) -> Response {
    if span.contains(version) {
        next.run(request).await
    } else {
        Fault::no_such_resource().into_response()
    }
}
