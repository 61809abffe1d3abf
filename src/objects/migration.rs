//! The record of a server's move from one flavor to another.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{FlavorId, InstanceId, ProjectId, UserId};

/// One of `os-migrations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Counts up.
    pub id: i64,
    pub uuid: Uuid,
    pub instance_id: InstanceId,
    pub project_id: ProjectId,
    /// Who asked for it.
    pub user_id: UserId,
    pub kind: MigrationKind,
    pub status: MigrationStatus,
    pub old_flavor: FlavorId,
    pub new_flavor: FlavorId,
    pub source_host: Option<String>,
    pub dest_host: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationKind {
    Resize,
}

impl MigrationKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resize => "resize",
        }
    }
}

/// How far it came, in Nova's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MigrationStatus {
    PreMigrating,
    Migrating,
    Finished,
    Confirmed,
    Reverting,
    Reverted,
    Error,
}

impl MigrationStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreMigrating => "pre-migrating",
            Self::Migrating => "migrating",
            Self::Finished => "finished",
            Self::Confirmed => "confirmed",
            Self::Reverting => "reverting",
            Self::Reverted => "reverted",
            Self::Error => "error",
        }
    }
}
