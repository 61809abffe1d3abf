//! The one table from what went wrong in `compute` to what a client of the Compute API is told.

use http::StatusCode;

use super::Fault;
use crate::compute::Error;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::NoSuchInstance(_)
            | Error::NoSuchFlavor(_)
            | Error::NoSuchImage(_)
            | Error::NoSuchKeypair { .. }
            | Error::NoSuchAction { .. }
            | Error::NotFound(_) => Self::not_found(message),
            Error::InvalidState { .. } | Error::Locked(_) | Error::Conflict(_) => Self::conflict(message),
            Error::Invalid(_) | Error::NoValidHost(_) => Self::bad_request(message),
            Error::Forbidden(_) | Error::OverQuota { .. } => Self::forbidden(message),
            Error::InterfaceAttachFailed { .. } | Error::VirtualInterfaceCreate => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
            Error::Unavailable { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, message),
            Error::Image(error) => Self::from(error),
            Error::Driver(_) | Error::Network(_) | Error::Records(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::unexpected()
            }
        }
    }
}
