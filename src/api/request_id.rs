//! Every request gets an id, told to the client and to the log; a caller's own id is carried along.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;
use tracing::field::Empty;
use uuid::Uuid;

use super::Fault;
use crate::objects::{RequestId, World};

const EVERYWHERE: HeaderName = HeaderName::from_static("x-openstack-request-id");

/// Makes the ids of one service.
#[derive(Debug, Clone)]
pub struct RequestIds {
    world: Arc<dyn World>,
    also_in: Option<HeaderName>,
}

/// How one request is known: here, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestIdentity {
    pub local: RequestId,
    /// The caller's id, if it has the right form.
    pub global: Option<RequestId>,
}

impl RequestIds {
    /// Nova answers in `x-compute-request-id` too; most services only in the header that all have.
    pub fn new(world: Arc<dyn World>, also_in: Option<HeaderName>) -> Self {
        Self { world, also_in }
    }

    /// Those of the Compute API.
    pub fn of_compute(world: Arc<dyn World>) -> Self {
        Self::new(world, Some(HeaderName::from_static("x-compute-request-id")))
    }
}

/// Middleware: names the request, runs it in a span that carries the name, and answers with it.
pub async fn identify(State(ids): State<RequestIds>, mut request: Request, next: Next) -> Response {
    let local = format!("req-{}", ids.world.uuid());
    let global = inbound(request.headers());
    let span = tracing::info_span!(
        "request",
        request_id = local,
        global_request_id = global.as_deref(),
        user_id = Empty,
        project_id = Empty,
    );
    let header = HeaderValue::from_str(&local).ok();
    let identity = RequestIdentity {
        local: RequestId(local),
        global: global.map(RequestId),
    };
    request.extensions_mut().insert(identity);
    let mut response = next.run(request).instrument(span).await;
    for name in [Some(EVERYWHERE), ids.also_in].into_iter().flatten() {
        response
            .headers_mut()
            .extend(header.clone().map(|value| (name, value)));
    }
    response
}

fn inbound(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(EVERYWHERE)?.to_str().ok()?;
    let uuid = text.strip_prefix("req-")?;
    (uuid.len() == 36 && Uuid::try_parse(uuid).is_ok()).then(|| text.to_owned())
}

impl<S: Sync> FromRequestParts<S> for RequestIdentity {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts.extensions.get().cloned().ok_or_else(|| {
            tracing::error!("a request came in past the layer that names requests");
            Fault::unexpected()
        })
    }
}
