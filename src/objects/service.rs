//! The compute service of a host, as administrators see and change it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputeService {
    pub host: String,
    pub uuid: Uuid,
    /// Of the host's compute node.
    pub node: Uuid,
    /// No new server comes here.
    pub disabled: bool,
    pub disabled_reason: Option<String>,
    /// Taken for down whatever is seen of it.
    pub forced_down: bool,
    pub created_at: Timestamp,
}

impl ComputeService {
    pub const BINARY: &'static str = "nova-compute";
    /// What it and its node were known by before they had UUIDs; there is one host.
    pub const NUMBER: i64 = 1;
}
