//! A server's container as an image: committed, then streamed to the image service.

use std::io;
use std::time::Instant;

use bollard::models::ContainerConfig;
use bollard::query_parameters::CommitContainerOptionsBuilder;
use futures_util::{StreamExt, TryStreamExt};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::DockerDriver;
use super::fetch::{Passed, with_reports};
use super::names::{blank_labels, cache_repository};
use super::refusal::refused_for;
use crate::image::ByteStream;
use crate::objects::{ImageId, Instance, InstanceId, RequestContext, TaskState};
use crate::virt::{Error, Progress};

impl DockerDriver {
    pub(super) async fn commit_and_upload(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: ImageId,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let unwanted = Unwanted(Some((self.clone(), image)));
        let taken = self.take(context, instance.id, image, progress).await;
        unwanted.disarm();
        if taken.is_err() {
            self.drop_committed(image).await;
        }
        taken
    }

    async fn take(
        &self,
        context: &RequestContext,
        id: InstanceId,
        image: ImageId,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        progress.task_state(TaskState::ImagePendingUpload).await;
        let committed = self.commit_undisturbed(id, image).await?;
        progress.task_state(TaskState::ImageUploading).await;
        self.upload(context, &committed, image).await
    }

    /// The engine ends a commit that it began, whether or not anybody still waits.
    async fn commit_undisturbed(&self, id: InstanceId, image: ImageId) -> Result<String, Error> {
        let abandoned = CancellationToken::new();
        let _abandon = abandoned.clone().drop_guard();
        let driver = self.clone();
        let committing = self.undisturbed.spawn(async move {
            let committed = driver.commit(id, image).await;
            if abandoned.is_cancelled() {
                driver.drop_committed(image).await;
            }
            committed
        });
        committing
            .await
            .unwrap_or_else(|error| Err(Error::Refused(error.to_string())))
    }

    async fn drop_committed(&self, image: ImageId) {
        if let Err(error) = self.forget(image).await {
            tracing::warn!(image.id = %image, %error, "the committed image of a failed snapshot stays in the engine");
        }
    }

    /// Answers the engine's id of the new image, which has the tag that booting from it will look for. A container that runs
    /// stands still meanwhile, unless the operator does not want that.
    async fn commit(&self, id: InstanceId, image: ImageId) -> Result<String, Error> {
        let found = self.existing(id).await?;
        let state = found.state.unwrap_or_default();
        let runs = state.running == Some(true) && state.paused != Some(true);
        let pause = self.settings.pause_on_snapshot;
        let container = found.id.ok_or(Error::NoSuchInstance(id))?;
        let options = CommitContainerOptionsBuilder::default()
            .container(&container)
            .repo(&cache_repository(self.settings.deployment))
            .tag(&image.to_string())
            .pause(pause)
            .build();
        let config = ContainerConfig {
            labels: Some(blank_labels()),
            ..ContainerConfig::default()
        };
        let api = self.docker.patient_api().await?;
        let begun = Instant::now();
        let committed = api
            .commit_container(options, config)
            .await
            .map_err(refused_for(id))?;
        // The engine pauses for all of the commit, and for nothing else.
        let paused_ms = if pause && runs {
            begun.elapsed().as_millis()
        } else {
            0
        };
        tracing::info!(instance.id = %id, image.id = %image, engine.id = %committed.id, paused_ms, "container committed");
        Ok(committed.id)
    }

    /// By the image's id, so that no other name of it travels along.
    async fn upload(&self, context: &RequestContext, engine_id: &str, image: ImageId) -> Result<(), Error> {
        let api = self.docker.patient_api().await?;
        let saved = saved(&api, engine_id);
        let passed = Passed::default();
        let uploading = self.images.upload(context, image, passed.count(saved));
        with_reports(image, "uploading a snapshot", &passed, uploading).await?;
        tracing::info!(image.id = %image, bytes = passed.bytes(), "snapshot uploaded");
        Ok(())
    }
}

fn saved(api: &bollard::Docker, engine_id: &str) -> ByteStream {
    api.export_image(engine_id)
        .map_err(|error| io::Error::other(crate::docker::Error::from(error)))
        .boxed()
}

/// Removes the committed image when nobody waits for the snapshot any more.
struct Unwanted(Option<(DockerDriver, ImageId)>);

impl Unwanted {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for Unwanted {
    fn drop(&mut self) {
        if let (Some((driver, image)), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            let tracked = driver.undisturbed.clone();
            tracked.spawn_on(async move { driver.drop_committed(image).await }, &runtime);
        }
    }
}
