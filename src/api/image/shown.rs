//! An image as the API shows it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::objects::{Image, ImageId, ImageStatus, ProjectId, Visibility};

/// A property of the user's own stands among the fields, never in the place of one.
#[derive(Debug, Serialize)]
pub(super) struct ShownImage {
    #[serde(flatten)]
    properties: BTreeMap<String, String>,
    name: Option<String>,
    disk_format: Option<String>,
    container_format: Option<String>,
    visibility: Visibility,
    size: Option<u64>,
    virtual_size: Option<u64>,
    status: ImageStatus,
    checksum: Option<String>,
    protected: bool,
    min_ram: u64,
    min_disk: u64,
    owner: Option<ProjectId>,
    os_hidden: bool,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
    id: ImageId,
    created_at: String,
    updated_at: String,
    tags: Vec<String>,
    #[serde(rename = "self")]
    itself: String,
    file: String,
    schema: &'static str,
}

impl From<Image> for ShownImage {
    fn from(image: Image) -> Self {
        let itself = format!("/v2/images/{}", image.id);
        Self {
            properties: image.properties,
            name: image.name,
            disk_format: image.disk_format,
            container_format: image.container_format,
            visibility: image.visibility,
            size: image.size,
            virtual_size: image.virtual_size,
            status: image.status,
            checksum: image.checksum,
            protected: image.protected,
            min_ram: image.min_ram,
            min_disk: image.min_disk,
            owner: image.owner,
            os_hidden: image.hidden,
            os_hash_algo: image.hash_algo,
            os_hash_value: image.hash_value,
            id: image.id,
            created_at: seconds(image.created_at),
            updated_at: seconds(image.updated_at),
            tags: image.tags,
            file: format!("{itself}/file"),
            itself,
            schema: "/v2/schemas/image",
        }
    }
}

/// `2026-11-21T08:00:00Z`
fn seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
