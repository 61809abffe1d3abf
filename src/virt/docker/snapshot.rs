//! A server's container as an image: committed, then streamed to the image service.

use std::io;

use bollard::models::ContainerConfig;
use bollard::query_parameters::CommitContainerOptionsBuilder;
use futures_util::{StreamExt, TryStreamExt};

use super::DockerDriver;
use super::fetch::{Passed, with_reports};
use super::names::{blank_labels, cache_reference, cache_repository};
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
        progress.task_state(TaskState::ImagePendingUpload).await;
        let committed = self.commit(instance.id, image).await?;
        progress.task_state(TaskState::ImageUploading).await;
        let uploaded = self.upload(context, &committed, image).await;
        if uploaded.is_err() {
            let reference = cache_reference(self.settings.deployment, image);
            self.untag(&reference).await.ok();
        }
        uploaded
    }

    /// Answers the engine's id of the new image, which has the tag that booting from it will look for. The container
    /// stands still meanwhile.
    async fn commit(&self, id: InstanceId, image: ImageId) -> Result<String, Error> {
        let container = self.existing(id).await?.id.ok_or(Error::NoSuchInstance(id))?;
        let options = CommitContainerOptionsBuilder::default()
            .container(&container)
            .repo(&cache_repository(self.settings.deployment))
            .tag(&image.to_string())
            .pause(true)
            .build();
        let config = ContainerConfig {
            labels: Some(blank_labels()),
            ..ContainerConfig::default()
        };
        let api = self.docker.patient_api().await?;
        let committed = api
            .commit_container(options, config)
            .await
            .map_err(refused_for(id))?;
        tracing::info!(instance.id = %id, image.id = %image, engine.id = %committed.id, "container committed");
        Ok(committed.id)
    }

    /// By the image's id, so that no other name of it travels along.
    async fn upload(&self, context: &RequestContext, engine_id: &str, image: ImageId) -> Result<(), Error> {
        let api = self.docker.patient_api().await?;
        let id = engine_id.to_owned();
        let saved: ByteStream = async_stream(api, id);
        let passed = Passed::default();
        let uploading = self.images.upload(context, image, passed.count(saved));
        with_reports(image, "uploading a snapshot", &passed, uploading).await?;
        tracing::info!(image.id = %image, bytes = passed.bytes(), "snapshot uploaded");
        Ok(())
    }
}

fn async_stream(api: bollard::Docker, id: String) -> ByteStream {
    api.export_image(&id)
        .map_err(|error| io::Error::other(crate::docker::Error::from(error)))
        .boxed()
}
