//! The seam between a door and whoever knows its callers: a real Keystone, or our own records.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown, expired, revoked, or of a disabled user: the door answers 401 and does not say which.
    #[error("The request you have made requires authentication.")]
    Unauthorized,
    #[error("the identity service at {url} did not answer")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the identity service at {url} answered {status}")]
    Refused { url: String, status: u16 },
    #[error(
        "there is no endpoint of type '{service}' in the catalog{}",
        in_region(region)
    )]
    NoEndpoint { service: String, region: Option<String> },
    /// Reached and well, but its answer is not one: a proxy's page, another service on that port.
    #[error("the identity service at {url} gave an answer that is none: {reason}")]
    Nonsense { url: String, reason: String },
    /// A setting that cannot work, in words that name it.
    #[error("{0}")]
    Setting(String),
    #[error("Could not find {kind}: {id}.")]
    NoSuch { kind: &'static str, id: String },
    #[error("Conflict occurred attempting to store {kind} - Duplicate entry found with name {id}.")]
    Exists { kind: &'static str, id: String },
    /// Bad input, in words for the user.
    #[error("{0}")]
    Invalid(String),
    #[error("{path} could not be written")]
    Clouds {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("a password could not be hashed: {0}")]
    Hash(String),
    #[error(transparent)]
    Records(crate::db::Error),
}

impl From<crate::db::Error> for Error {
    fn from(error: crate::db::Error) -> Self {
        match error {
            crate::db::Error::NoSuch { kind, id } => Self::NoSuch { kind, id },
            crate::db::Error::Exists { kind, id } => Self::Exists { kind, id },
            other => Self::Records(other),
        }
    }
}

/// A thing with an id and a name, in a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub domain_id: String,
    pub domain_name: String,
}

/// What a valid token says.
#[derive(Debug, Clone)]
pub struct ValidToken {
    pub user: Named,
    /// None for a token without a project (unscoped, domain, system).
    pub project: Option<Named>,
    pub roles: Vec<String>,
    pub expires_at: Timestamp,
}

#[async_trait]
pub trait Validate: fmt::Debug + Send + Sync {
    /// May answer from a cache no older than `[keystone_authtoken] token_cache_time`.
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, Error>;

    /// Of a caller who came by way of another service, which vouches with a token of its own: what they asked for may have
    /// taken longer than their token lives.
    async fn validate_expired(&self, token: &str) -> Result<Arc<ValidToken>, Error> {
        self.validate(token).await
    }

    /// Whether a service may vouch with this token.
    fn is_service(&self, token: &ValidToken) -> bool {
        token.roles.iter().any(|role| role == "service")
    }

    /// The address for `WWW-Authenticate: Keystone uri="…"`.
    fn uri(&self) -> &str;
}

fn in_region(region: &Option<String>) -> String {
    region
        .as_ref()
        .map(|region| format!(" for region {region}"))
        .unwrap_or_default()
}
