//! Makes the engine forget images that no server needs any more.

use std::collections::{HashMap, HashSet};
use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

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

/// When the images of the engine are looked through, and since when each has been of no use.
#[derive(Debug)]
pub(super) struct ImageCache {
    ticks: Option<Interval>,
    idle: HashMap<ImageId, Instant>,
}

impl ImageCache {
    /// Never, when there is no interval.
    pub(super) fn every(interval: Option<Duration>) -> Self {
        let ticks = |every| {
            let mut ticks = interval_at(Instant::now() + every, every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        Self {
            ticks: interval.map(ticks),
            idle: HashMap::new(),
        }
    }

    /// Until it is time to look. What was due while nobody waited is due at once.
    pub(super) async fn due(&mut self) {
        match &mut self.ticks {
            Some(ticks) => drop(ticks.tick().await),
            None => pending().await,
        }
    }

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
    let images = instances.iter().flat_map(|instance| {
        let detour = &instance.detour;
        [
            instance.image,
            instance.snapshot_image,
            detour.shelved_image,
            detour.rescue_image,
        ]
    });
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
