//! What Glance answers, in our words.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reqwest::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::image::Error;
use crate::objects::{Image, ImageId, ImageStatus, ProjectId, Visibility};

/// More of an error than anybody reads.
const LONGEST: usize = 500;

/// An image as Glance shows it: its fields, and the user's properties among them.
#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    id: ImageId,
    name: Option<String>,
    status: ImageStatus,
    visibility: Visibility,
    owner: Option<ProjectId>,
    container_format: Option<String>,
    disk_format: Option<String>,
    size: Option<u64>,
    virtual_size: Option<u64>,
    checksum: Option<String>,
    os_hash_algo: Option<String>,
    os_hash_value: Option<String>,
    #[serde(default)]
    min_disk: u64,
    #[serde(default)]
    min_ram: u64,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    os_hidden: bool,
    #[serde(default)]
    tags: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// Links and places: of no use to us.
const NOT_PROPERTIES: [&str; 6] = ["self", "file", "schema", "direct_url", "locations", "stores"];

impl From<Shown> for Image {
    fn from(shown: Shown) -> Self {
        let text = |(name, value): (String, Value)| match value {
            Value::String(text) if !NOT_PROPERTIES.contains(&name.as_str()) => Some((name, text)),
            _ => None,
        };
        Self {
            id: shown.id,
            name: shown.name,
            status: shown.status,
            visibility: shown.visibility,
            owner: shown.owner,
            container_format: shown.container_format,
            disk_format: shown.disk_format,
            size: shown.size,
            virtual_size: shown.virtual_size,
            checksum: shown.checksum,
            hash_algo: shown.os_hash_algo,
            hash_value: shown.os_hash_value,
            min_disk: shown.min_disk,
            min_ram: shown.min_ram,
            protected: shown.protected,
            hidden: shown.os_hidden,
            tags: shown.tags,
            properties: shown.others.into_iter().filter_map(text).collect(),
            created_at: shown.created_at,
            updated_at: shown.updated_at,
            engine_id: None,
        }
    }
}

pub(super) async fn read<T: DeserializeOwned>(answer: Response) -> Result<T, Error> {
    let status = answer.status().as_u16();
    answer.json().await.map_err(|error| Error::Refused {
        status,
        message: format!("unreadable: {}", error.without_url()),
    })
}

/// The sentence in an error: Glance sends JSON, HTML or plain text, as its mood is.
pub(super) async fn message(answer: Response) -> String {
    let text = answer.text().await.unwrap_or_default();
    let told = serde_json::from_str::<Value>(&text)
        .ok()
        .and_then(|body| told(&body));
    let plain = without_tags(&told.unwrap_or(text));
    plain.chars().take(LONGEST).collect()
}

fn told(body: &Value) -> Option<String> {
    let nested = || body.as_object()?.values().find_map(|inner| inner.get("message"));
    Some(body.get("message").or_else(nested)?.as_str()?.to_owned())
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    let kept: String = text
        .chars()
        .filter_map(|character| match character {
            '<' => {
                inside = true;
                Some(' ')
            }
            '>' => {
                inside = false;
                None
            }
            other => (!inside).then_some(other),
        })
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}
