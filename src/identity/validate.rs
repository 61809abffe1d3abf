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
    #[error("there is no endpoint of type '{service}' in the catalog for region {region:?}")]
    NoEndpoint { service: String, region: Option<String> },
    #[error(transparent)]
    Records(#[from] crate::db::Error),
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

    /// The address for `WWW-Authenticate: Keystone uri="…"`.
    fn uri(&self) -> &str;
}
