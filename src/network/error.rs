//! Why a network service did not do what was asked.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was named is not there, or not for this caller. In Nova's or Neutron's words.
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Forbidden(String),
    /// Bad input, in words for the user.
    #[error("{0}")]
    Invalid(String),
    /// An address taken twice, a port in use, more than one network to choose from.
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    OverQuota(String),
    /// No more addresses, no more networks.
    #[error("{0}")]
    Exhausted(String),
    /// Whether it did what it was asked is not known. A reason says how long it was waited for.
    #[error("the network service at {url} did not answer: {reason}")]
    Unreachable { url: String, reason: String },
    /// The service's own sentence.
    #[error("the network service answered {status}: {message}")]
    Refused { status: u16, message: String },
    #[error(transparent)]
    Identity(#[from] crate::identity::Error),
    #[error(transparent)]
    Records(#[from] crate::db::Error),
    #[error(transparent)]
    Vif(#[from] super::vif::Error),
}
