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

impl Image {
    /// Why the formats that the image was uploaded with are none of a server's, and how to upload it instead. Whether the
    /// data is what they say is another question.
    pub fn format_objection(&self) -> Option<String> {
        let upload = "upload it with `docker save NAME | openstack image create NAME --container-format docker \
                      --disk-format raw`";
        let container = self.container_format.as_deref().unwrap_or("not set");
        let disk = self.disk_format.as_deref();
        if self.engine_id.is_some() {
            None
        } else if !matches!(container, "docker" | "bare") {
            Some(format!(
                "its container format is {container}, a server needs docker: {upload}"
            ))
        } else {
            let disk = disk.filter(|disk| *disk != "raw")?;
            Some(format!("its disk format is {disk}, a server needs raw: {upload}"))
        }
    }
}
