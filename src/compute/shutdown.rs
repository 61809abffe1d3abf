//! The end of the process: what is nearly done is finished, the rest is left so that the next start resumes it.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::core::Compute;
use crate::compute::Error;

/// How long the end may take before what is under way is dropped.
const PATIENCE: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 8;

impl Compute {
    /// Takes no more work. Alone and ephemeral, the servers and the images go too.
    pub async fn shutdown(&self) {
        if self.core.settings.ephemeral {
            self.end().cancel();
            self.core.queues.close().await;
            if let Err(error) = self.remove_everything().await {
                tracing::warn!(%error, "something of ours is left in the engine");
            }
        } else {
            let finished = tokio::time::timeout(PATIENCE, self.core.queues.close()).await;
            self.end().cancel();
            if finished.is_err() {
                tracing::info!("work on servers was broken off; the next start resumes it");
                self.core.queues.close().await;
            }
        }
    }

    async fn remove_everything(&self) -> Result<(), Error> {
        let core = &self.core;
        let containers = core.driver.observe_all().await?;
        let destroyed = stream::iter(containers)
            .map(|(id, _)| core.driver.destroy(id))
            .buffer_unordered(AT_ONCE);
        for outcome in destroyed.collect::<Vec<_>>().await {
            outcome?;
        }
        for instance in core.records.instances().await? {
            core.records.delete_instance(instance.id).await?;
        }
        for image in core.driver.cached_images().await? {
            core.driver.forget_image(image).await?;
        }
        Ok(())
    }
}
