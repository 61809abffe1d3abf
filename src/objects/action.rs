//! The log of what was asked of a server, and how each step of it went.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{InstanceId, ProjectId, RequestId, UserId};

/// One request to a server (`os-instance-actions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub instance_id: InstanceId,
    pub request_id: RequestId,
    /// Nova's word: `create`, `reboot`, `stop`, ...
    pub action: String,
    pub user_id: UserId,
    pub project_id: ProjectId,
    pub start_time: Timestamp,
    pub updated_at: Timestamp,
    /// `Error` when it failed, else nothing.
    pub message: Option<String>,
    pub events: Vec<ActionEvent>,
}

/// One step of an action: `compute__do_build_and_run_instance`, ...
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionEvent {
    pub event: String,
    pub host: String,
    pub start_time: Timestamp,
    pub finish_time: Option<Timestamp>,
    /// `Success` or `Error`, once it is over.
    pub result: Option<String>,
    /// Why it failed, for people.
    pub details: Option<String>,
}
