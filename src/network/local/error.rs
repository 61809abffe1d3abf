//! Why the network service says no, in Neutron's words and by Neutron's names.

use std::fmt::Display;

use crate::{db, network};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{message}")]
    Refused {
        why: Why,
        /// Neutron's name for it: `NetworkNotFound`.
        kind: &'static str,
        message: String,
    },
    #[error(transparent)]
    Records(#[from] db::Error),
}

/// What kind of no it is, whatever it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    NotFound,
    Invalid,
    Forbidden,
    Conflict,
    OverQuota,
    /// No more addresses, no more prefixes.
    Exhausted,
}

impl Error {
    fn new(why: Why, kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Refused { why, kind, message }
    }

    pub fn not_found(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(Why::NotFound, kind, message)
    }

    pub fn invalid(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(Why::Invalid, kind, message)
    }

    /// What Neutron says of most mistakes that only show when everything is known.
    pub fn input(reason: impl Display) -> Self {
        let message = format!("Invalid input for operation: {reason}.");
        Self::invalid("InvalidInput", message)
    }

    /// `reason` is a sentence.
    pub fn bad_request(resource: &str, reason: impl Display) -> Self {
        Self::invalid("BadRequest", format!("Bad {resource} request: {reason}"))
    }

    pub fn conflict(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(Why::Conflict, kind, message)
    }

    pub fn exhausted(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(Why::Exhausted, kind, message)
    }

    /// `rule` is Neutron's name for what was tried: `update_network`.
    pub fn not_allowed(rule: impl Display) -> Self {
        let message = format!("rule:{rule} is disallowed by policy");
        Self::new(Why::Forbidden, "PolicyNotAuthorized", message)
    }

    /// `resource` is Neutron's word: `port`.
    pub fn over_quota(resource: &str) -> Self {
        let message = format!("Quota exceeded for resources: ['{resource}'].");
        Self::new(Why::OverQuota, "OverQuota", message)
    }

    pub(super) fn unknown_kind(kind: &str) -> Self {
        let message = format!("there are network resources of the unknown kind '{kind}'");
        Self::Records(db::Error::Open(message))
    }
}

impl From<Error> for network::Error {
    fn from(error: Error) -> Self {
        let (why, message) = match error {
            Error::Refused { why, message, .. } => (why, message),
            Error::Records(error) => return Self::Records(error),
        };
        match why {
            Why::NotFound => Self::NotFound(message),
            Why::Invalid => Self::Invalid(message),
            Why::Forbidden => Self::Forbidden(message),
            Why::Conflict => Self::Conflict(message),
            Why::OverQuota => Self::OverQuota(message),
            Why::Exhausted => Self::Exhausted(message),
        }
    }
}
