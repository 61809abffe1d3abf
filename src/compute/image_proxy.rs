//! Images as the Compute API once passed them on: what the image service says, with the caller's rights.

use std::collections::BTreeMap;

use super::core::Compute;
use super::quota;
use crate::compute::Error;
use crate::image;
use crate::objects::{Image, ImageId, RequestContext};

impl Compute {
    /// Where the image service is, without its version.
    pub async fn image_service(&self) -> Result<String, Error> {
        self.core.images.address().await.map_err(told)
    }

    /// All that the caller sees, newest first.
    pub async fn images(&self, context: &RequestContext) -> Result<Vec<Image>, Error> {
        let images = self.core.images.with_properties(context, &[]).await;
        images.map_err(told)
    }

    pub async fn image(&self, context: &RequestContext, id: ImageId) -> Result<Image, Error> {
        let image = self.core.images.show(context, id).await;
        image.map_err(told)
    }

    pub async fn delete_image(&self, context: &RequestContext, id: ImageId) -> Result<(), Error> {
        let deleted = self.core.images.delete(context, id).await;
        deleted.map_err(told)
    }

    pub async fn set_image_metadata(
        &self,
        context: &RequestContext,
        id: ImageId,
        metadata: BTreeMap<String, String>,
    ) -> Result<Image, Error> {
        let quotas = self
            .core
            .quotas(&context.project_id, Some(&context.user_id))
            .await?;
        quota::check_metadata(&quotas, metadata.len())?;
        let changed = self.core.images.set_properties(context, id, metadata).await;
        changed.map_err(told)
    }
}

fn told(error: image::Error) -> Error {
    Error::from(error).at_the_door()
}
