//! Takes a request's body and reads it at the request's version.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::Request;
use crate::api::{Fault, Microversion};

/// Extracts a table made by `request!`.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: Request, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Fault> {
        let (version, bytes) = take(request, state).await?;
        // Nova reads an empty body as `None`, and then complains about that.
        let root = if bytes.is_empty() {
            Value::Null
        } else {
            json(&bytes)?
        };
        Ok(Self(T::parse(version, &root)?))
    }
}

/// The body as it came, once it is known to be meant as JSON.
pub(super) async fn take<S>(
    request: axum::extract::Request,
    state: &S,
) -> Result<(Microversion, Bytes), Fault>
where
    S: Send + Sync,
{
    let (mut parts, body) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(Fault::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported Content-Type",
        ));
    }
    let Ok(version) = Microversion::from_request_parts(&mut parts, state).await;
    let request = axum::extract::Request::from_parts(parts, body);
    Ok((
        version,
        Bytes::from_request(request, state).await.map_err(not_taken)?,
    ))
}

pub(super) fn json(bytes: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(bytes).map_err(|_| Fault::malformed_body())
}

/// Plain text and no type at all are what clients send who mean JSON and did not say so.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let essence = value
        .to_str()
        .unwrap_or("?")
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    matches!(
        essence.as_str(),
        "" | "text/plain" | "application/json" | "application/vnd.openstack.compute+json"
    )
}

fn not_taken(rejection: BytesRejection) -> Fault {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "Request is too large."),
        _ => Fault::malformed_body(),
    }
}
