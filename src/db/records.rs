//! The seam between `compute` and where it keeps its records.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Catalog, ConsoleAuthTokens};
use crate::objects::{
    Action, DeploymentId, Flavor, FlavorId, Instance, InstanceId, Keypair, Migration, ProjectId, RequestId,
    UserId,
};

/// A change to one instance, made while nobody else changes it; `false` leaves the record as it was.
pub type Change<'a> = Box<dyn FnOnce(&mut Instance) -> bool + Send + 'a>;

/// Sees one instance after the other.
pub type See<'a> = &'a mut (dyn FnMut(&Arc<Instance>) -> ControlFlow<()> + Send);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no {kind} '{id}'")]
    NoSuch { kind: &'static str, id: String },
    #[error("there is a {kind} '{id}' already")]
    Exists { kind: &'static str, id: String },
    #[error("the database did not answer")]
    Sql(#[from] sqlx::Error),
    #[error("a record could not be read")]
    Malformed(#[from] serde_json::Error),
    #[error("the database could not be opened: {0}")]
    Open(String),
}

impl Error {
    pub(super) fn no_such(kind: &'static str, id: impl fmt::Display) -> Self {
        Self::NoSuch {
            kind,
            id: id.to_string(),
        }
    }

    /// What a failed insert means: a key that is there already, or no answer.
    pub(super) fn unless_taken(error: sqlx::Error, kind: &'static str, id: impl fmt::Display) -> Self {
        match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => Self::Exists {
                kind,
                id: id.to_string(),
            },
            _ => Self::Sql(error),
        }
    }

    pub(super) fn unless_found(rows: u64, kind: &'static str, id: impl fmt::Display) -> Result<(), Self> {
        match rows {
            0 => Err(Self::no_such(kind, id)),
            _ => Ok(()),
        }
    }
}

/// Everything `compute` reads and writes. One implementation is SQL; another may be a Nova conductor.
///
/// What was answered `Ok` outlives the process, and a new instance a power cut too. Deleted instances are gone from every read but that of the deleted.
#[async_trait]
pub trait Records: Catalog + ConsoleAuthTokens + fmt::Debug + Send + Sync {
    /// The same for the life of the database; made on first use.
    fn deployment(&self) -> DeploymentId;

    /// Stores a new instance. The number in it is replaced by the next free one.
    async fn create_instance(&self, instance: Instance) -> Result<Arc<Instance>, Error>;
    async fn instance(&self, id: InstanceId) -> Result<Arc<Instance>, Error>;
    /// All instances, newest first (`created_at`, then id), as Nova lists them.
    async fn instances(&self) -> Result<Vec<Arc<Instance>>, Error>;
    /// Those of one project or of all, newest first, from behind `after` on, until `see` breaks off.
    async fn walk_instances(
        &self,
        project: Option<&ProjectId>,
        after: Option<InstanceId>,
        see: See<'_>,
    ) -> Result<(), Error>;
    async fn change_instance(&self, id: InstanceId, change: Change<'_>) -> Result<Arc<Instance>, Error>;
    /// As if it had never been.
    async fn delete_instance(&self, id: InstanceId) -> Result<(), Error>;
    /// Puts it among the deleted ones, as it is after `change`; its actions stay readable, as in Nova.
    async fn end_instance(&self, id: InstanceId, at: Timestamp, change: Change<'_>) -> Result<(), Error>;
    /// What was put there at `since` or later, newest first: of one project or of all.
    async fn deleted_instances(
        &self,
        since: Option<Timestamp>,
        project: Option<&ProjectId>,
    ) -> Result<Vec<Instance>, Error>;

    async fn create_action(&self, action: &Action) -> Result<(), Error>;
    /// Replaces the action with the same instance and request.
    async fn save_action(&self, action: &Action) -> Result<(), Error>;
    async fn actions(&self, id: InstanceId) -> Result<Vec<Action>, Error>;
    async fn action(&self, id: InstanceId, request: &RequestId) -> Result<Action, Error>;

    /// Answers it with its number.
    async fn create_migration(&self, migration: Migration) -> Result<Migration, Error>;
    async fn save_migration(&self, migration: &Migration) -> Result<(), Error>;
    /// Newest first; of one instance, or of all.
    async fn migrations(&self, of: Option<InstanceId>) -> Result<Vec<Migration>, Error>;

    async fn create_keypair(&self, keypair: &Keypair) -> Result<(), Error>;
    async fn keypairs(&self, user: &UserId) -> Result<Vec<Keypair>, Error>;
    async fn keypair(&self, user: &UserId, name: &str) -> Result<Keypair, Error>;
    async fn delete_keypair(&self, user: &UserId, name: &str) -> Result<(), Error>;

    async fn create_flavor(&self, flavor: &Flavor) -> Result<(), Error>;
    async fn flavors(&self) -> Result<Vec<Arc<Flavor>>, Error>;
    async fn flavor(&self, id: &FlavorId) -> Result<Arc<Flavor>, Error>;
    /// Replaces the flavor with the same id.
    async fn save_flavor(&self, flavor: &Flavor) -> Result<(), Error>;
    async fn delete_flavor(&self, id: &FlavorId) -> Result<(), Error>;
}
