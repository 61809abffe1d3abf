//! Brings a server's container into being, and takes it away; on failure nothing is left.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions,
};
use tokio_util::sync::CancellationToken;

use super::DockerDriver;
use super::container::{Ground, create_body};
use super::names::container_name;
use super::observe::observed;
use super::refusal::{refused, refused_for};
use crate::objects::{Image, Instance, InstanceId, RequestContext, UserData};
use crate::user_data::{self, ContainerOptions};
use crate::virt::{Error, Observed};

impl DockerDriver {
    pub(super) async fn boot(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
    ) -> Result<Observed, Error> {
        let options = container_options(instance)?;
        let present = self.present_or_load(context, image).await?;
        let cpus = self.host_cpus().await?;
        let key_bind = self.key_bind(instance).await?;
        let ground = self.ground(cpus, key_bind);
        let body = create_body(instance, image, &present, &options, &ground);
        let made = match body {
            Ok(body) => self.make_undisturbed(instance.id, body).await,
            Err(error) => Err(error),
        };
        if made.is_err() && ground.key_bind.is_some() {
            self.forget_files(instance.id).await;
        }
        made
    }

    fn ground(&self, cpus: u32, key_bind: Option<String>) -> Ground<'_> {
        Ground {
            deployment: self.settings.deployment,
            host: &self.settings.host,
            cpus,
            privileged: self.settings.privileged,
            limit_disk: self.abilities.may_limit_disk(),
            key_bind,
        }
    }

    /// What the engine was asked to create it creates, whether or not anybody still waits: so the making runs to its end
    /// in a task of its own, and undoes itself when the caller is gone. `destroy` waits for it.
    async fn make_undisturbed(&self, id: InstanceId, body: ContainerCreateBody) -> Result<Observed, Error> {
        let turn = self.building.take(id).await;
        let abandoned = CancellationToken::new();
        let _abandon = abandoned.clone().drop_guard();
        let driver = self.clone();
        let making = self.undisturbed.spawn(async move {
            let _turn = turn;
            let made = driver.make(id, body).await;
            if made.is_ok() && abandoned.is_cancelled() {
                driver.discard(id).await;
            }
            made
        });
        making
            .await
            .unwrap_or_else(|error| Err(Error::Refused(error.to_string())))
    }

    async fn make(&self, id: InstanceId, body: ContainerCreateBody) -> Result<Observed, Error> {
        let container = match self.create(id, body).await {
            Ok(container) => container,
            // The name is taken: what has it was there before.
            Err(error) if error.is_conflict() => return Err(refused(error)),
            Err(error) => {
                self.discard(id).await;
                return Err(refused(error));
            }
        };
        let started = self.start_and_look(&container, id).await;
        if started.is_err() {
            self.discard(id).await;
        }
        started
    }

    /// Answers the engine's id of the container.
    async fn create(
        &self,
        id: InstanceId,
        body: ContainerCreateBody,
    ) -> Result<String, crate::docker::Error> {
        let api = self.docker.patient_api().await?;
        let options = CreateContainerOptionsBuilder::default()
            .name(&container_name(id))
            .build();
        let created = api.create_container(Some(options.clone()), body.clone()).await;
        let created = match created.map_err(crate::docker::Error::from) {
            Err(error) if refuses_disk_limit(&error, &body) => {
                tracing::warn!(%error, "the engine's storage driver cannot limit disks: root_gb of flavors is not enforced");
                self.abilities.disk_limit_was_refused();
                api.create_container(Some(options), without_disk_limit(body))
                    .await?
            }
            other => other?,
        };
        for warning in created.warnings {
            tracing::warn!(instance.id = %id, warning, "the engine made the container, with a warning");
        }
        Ok(created.id)
    }

    async fn start_and_look(&self, container: &str, id: InstanceId) -> Result<Observed, Error> {
        let api = self.docker.patient_api().await?;
        api.start_container(container, None::<StartContainerOptions>)
            .await
            .map_err(refused)?;
        let started = api
            .inspect_container(container, None)
            .await
            .map_err(refused_for(id))?;
        Ok(observed(&started))
    }

    /// Removes what a failed or abandoned boot made; a failure here is for the next `sync`.
    async fn discard(&self, id: InstanceId) {
        if let Err(error) = self.remove_container(id).await {
            tracing::error!(instance.id = %id, %error, "the container of a failed boot could not be removed");
        }
    }

    pub(super) async fn remove(&self, id: InstanceId) -> Result<(), Error> {
        let _turn = self.building.take(id).await;
        self.remove_container(id).await?;
        self.forget_files(id).await;
        Ok(())
    }

    async fn remove_container(&self, id: InstanceId) -> Result<(), Error> {
        let Some(container) = self.find(id).await?.and_then(|found| found.id) else {
            return Ok(());
        };
        let api = self.docker.patient_api().await?;
        let options = RemoveContainerOptionsBuilder::default()
            .force(true)
            .v(true)
            .build();
        let removed = api.remove_container(&container, Some(options)).await;
        match removed.map_err(crate::docker::Error::from) {
            Err(error) if error.is_not_found() => Ok(()),
            // Somebody else is at it already.
            Err(error) if error.is_conflict() => self.wait_until_gone(id, error).await,
            other => other.map_err(refused),
        }
    }

    async fn wait_until_gone(&self, id: InstanceId, error: crate::docker::Error) -> Result<(), Error> {
        for _ in 0..100 {
            if self.find(id).await?.is_none() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(refused(error))
    }
}

pub(in crate::virt) fn container_options(instance: &Instance) -> Result<ContainerOptions, Error> {
    let decoded = instance.user_data.as_ref().and_then(decoded);
    let parsed = user_data::parse(&decoded.unwrap_or_default())?;
    for warning in &parsed.warnings {
        tracing::warn!(instance.id = %instance.id, warning, "user_data");
    }
    Ok(parsed.options)
}

/// Lines of base64 may be broken, as MIME does; what is no base64 is nothing of ours.
fn decoded(user_data: &UserData) -> Option<Vec<u8>> {
    let joined: String = user_data.base64().split_ascii_whitespace().collect();
    STANDARD.decode(joined).ok()
}

fn refuses_disk_limit(error: &crate::docker::Error, body: &ContainerCreateBody) -> bool {
    let asked = body
        .host_config
        .as_ref()
        .is_some_and(|host| host.storage_opt.is_some());
    let crate::docker::Error::Engine { message, .. } = error else {
        return false;
    };
    let message = message.to_lowercase();
    asked
        && ["storage-opt", "storage opt", "quota"]
            .iter()
            .any(|words| message.contains(words))
}

fn without_disk_limit(mut body: ContainerCreateBody) -> ContainerCreateBody {
    if let Some(host) = &mut body.host_config {
        host.storage_opt = None;
    }
    body
}
