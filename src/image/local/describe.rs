//! Creating, changing and deleting images, without their data.

use std::collections::BTreeMap;

use super::rights::{check_change, no_such};
use super::{Edit, LocalImages};
use crate::db;
use crate::image::Error;
use crate::objects::{Image, ImageId, ImageStatus, RequestContext, Resource, Visibility};

impl LocalImages {
    /// A new image without data; a caller who names no id gets a new one.
    pub async fn create_image(
        &self,
        context: &RequestContext,
        id: Option<ImageId>,
        edits: Vec<Edit>,
    ) -> Result<Image, Error> {
        let id = id.unwrap_or_else(|| ImageId(self.world.id(Resource::Image)));
        let mut image = self.blank(context, id);
        for edit in edits {
            edit.apply(context, &mut image)?;
        }
        match self.records.create(&image).await {
            Ok(()) => Ok(image),
            Err(db::Error::Exists { .. }) => Err(Error::Conflict(format!("Image ID {id} already exists!"))),
            Err(error) => Err(error.into()),
        }
    }

    /// All edits or none.
    pub async fn update_image(
        &self,
        context: &RequestContext,
        id: ImageId,
        edits: Vec<Edit>,
    ) -> Result<Image, Error> {
        self.find_to_change(context, id).await?;
        let now = self.world.now();
        let changed = self.records.change(id, |image| {
            check_change(context, image)?;
            for edit in edits {
                edit.apply(context, image)?;
            }
            image.updated_at = now;
            Ok(())
        });
        changed.await.map_err(gone)
    }

    pub async fn add_tag(&self, context: &RequestContext, id: ImageId, tag: &str) -> Result<(), Error> {
        let mut tags = self.find_to_change(context, id).await?.tags;
        tags.push(tag.to_owned());
        self.update_image(context, id, vec![Edit::Tags(tags)]).await?;
        Ok(())
    }

    /// Whether the image had it.
    pub async fn remove_tag(&self, context: &RequestContext, id: ImageId, tag: &str) -> Result<bool, Error> {
        let mut tags = self.find_to_change(context, id).await?.tags;
        let before = tags.len();
        tags.retain(|have| have != tag);
        if tags.len() == before {
            return Ok(false);
        }
        self.update_image(context, id, vec![Edit::Tags(tags)]).await?;
        Ok(true)
    }

    /// The record goes first: what has no record has no data that anybody could read.
    pub async fn delete_image(&self, context: &RequestContext, id: ImageId) -> Result<(), Error> {
        let image = self.find_to_change(context, id).await?;
        if image.protected {
            return Err(Error::Forbidden(format!(
                "Image {id} is protected and cannot be deleted."
            )));
        }
        self.records.delete(id).await.map_err(Error::from).map_err(gone)?;
        self.files.remove(self.files.whole(id)).await?;
        if let Some(on_delete) = &self.on_delete {
            on_delete(id);
        }
        tracing::info!(image.id = %id, "image deleted");
        Ok(())
    }

    fn blank(&self, context: &RequestContext, id: ImageId) -> Image {
        let now = self.world.now();
        Image {
            id,
            name: None,
            status: ImageStatus::Queued,
            visibility: Visibility::Shared,
            owner: Some(context.project_id.clone()),
            container_format: None,
            disk_format: None,
            size: None,
            virtual_size: None,
            checksum: None,
            hash_algo: None,
            hash_value: None,
            min_disk: 0,
            min_ram: 0,
            protected: false,
            hidden: false,
            tags: Vec::new(),
            properties: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            engine_id: None,
        }
    }
}

/// An image that somebody else deleted in the meantime.
pub(super) fn gone(error: Error) -> Error {
    match error {
        Error::Records(db::Error::NoSuch { id, .. }) => match id.parse() {
            Ok(id) => no_such(id),
            Err(_) => Error::NotFound(id),
        },
        error => error,
    }
}
