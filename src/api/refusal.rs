//! The one table from what went wrong in `compute` to what a client of the Compute API is told.

use http::StatusCode;

use super::Fault;
use crate::compute::Error;
use crate::{docker, virt};

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
            Error::Unavailable { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, message),
            Error::Driver(error) => Self::from(error),
            Error::Image(error) => Self::from(error),
            Error::Records(error) => {
                tracing::error!(error = %error, cause = ?error, "the records failed");
                Self::unexpected()
            }
        }
    }
}

impl From<virt::Error> for Fault {
    fn from(error: virt::Error) -> Self {
        let message = error.to_string();
        match error {
            virt::Error::NoSuchInstance(_) => Self::not_found(message),
            virt::Error::ImageUnacceptable { .. } | virt::Error::UserData(_) => Self::bad_request(message),
            virt::Error::Refused(_) => Self::conflict(message),
            virt::Error::Image(error) => Self::from(error),
            virt::Error::Engine(error) => Self::from(error),
        }
    }
}

impl From<docker::Error> for Fault {
    fn from(error: docker::Error) -> Self {
        let message = error.to_string();
        match error {
            docker::Error::Unreachable { .. } | docker::Error::Broken(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
            }
            docker::Error::Option { .. } | docker::Error::TooOld { .. } | docker::Error::Engine { .. } => {
                tracing::error!(error = %message, "the engine failed");
                Self::unexpected()
            }
        }
    }
}
