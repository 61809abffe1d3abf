//! What is remembered: the records of servers, keys, flavors, images, networks and users, in SQL.

mod actions;
mod catalog;
mod console_auth_tokens;
mod deleted;
mod deployment;
mod flavors;
mod identities;
mod images;
mod instances;
mod kept;
mod keypairs;
mod moves;
mod networks;
mod open;
mod purge;
mod records;
mod store;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::sync::Arc;

use sqlx::SqlitePool;

use crate::objects::DeploymentId;
use instances::Instances;

pub use catalog::Catalog;
pub use console_auth_tokens::ConsoleAuthTokens;
pub use identities::{Assignment, Founding, Identities, Project, Token, User};
pub use images::Images;
pub use kept::Kept;
pub use networks::{NetworkRow, NetworkWrite, Networks};
pub use open::Fit;
pub use purge::Purged;
pub use records::{Change, Error, Records, See};

/// An open database; clones are the same one. This process alone has it: memory may stand for what the tables say.
#[derive(Debug, Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: SqlitePool,
    deployment: DeploymentId,
    instances: Instances,
    /// Held for as long as the database is open; in memory there is nothing to guard.
    _lock: Option<File>,
}

impl Db {
    /// The records of the image store.
    pub fn images(&self) -> Images {
        Images::new(self.inner.pool.clone())
    }

    /// The records of the standalone network service.
    pub fn networks(&self) -> Networks {
        Networks::new(self.inner.pool.clone())
    }

    /// The records of the standalone identity service.
    pub fn identities(&self) -> Identities {
        Identities::new(self.inner.pool.clone())
    }
}
