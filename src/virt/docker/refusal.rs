//! The engine's errors in the driver's terms.

use crate::objects::InstanceId;
use crate::virt::Error;

/// What the engine said is the reason; anything else is trouble with the engine itself.
pub(super) fn refused(error: impl Into<crate::docker::Error>) -> Error {
    match error.into() {
        crate::docker::Error::Engine { message, .. } => Error::Refused(message),
        other => Error::Engine(other),
    }
}

/// As [`refused`], where 404 means that the container went away between two requests.
pub(super) fn refused_for(id: InstanceId) -> impl FnOnce(bollard::errors::Error) -> Error {
    move |error| match crate::docker::Error::from(error) {
        gone if gone.is_not_found() => Error::NoSuchInstance(id),
        other => refused(other),
    }
}
