//! What the API says when it says no: `{"itemNotFound": {"code": 404, "message": ".."}}`.

use std::collections::BTreeSet;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

/// A refusal or failure on its way to the client. The message is for people, and some clients match on Nova's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Fault {
    pub status: StatusCode,
    pub message: String,
    /// Seconds; only 413 and 429 tell.
    pub retry_after: Option<u64>,
}

/// What the key of a fault is, by its status.
const NAMES: [(u16, &str); 11] = [
    (400, "badRequest"),
    (401, "unauthorized"),
    (403, "forbidden"),
    (404, "itemNotFound"),
    (405, "badMethod"),
    (409, "conflictingRequest"),
    (413, "overLimit"),
    (415, "badMediaType"),
    (429, "overLimit"),
    (501, "notImplemented"),
    (503, "serviceUnavailable"),
];
const OTHER: &str = "computeFault";

impl Fault {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            retry_after: None,
        }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// No such path, or none at this version.
    pub fn no_such_resource() -> Self {
        Self::not_found("The resource could not be found.")
    }

    /// What the client did not ask for and cannot mend; the cause has been logged.
    pub fn unexpected() -> Self {
        let message = "The server has either erred or is incapable of performing the requested operation.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    pub fn malformed_body() -> Self {
        Self::bad_request("Malformed request body")
    }

    /// What Nova refuses without saying why.
    pub fn malformed() -> Self {
        let message = "The server could not comply with the request since it is either malformed or otherwise incorrect.";
        Self::bad_request(message)
    }

    pub fn not_supported() -> Self {
        Self::new(
            StatusCode::NOT_IMPLEMENTED,
            "The requested functionality is not supported.",
        )
    }

    /// What Nova once did and does no more.
    pub fn gone() -> Self {
        Self::new(
            StatusCode::GONE,
            "This resource is no longer available. No forwarding address is given.",
        )
    }

    fn name(&self) -> &'static str {
        let mut named = NAMES.iter().filter(|(code, _)| *code == self.status.as_u16());
        named.next().map_or(OTHER, |(_, name)| name)
    }

    /// The schema of every fault.
    pub(super) fn described() -> Value {
        let names: BTreeSet<&str> = NAMES.iter().map(|(_, name)| *name).chain([OTHER]).collect();
        let told = json!({
            "type": "object",
            "properties": {"code": {"type": "integer"}, "message": {"type": "string"}, "retryAfter": {"type": "string"}},
            "required": ["code", "message"],
            "additionalProperties": false,
        });
        json!({"type": "object", "propertyNames": {"enum": names}, "additionalProperties": told, "minProperties": 1, "maxProperties": 1})
    }

    fn told_retry_after(&self) -> Option<u64> {
        self.retry_after.filter(|_| self.name() == "overLimit")
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let retry_after = self.told_retry_after();
        let mut told = Map::from_iter([
            ("code".to_owned(), self.status.as_u16().into()),
            ("message".to_owned(), self.message.as_str().into()),
        ]);
        if let Some(seconds) = retry_after {
            told.insert("retryAfter".to_owned(), seconds.to_string().into());
        }
        let body = json!({ self.name(): told }).to_string();
        let mut response = (
            self.status,
            [(CONTENT_TYPE, "application/json; charset=UTF-8")],
            body,
        )
            .into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The handler for paths nobody knows.
pub async fn no_such_path() -> Fault {
    Fault::no_such_resource()
}

/// The handler for methods a known path does not have.
pub async fn no_such_method(request: Request) -> Fault {
    let message = format!(
        "The method {} is not allowed for this resource.",
        request.method()
    );
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, message)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn body(fault: Fault) -> String {
        let body = to_bytes(fault.into_response().into_body(), usize::MAX)
            .await
            .unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_fault_is_named_after_its_status() {
        let names = [
            (400, "badRequest"),
            (406, "computeFault"),
            (409, "conflictingRequest"),
            (503, "serviceUnavailable"),
        ];
        for (code, name) in names {
            let fault = Fault::new(StatusCode::from_u16(code).unwrap(), "No \"such\" luck.");
            let expected = format!(r#"{{"{name}":{{"code":{code},"message":"No \"such\" luck."}}}}"#);
            assert_eq!(body(fault).await, expected);
        }
    }

    #[tokio::test]
    async fn only_a_limit_says_when_to_come_back() {
        let limit = Fault {
            retry_after: Some(30),
            ..Fault::new(StatusCode::TOO_MANY_REQUESTS, "Slow down.")
        };
        assert_eq!(limit.clone().into_response().headers()[RETRY_AFTER], "30");
        assert_eq!(
            body(limit).await,
            r#"{"overLimit":{"code":429,"message":"Slow down.","retryAfter":"30"}}"#
        );
        let conflict = Fault {
            retry_after: Some(30),
            ..Fault::conflict("Busy.")
        };
        assert_eq!(
            body(conflict).await,
            r#"{"conflictingRequest":{"code":409,"message":"Busy."}}"#
        );
    }
}
