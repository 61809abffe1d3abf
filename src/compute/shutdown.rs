//! The end of the process: what is nearly done is finished, the rest is left so that the next start resumes it.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

use super::core::Compute;
use super::networking;
use crate::compute::Error;
use crate::virt;

/// How long the end may take before what is under way is dropped.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the engine may take for what it was asked to do and nobody waits for any more.
const LONGEST_WORK: Duration = Duration::from_secs(30);
const AT_ONCE: usize = 8;

impl Compute {
    /// Takes no more work. Alone and ephemeral, the servers and the images go too.
    pub async fn shutdown(&self) {
        if self.core.settings.ephemeral {
            self.end().cancel();
            self.core.queues.close().await;
            if tokio::time::timeout(LONGEST_WORK, self.core.driver.settle())
                .await
                .is_err()
            {
                tracing::warn!("the engine is still at work on something of ours");
            }
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
        self.end_consoles().await;
    }

    /// Every server's ends on this host, and its ports.
    async fn remove_networks(&self) -> Result<Vec<Result<(), virt::Error>>, Error> {
        let core = &self.core;
        let mut outcomes = Vec::new();
        for instance in core.records.instances().await? {
            outcomes.push(core.driver.unplug_vifs(&instance, &instance.vifs).await);
            if let Err(error) = networking::deallocate(core, instance.id).await {
                tracing::warn!(instance.id = %instance.id, error = %error.in_full(), "ports of a server are left");
            }
        }
        Ok(outcomes)
    }

    /// One that cannot be removed does not keep the rest. The records go with the process.
    async fn remove_everything(&self) -> Result<(), Error> {
        let driver = &self.core.driver;
        let containers = driver.observe_all().await?;
        let removed = stream::iter(containers)
            .map(|(id, _)| driver.destroy(id))
            .buffer_unordered(AT_ONCE);
        let mut outcomes: Vec<_> = removed.collect().await;
        outcomes.extend(self.remove_networks().await?);
        for image in driver.cached_images().await? {
            outcomes.push(driver.forget_image(image).await);
        }
        Ok(outcomes.into_iter().collect::<Result<(), _>>()?)
    }
}
