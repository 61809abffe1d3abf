//! Images that the Docker engine of this machine already has, shown as if they had been uploaded.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use bollard::models::ImageSummary;
use bollard::query_parameters::ListImagesOptions;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use uuid::Uuid;

use super::LocalImages;
use crate::docker::{self, CACHE_REPOSITORY, Docker};
use crate::image::ByteStream;
use crate::objects::{Image, ImageId, ImageStatus, Visibility};

/// Stands for "an image of a Docker engine" in ids that are made of names; never to change.
const NAMESPACE: Uuid = Uuid::from_u128(0x7c1d_9a52_4e0b_5f3d_8b7a_2f61_90c4_d318);
/// A list of images must not hang because the engine does.
const PATIENCE: Duration = Duration::from_secs(5);

/// An image as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineImage {
    /// `sha256:…`
    pub id: String,
    /// `repository:tag`, as many as there are.
    pub tags: Vec<String>,
    pub size: u64,
    /// Seconds since 1970.
    pub created: i64,
}

/// What the store needs of an engine.
#[async_trait]
pub trait EngineImages: fmt::Debug + Send + Sync {
    async fn list(&self) -> Result<Vec<EngineImage>, docker::Error>;
    /// What `docker save` writes of it.
    async fn export(&self, id: &str) -> Result<ByteStream, docker::Error>;
}

impl LocalImages {
    /// None when the engine is away: what was uploaded is still there to show.
    pub(super) async fn engine_images(&self) -> Vec<Image> {
        let Some(engine) = &self.engine else {
            return Vec::new();
        };
        match tokio::time::timeout(PATIENCE, engine.list()).await {
            Ok(Ok(images)) => images.into_iter().filter_map(describe).collect(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the engine's own images cannot be listed");
                Vec::new()
            }
            Err(_) => {
                tracing::warn!("the engine's own images cannot be listed: it does not answer");
                Vec::new()
            }
        }
    }
}

#[async_trait]
impl EngineImages for Docker {
    async fn list(&self) -> Result<Vec<EngineImage>, docker::Error> {
        let images = self.api().await?.list_images(None::<ListImagesOptions>).await?;
        let seen = |image: ImageSummary| EngineImage {
            id: image.id,
            tags: image.repo_tags,
            size: u64::try_from(image.size).unwrap_or_default(),
            created: image.created,
        };
        Ok(images.into_iter().map(seen).collect())
    }

    async fn export(&self, id: &str) -> Result<ByteStream, docker::Error> {
        let engine = self.patient_api().await?;
        let id = id.to_owned();
        Ok(engine.export_image(&id).map_err(io::Error::other).boxed())
    }
}

/// None for an image without a name of its own.
fn describe(image: EngineImage) -> Option<Image> {
    let mut tags: Vec<&str> = image.tags.iter().map(String::as_str).collect();
    tags.retain(|tag| !is_ours(tag) && !tag.contains("<none>"));
    tags.sort_by_key(|tag| (!tag.ends_with(":latest"), *tag));
    let name = tags.first()?;
    let name = name.strip_suffix(":latest").unwrap_or(name).to_owned();
    let created_at = Timestamp::from_second(image.created).unwrap_or_default();
    Some(Image {
        id: ImageId(Uuid::new_v5(&NAMESPACE, image.id.as_bytes())),
        name: Some(name),
        status: ImageStatus::Active,
        visibility: Visibility::Public,
        owner: None,
        container_format: Some("docker".to_owned()),
        disk_format: Some("raw".to_owned()),
        size: Some(image.size),
        virtual_size: None,
        checksum: None,
        hash_algo: None,
        hash_value: None,
        min_disk: 0,
        min_ram: 0,
        protected: true,
        hidden: false,
        tags: Vec::new(),
        properties: BTreeMap::from([("docker_tags".to_owned(), tags.join(","))]),
        created_at,
        updated_at: created_at,
        engine_id: Some(image.id),
    })
}

/// What compute calls its own copies of images; nobody else's business.
fn is_ours(tag: &str) -> bool {
    tag.strip_prefix(CACHE_REPOSITORY)
        .is_some_and(|rest| rest.starts_with([':', '/']))
}
