//! Rescue: the server's container waits, stopped, under another name, while one of a rescue image has its place.
//!
//! The engine itself mounts the waiting container's layers for the other one, as a volume: this needs a storage driver of
//! overlay layers (`overlay2`, `fuse-overlayfs`) and a kernel that mounts them, but nothing of us, nor the same machine.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::{ContainerInspectResponse, DriverData, VolumeCreateRequest};
use bollard::query_parameters::{
    InspectContainerOptions, RemoveVolumeOptions, RenameContainerOptionsBuilder,
};

use super::DockerDriver;
use super::allowed::Asked;
use super::container::{EngineImage, create_body};
use super::names::{DEPLOYMENT, INSTANCE, container_name, is_parked, parked_name, rescue_volume};
use super::observe::observed;
use super::refusal::refused;
use super::spawn::Wanted;
use crate::objects::{Image, Instance, InstanceId, PowerState, RequestContext};
use crate::user_data::ContainerOptions;
use crate::virt::{Error, NetworkInfo, Observed, Supplies};

/// How long the engine may take to be done with what it was asked before.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Where the rescue system finds the server's root filesystem.
const TARGET: &str = "/mnt/rescue";

impl DockerDriver {
    pub(super) async fn enter_rescue(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
        timeout: Duration,
    ) -> Result<Observed, Error> {
        let present = self.present_or_load(context, image).await?;
        let ran = self.park(instance.id, timeout).await?;
        let entered = self.rescuer(instance, image, &present, supplies).await;
        if entered.is_err() {
            self.go_back(instance, &supplies.network, ran).await;
        }
        entered
    }

    /// Puts the server's container aside; answers whether it ran. What an earlier rescue got to goes.
    async fn park(&self, id: InstanceId, timeout: Duration) -> Result<bool, Error> {
        self.wait_for_abandoned_work(id).await;
        if self.find_parked(id).await?.is_some() {
            self.remove_rescuer(id).await?;
            return Ok(true);
        }
        let container = self.existing(id).await?;
        layers(container.graph_driver.as_ref())?;
        let ran = observed(&container).power_state != PowerState::Shutdown;
        self.stop(id, timeout).await?;
        self.rename(id, container_name(id), parked_name(id)).await?;
        Ok(ran)
    }

    async fn rescuer(
        &self,
        instance: &Instance,
        image: &Image,
        present: &EngineImage,
        supplies: &Supplies,
    ) -> Result<Observed, Error> {
        self.make_volume(instance.id).await?;
        let options = rescue_options(instance, present)?;
        let cpus = self.host_cpus().await?;
        let mut ground = self.ground(cpus, instance, &options, supplies).await?;
        ground
            .binds
            .push(format!("{}:{TARGET}", rescue_volume(instance.id)));
        let wanted = Wanted {
            body: create_body(instance, image, present, &options, &ground)?,
            platform: None,
        };
        self.make_undisturbed(instance, &supplies.network, wanted).await
    }

    /// After a failed rescue; what goes wrong here too is in the log, and `unrescue` or `destroy` find it.
    async fn go_back(&self, instance: &Instance, network: &NetworkInfo, ran: bool) {
        let back = async {
            self.unpark(instance.id).await?;
            match ran {
                true => self.start(instance, network).await.map(drop),
                false => Ok(()),
            }
        };
        if let Err(error) = back.await {
            tracing::error!(instance.id = %instance.id, %error, "a server that could not be rescued is not back in its place");
        }
    }

    pub(super) async fn leave_rescue(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
    ) -> Result<Observed, Error> {
        self.unpark(instance.id).await?;
        self.start(instance, network).await
    }

    /// The container in the server's place goes, and the waiting one comes back to it; fine when it is there already.
    async fn unpark(&self, id: InstanceId) -> Result<(), Error> {
        self.wait_for_abandoned_work(id).await;
        if self.find_parked(id).await?.is_none() {
            return Ok(());
        }
        self.remove_rescuer(id).await?;
        self.rename(id, parked_name(id), container_name(id)).await
    }

    /// What is being made for a caller who is gone is taken away again under the server's name: it must not be the server
    /// that has the name by then.
    async fn wait_for_abandoned_work(&self, id: InstanceId) {
        drop(self.building.take(id).await);
    }

