//! How Neutron says no: `{"NeutronError": {"type": "NetworkNotFound", "message": "..", "detail": ""}}`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::network::local::{Error, Why};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) status: StatusCode,
    /// Neutron's name for it, which clients match on.
    pub(super) kind: &'static str,
    pub(super) message: String,
}

impl Fault {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            status,
            kind,
            message,
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "HTTPBadRequest", message)
    }

    /// What an attribute cannot be.
    pub(super) fn invalid(attribute: &str, reason: &str) -> Self {
        Self::bad_request(format!("Invalid input for {attribute}. Reason: {reason}"))
    }

    pub(super) fn not_allowed(rule: &str) -> Self {
        Error::not_allowed(rule).into()
    }

    pub(super) fn no_such_resource() -> Self {
        let message = "The resource could not be found.";
        Self::new(StatusCode::NOT_FOUND, "HTTPNotFound", message)
    }

    pub(super) fn not_found(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, kind, message)
    }

    pub(super) fn unexpected() -> Self {
        let message = "Request Failed: internal server error while processing your request.";
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "HTTPInternalServerError", message)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused { why, kind, message } => Self::new(status(why), kind, message),
            Error::Records(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "the network service could not keep a record");
                Self::unexpected()
            }
        }
    }
}

fn status(why: Why) -> StatusCode {
    match why {
        Why::NotFound => StatusCode::NOT_FOUND,
        Why::Invalid => StatusCode::BAD_REQUEST,
        Why::Forbidden => StatusCode::FORBIDDEN,
        Why::Conflict | Why::OverQuota | Why::Exhausted => StatusCode::CONFLICT,
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let told = json!({ "type": self.kind, "message": self.message, "detail": "" });
        (self.status, Json(json!({ "NeutronError": told }))).into_response()
    }
}

pub(super) async fn no_such_path() -> Fault {
    Fault::no_such_resource()
}

pub(super) async fn no_such_method() -> Fault {
    let message =
        "The server could not comply with the request since it is either malformed or otherwise incorrect.";
    Fault::new(StatusCode::METHOD_NOT_ALLOWED, "HTTPMethodNotAllowed", message)
}
