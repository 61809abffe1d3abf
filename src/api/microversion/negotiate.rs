//! Settles which version a request is answered at, and says so in every answer.

use axum::extract::{FromRequestParts, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::VARY;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{MAX, MIN, Microversion, NotAMicroversion};
use crate::api::Fault;

const STANDARD: HeaderName = HeaderName::from_static("openstack-api-version");
const LEGACY: HeaderName = HeaderName::from_static("x-openstack-nova-api-version");
const SERVICE: &str = "compute";

/// Why a request's version cannot be served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    #[error(transparent)]
    Malformed(#[from] NotAMicroversion),
    #[error("Version {0} is not supported by the API. Minimum is {MIN} and maximum is {MAX}.")]
    OutOfRange(Microversion),
}

/// Middleware: puts the [`Microversion`] where handlers and the layers outside can extract it. Goes around fallbacks too, so
/// that faults carry the headers.
pub async fn negotiate(mut request: Request, next: Next) -> Response {
    match requested(request.headers()) {
        Ok(version) => {
            request.extensions_mut().insert(version);
            answered_at(version, next.run(request).await)
        }
        Err(NotAccepted::OutOfRange(version)) => {
            let fault = Fault::new(
                StatusCode::NOT_ACCEPTABLE,
                NotAccepted::OutOfRange(version).to_string(),
            );
            answered_at(version, fault.into_response())
        }
        Err(malformed) => Fault::bad_request(malformed.to_string()).into_response(),
    }
}

/// Of a request to a version that knows no microversions.
pub fn ask_for_none(headers: &mut HeaderMap) {
    headers.remove(STANDARD);
    headers.remove(LEGACY);
}

fn requested(headers: &HeaderMap) -> Result<Microversion, NotAccepted> {
    match standard(headers).or_else(|| legacy(headers)) {
        None => Ok(MIN),
        Some("latest") => Ok(MAX),
        Some(text) => match text.parse()? {
            version if (MIN..=MAX).contains(&version) => Ok(version),
            version => Err(NotAccepted::OutOfRange(version)),
        },
    }
}

/// What the standard header asks of us; it may speak to several services, and the last word to one counts.
fn standard(headers: &HeaderMap) -> Option<&str> {
    let values = headers
        .get_all(STANDARD)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .filter_map(to_us)
        .next_back()
}

fn to_us(item: &str) -> Option<&str> {
    let (service, version) = item.trim().split_once(char::is_whitespace)?;
    service.eq_ignore_ascii_case(SERVICE).then(|| version.trim())
}

fn legacy(headers: &HeaderMap) -> Option<&str> {
    let value = headers
        .get_all(LEGACY)
        .iter()
        .next_back()?
        .to_str()
        .unwrap_or_default();
    value.rsplit(',').next().map(str::trim)
}

fn answered_at(version: Microversion, mut response: Response) -> Response {
    response.extensions_mut().insert(version);
    let headers = response.headers_mut();
    for (name, value) in [
        (STANDARD, format!("{SERVICE} {version}")),
        (LEGACY, version.to_string()),
    ] {
        // Digits, a dot and a known word always make a header value.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers.append(VARY, HeaderValue::from_static("OpenStack-API-Version"));
    headers.append(VARY, HeaderValue::from_static("X-OpenStack-Nova-API-Version"));
    response
}

impl<S: Sync> FromRequestParts<S> for Microversion {
    type Rejection = std::convert::Infallible;

    /// Outside [`negotiate`] nobody asked for anything, so it is the oldest.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(MIN))
    }
}
