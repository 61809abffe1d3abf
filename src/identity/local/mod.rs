//! The standalone identity service: users, projects, roles and tokens, kept in the installation's own database.

mod authenticate;
mod bootstrap;
mod cache;
mod clouds;
mod password;
mod projects;
mod roles;
mod token;
mod users;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use async_trait::async_trait;
use jiff::SignedDuration;

use super::{Error, ValidToken, Validate};
use crate::db::{Db, Identities};
use crate::objects::World;
use cache::Cache;

pub use authenticate::{Authenticate, Domain, Proof, Reference, Scope};
pub use clouds::Clouds;
pub use projects::{NewProject, Project, ProjectChange};
pub use roles::Assignment;
pub use token::{Issued, Token};
pub use users::{NewUser, User, UserChange};

/// The one domain there is: its id, and its name.
pub const DOMAIN: (&str, &str) = ("default", "Default");

/// The standalone identity service; clones are the same one.
#[derive(Debug, Clone)]
pub struct Local {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    records: Identities,
    world: Arc<dyn World>,
    /// How long a token is good.
    token_expiration: SignedDuration,
    /// Where clients reach this service.
    uri: String,
    cache: Cache,
    /// When expired tokens were last deleted, in seconds.
    pruned_at: AtomicI64,
}

impl Local {
    /// `uri` is where clients reach this service, `token_expiration` how long a token is good.
    pub fn new(db: &Db, world: Arc<dyn World>, token_expiration: SignedDuration, uri: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                records: db.identities(),
                world,
                token_expiration,
                uri: uri.to_owned(),
                cache: Cache::default(),
                pruned_at: AtomicI64::new(0),
            }),
        }
    }
}

#[async_trait]
impl Validate for Local {
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, Error> {
        Ok(self.token(token).await?.valid.clone())
    }

    fn uri(&self) -> &str {
        &self.inner.uri
    }
}
