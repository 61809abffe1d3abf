//! An image as the image service describes it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ImageId, ProjectId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageStatus {
    Queued,
    Saving,
    Active,
    Killed,
    Deleted,
    Deactivated,
    PendingDelete,
    Importing,
    Uploading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Public,
    Private,
    Shared,
    Community,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Image {
    pub id: ImageId,
    pub name: Option<String>,
    pub status: ImageStatus,
    pub visibility: Visibility,
    pub owner: Option<ProjectId>,
    pub container_format: Option<String>,
    pub disk_format: Option<String>,
    /// Bytes; unknown until the upload has ended.
    pub size: Option<u64>,
    pub virtual_size: Option<u64>,
    /// MD5, as `checksum` shows it.
    pub checksum: Option<String>,
    pub hash_algo: Option<String>,
    pub hash_value: Option<String>,
    pub min_disk: u64,
    pub min_ram: u64,
    pub protected: bool,
    pub hidden: bool,
    pub tags: Vec<String>,
    /// Everything Glance has no field for: `os_command_line`, `hw_*`, a user's own.
    pub properties: BTreeMap<String, String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The engine's own id (`sha256:…`) when the image needs no loading: it is one the local engine already had.
    pub engine_id: Option<String>,
}
