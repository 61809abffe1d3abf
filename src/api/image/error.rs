//! What the image API answers to each error of the store. Bodies are shaped as Nova's: every client reads those.

use http::StatusCode;

use crate::api::Fault;
use crate::identity;
use crate::image::Error;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound(what) => not_found(&what),
            Error::Forbidden(message) => Self::forbidden(message),
            Error::Invalid(message) => Self::bad_request(message),
            Error::Conflict(message) => Self::conflict(message),
            Error::Identity(error) => of_identity(&error),
            error if error.is_engine_away() => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "the image store failed");
                Self::unexpected()
            }
        }
    }
}

/// Also for what cannot be an id.
pub(super) fn not_found(id: &str) -> Fault {
    Fault::not_found(format!(
        "Failed to find image {id} to show: No image found with ID {id}"
    ))
}

/// Our own session with the identity service, not the caller's token.
fn of_identity(error: &identity::Error) -> Fault {
    match error {
        identity::Error::Unauthorized => Fault::unauthorized(error.to_string()),
        error => {
            let error = error as &dyn std::error::Error;
            tracing::error!(error, "the identity service does not help");
            Fault::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The identity service is not available at the moment.",
            )
        }
    }
}
