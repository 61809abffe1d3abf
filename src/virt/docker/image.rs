//! The images that the engine keeps for us: present or brought there, each under a tag of ours, and forgotten again.

use std::collections::HashMap;

use bollard::models::ImageInspect;
use bollard::query_parameters::{ListImagesOptionsBuilder, RemoveImageOptions, TagImageOptionsBuilder};
use tokio_util::sync::CancellationToken;

use super::DockerDriver;
use super::container::EngineImage;
use super::names::{cache_reference, cache_repository, cached_image};
use super::refusal::refused;
use crate::objects::{Image, ImageId, RequestContext};
use crate::virt::Error;

impl DockerDriver {
    /// The image in the engine, fetched there first if need be; two who want the same one fetch it once.
    pub(super) async fn present_or_load(
        &self,
        context: &RequestContext,
        image: &Image,
    ) -> Result<EngineImage, Error> {
        if let Some(id) = &image.engine_id {
            let gone = || Error::ImageUnacceptable {
                id: image.id,
                reason: format!("the Docker engine no longer has {id}"),
            };
            return self.engine_image(id).await?.ok_or_else(gone);
        }
        let reference = cache_reference(self.settings.deployment, image.id);
        if let Some(present) = self.engine_image(&reference).await? {
            return Ok(present);
        }
        let turn = self.loading.take(image.id).await;
        if let Some(present) = self.engine_image(&reference).await? {
            return Ok(present);
        }
        // Once the engine has the image it must get its tag, even when nobody waits for it any more.
        let abandoned = CancellationToken::new();
        let _abandon = abandoned.clone().drop_guard();
        let (driver, context, image) = (self.clone(), context.clone(), image.clone());
        let fetching = self.undisturbed.spawn(async move {
            let _turn = turn;
            driver.fetch(&context, &image, &abandoned).await
        });
        fetching
            .await
            .unwrap_or_else(|error| Err(Error::Refused(error.to_string())))
    }

    pub(super) async fn engine_image(&self, reference: &str) -> Result<Option<EngineImage>, Error> {
        let found = self.docker.api().await?.inspect_image(reference).await;
        match found.map_err(crate::docker::Error::from) {
            Ok(ImageInspect {
                id: Some(id), config, ..
            }) => Ok(Some(EngineImage {
                id,
                config: config.unwrap_or_default(),
            })),
            Ok(_) => Ok(None),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// Gives an image of the engine the tag by which it is found for `image`.
    pub(super) async fn remember(&self, engine_id: &str, image: ImageId) -> Result<(), Error> {
        let options = TagImageOptionsBuilder::default()
            .repo(&cache_repository(self.settings.deployment))
            .tag(&image.to_string())
            .build();
        let api = self.docker.api().await?;
        api.tag_image(engine_id, Some(options)).await.map_err(refused)
    }

    /// Takes our tag away; the engine removes what has no other. What a container still runs on is kept, tag and all.
    pub(super) async fn forget(&self, image: ImageId) -> Result<(), Error> {
        self.untag(&cache_reference(self.settings.deployment, image))
            .await
    }

    /// Removes by tag or id without force; fine when it is gone already or in use.
    pub(super) async fn untag(&self, reference: &str) -> Result<(), Error> {
        let api = self.docker.patient_api().await?;
        let removed = api
            .remove_image(reference, None::<RemoveImageOptions>, None)
            .await;
        match removed.map_err(crate::docker::Error::from) {
            Err(error) if error.is_not_found() || error.is_conflict() => Ok(()),
            other => other.map(drop).map_err(refused),
        }
    }

    /// Removes what was loaded and got no tag. An image that has a name was there before, and is somebody else's.
    pub(super) async fn drop_nameless(&self, engine_id: &str) -> Result<(), Error> {
        let found = self.docker.api().await?.inspect_image(engine_id).await;
        let names = found.map_err(refused)?.repo_tags.unwrap_or_default();
        match names.is_empty() {
            true => self.untag(engine_id).await,
            false => Ok(()),
        }
    }

    pub(super) async fn remembered(&self) -> Result<Vec<ImageId>, Error> {
        let deployment = self.settings.deployment;
        let filters = HashMap::from([("reference", vec![cache_repository(deployment)])]);
        let options = ListImagesOptionsBuilder::default().filters(&filters).build();
        let images = self
            .docker
            .api()
            .await?
            .list_images(Some(options))
            .await
            .map_err(refused)?;
        let tags = images.iter().flat_map(|image| &image.repo_tags);
        let mut ids: Vec<ImageId> = tags.filter_map(|tag| cached_image(deployment, tag)).collect();
        ids.sort();
        Ok(ids)
    }
}
