//! The one table from what went wrong in `compute` to what a client of the Compute API is told.

use http::StatusCode;

use super::Fault;
use crate::compute::Error;
use crate::network;

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
            Error::Unsupported(_) => Self::not_supported(),
            Error::InterfaceAttachFailed { id, reason } => {
                tracing::error!(instance.id = %id, reason, "an interface was not attached");
                let message = format!("Failed to attach network adapter device to {id}");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
            }
            Error::VirtualInterfaceCreate => Self::new(StatusCode::INTERNAL_SERVER_ERROR, message),
            Error::Unavailable { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, message),
            Error::Image(error) => Self::from(error),
            Error::Network(error) => Self::from(error),
            Error::Driver(_) | Error::Records(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::unexpected()
            }
        }
    }
}

/// A network service's own sentence is for the caller; what broke behind it is not.
impl From<network::Error> for Fault {
    fn from(error: network::Error) -> Self {
        use network::Error;
        let message = error.to_string();
        match error {
            Error::NotFound(_) => Self::not_found(message),
            Error::Forbidden(_) | Error::OverQuota(_) => Self::forbidden(message),
            Error::Invalid(_) | Error::Exhausted(_) => Self::bad_request(message),
            Error::Conflict(_) => Self::conflict(message),
            Error::Refused { status: 400..500, .. } => Self::bad_request(message),
            Error::Refused { .. } | Error::Unreachable { .. } => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the network service did not serve a request"
                );
                Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
            }
            Error::Identity(_) | Error::Records(_) | Error::Vif(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::unexpected()
            }
        }
    }
}