    /// An engine that an earlier life asked for a container may come to make it only now.
    async fn remove_rescuer(&self, id: InstanceId) -> Result<(), Error> {
        let mut left = ATTEMPTS;
        loop {
            self.remove_container(id).await?;
            match self.remove_volume(id).await {
                Err(Error::Refused(reason)) if left > 0 => {
                    tracing::debug!(instance.id = %id, reason, "the volume of a rescue is not free yet");
                }
                other => return other,
            }
            left -= 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What a rescue left beside the container in the server's place. The volume goes first: it is never without the
    /// container whose layers it is.
    pub(super) async fn remove_parked(&self, id: InstanceId) -> Result<(), Error> {
        let Some(parked) = self.find_parked(id).await?.and_then(|found| found.id) else {
            return Ok(());
        };
        self.remove_rescuer(id).await?;
        self.remove_by_id(id, &parked).await
    }

    async fn find_parked(&self, id: InstanceId) -> Result<Option<ContainerInspectResponse>, Error> {
        let api = self.docker.api().await?;
        let found = api
            .inspect_container(&parked_name(id), None::<InspectContainerOptions>)
            .await;
        let ours = |container: &ContainerInspectResponse| {
            let labels = container
                .config
                .as_ref()
                .and_then(|config| config.labels.as_ref());
            let name = container.name.as_deref().unwrap_or_default();
            labels.is_some_and(|labels| is_parked(self.settings.deployment, id, name, labels))
        };
        match found.map_err(crate::docker::Error::from) {
            Ok(container) => Ok(Some(container).filter(ours)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    /// What the engine was asked to rename it renames, whether or not anybody still waits: `destroy` waits for it.
    async fn rename(&self, id: InstanceId, from: String, to: String) -> Result<(), Error> {
        let turn = self.building.take(id).await;
        let driver = self.clone();
        let renaming = self.undisturbed.spawn(async move {
            let _turn = turn;
            let options = RenameContainerOptionsBuilder::default().name(&to).build();
            let api = driver.docker.api().await?;
            api.rename_container(&from, options).await.map_err(refused)
        });
        renaming
            .await
            .unwrap_or_else(|error| Err(Error::Refused(error.to_string())))
    }

    async fn make_volume(&self, id: InstanceId) -> Result<(), Error> {
        let parked = self.find_parked(id).await?.ok_or(Error::NoSuchInstance(id))?;
        let layers = layers(parked.graph_driver.as_ref())?;
        let pair = |key: &str, value: String| (key.to_owned(), value);
        let volume = VolumeCreateRequest {
            name: Some(rescue_volume(id)),
            driver: Some("local".to_owned()),
            driver_opts: Some(HashMap::from([
                pair("type", "overlay".to_owned()),
                pair("device", "overlay".to_owned()),
                pair("o", layers),
            ])),
            labels: Some(HashMap::from([
                pair(DEPLOYMENT, self.settings.deployment.to_string()),
                pair(INSTANCE, id.to_string()),
            ])),
            ..VolumeCreateRequest::default()
        };
        let api = self.docker.api().await?;
        api.create_volume(volume).await.map(drop).map_err(refused)
    }

    async fn remove_volume(&self, id: InstanceId) -> Result<(), Error> {
        let api = self.docker.api().await?;
        let removed = api
            .remove_volume(&rescue_volume(id), None::<RemoveVolumeOptions>)
            .await;
        match removed.map_err(crate::docker::Error::from) {
            Err(error) if error.is_not_found() => Ok(()),
            other => other.map_err(refused),
        }
    }
}

/// The options of a mount of all layers of a container, the upper one writable.
fn layers(graph: Option<&DriverData>) -> Result<String, Error> {
    let unable = |name: &str| {
        Error::Unsupported(format!(
            "the engine's storage driver '{name}' does not tell of layers that could be mounted: a rescue needs overlay2 \
             or fuse-overlayfs"
        ))
    };
    let graph = graph.ok_or_else(|| unable("unknown"))?;
    let of = |key: &str| graph.data.get(key).filter(|path| !path.is_empty());
    match (of("LowerDir"), of("UpperDir"), of("WorkDir")) {
        (Some(lower), Some(upper), Some(work)) => Ok(format!(
            "lowerdir={lower},upperdir={upper},workdir={work},index=off"
        )),
        _ => Err(unable(&graph.name)),
    }
}

/// The rescue image is run as it wants to be; what the server's user says about its container holds for the server alone. Only
/// an image without a command runs what the server does.
fn rescue_options(instance: &Instance, image: &EngineImage) -> Result<ContainerOptions, Error> {
    let says = |words: &Option<Vec<String>>| words.as_ref().is_some_and(|words| !words.is_empty());
    if says(&image.config.cmd) || says(&image.config.entrypoint) {
        return Ok(ContainerOptions::default());
    }
    let own = Asked::by(instance)?.said();
    Ok(ContainerOptions {
        cmd: own.cmd,
        entrypoint: own.entrypoint,
        ..ContainerOptions::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(name: &str, data: &[(&str, &str)]) -> DriverData {
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        DriverData {
            name: name.to_owned(),
            data: data.iter().map(pair).collect(),
        }
    }

    #[test]
    fn layers_are_mounted_where_the_storage_driver_tells_of_them() {
        let overlay = [
            ("LowerDir", "/l/a:/l/b"),
            ("UpperDir", "/u"),
            ("WorkDir", "/w"),
            ("MergedDir", "/m"),
        ];
        assert_eq!(
            layers(Some(&graph("overlay2", &overlay))).unwrap(),
            "lowerdir=/l/a:/l/b,upperdir=/u,workdir=/w,index=off"
        );
        let refused = layers(Some(&graph("btrfs", &[]))).unwrap_err();
        assert!(refused.to_string().contains("'btrfs'"), "{refused}");
        assert!(layers(None).is_err());
    }
}
