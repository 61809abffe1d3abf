//! Makes the engine forget images that no server needs any more.

use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use super::core::{Compute, Core};
use crate::compute::Error;
use crate::image;
use crate::objects::{ImageId, ProjectId, RequestContext, RequestId, UserId};

impl Compute {
    /// Told by an image service of our own, so that the engine forgets the image at once. A server that runs keeps it.
    pub async fn image_deleted(&self, id: ImageId) {
        if let Err(error) = self.core.driver.forget_image(id).await {
            tracing::debug!(image.id = %id, %error, "the engine keeps a deleted image until the next sweep");
        }
    }
}

/// Since when each cached image has been of no use.
#[derive(Debug, Default)]
pub(super) struct ImageCache {
    idle: HashMap<ImageId, Instant>,
}

impl ImageCache {
    pub(super) async fn sweep(&mut self, core: &Core) {
        if let Err(error) = self.try_sweep(core).await {
            tracing::warn!(%error, "cached images were not looked through");
        }
    }

    async fn try_sweep(&mut self, core: &Core) -> Result<(), Error> {
        let cached = core.driver.cached_images().await?;
        let used = in_use(core).await?;
        self.idle
            .retain(|id, _| cached.contains(id) && !used.contains(id));
        for id in cached.into_iter().filter(|id| !used.contains(id)) {
            let since = *self.idle.entry(id).or_insert_with(Instant::now);
            let old = since.elapsed() >= core.settings.image_cache_age;
            // A server may have asked for it since.
            if (old || is_deleted(core, id).await) && !in_use(core).await?.contains(&id) {
                tracing::info!(image.id = %id, "the engine forgets an image that no server uses");
                core.driver.forget_image(id).await?;
                self.idle.remove(&id);
            }
        }
        Ok(())
    }
}

/// What servers were made of, and what is being made of them.
async fn in_use(core: &Core) -> Result<HashSet<ImageId>, Error> {
    let instances = core.records.instances().await?;
    let images = instances
        .iter()
        .flat_map(|instance| [instance.image, instance.snapshot_image]);
    Ok(images.flatten().collect())
}

async fn is_deleted(core: &Core, id: ImageId) -> bool {
    let nobody = RequestContext {
        judge: None,
        request_id: RequestId(format!("req-{}", core.world.uuid())),
        global_request_id: None,
        user_id: UserId(String::new()),
        project_id: ProjectId(String::new()),
        roles: vec!["admin".to_owned()],
        token: None,
    };
    matches!(
        core.images.show(&nobody, id).await,
        Err(image::Error::NotFound(_))
    )
}
