//! Brings a server's container into being, and takes it away; on failure nothing is left.

use std::borrow::Cow;
use std::time::Duration;

use bollard::models::{ContainerCreateBody, ContainerCreateResponse};
use bollard::query_parameters::{
    CreateContainerOptions, CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder,
};
use tokio_util::sync::CancellationToken;

use super::DockerDriver;
use super::allowed::Bound;
use super::container::{Ground, create_body};
use super::joining::{Joining, with_mac_for_old_engines};
use super::names::container_name;
use super::networking::Ready;
use super::refusal::refused;
use crate::network::vif::Plugging;
use crate::objects::{Image, Instance, InstanceId, RequestContext, Vif};
use crate::user_data::ContainerOptions;
use crate::virt::{Error, Hostname, NetworkInfo, Observed, Supplies};

impl DockerDriver {
    pub(super) async fn boot(
        &self,
        context: &RequestContext,
        instance: &Instance,
        image: &Image,
        supplies: &Supplies,
    ) -> Result<Observed, Error> {
        let mut options = self.allowed_options(instance).await?;
        let called = called(instance, supplies.hostname.as_ref(), &mut options);
        let present = self.present_or_load(context, image).await?;
        let cpus = self.host_cpus().await?;
        let made = async {
            let ground = self.ground(cpus, instance, &options, supplies).await?;
            let body = create_body(&called, image, &present, &options, &ground)?;
            self.make_undisturbed(instance, &supplies.network, body).await
        };
        let made = made.await;
        if made.is_err() {
            self.forget_files(instance.id).await;
        }
        made
    }

    pub(super) async fn ground(
        &self,
        cpus: u32,
        instance: &Instance,
        options: &ContainerOptions,
        supplies: &Supplies,
    ) -> Result<Ground<'_>, Error> {
        let drive = self.config_drive_bind(instance.id, supplies.config_drive.as_deref());
        let binds = [
            self.key_bind(instance).await?,
            drive.await?,
            self.cpuinfo_bind(instance).await?,
        ];
        let vifs = &supplies.network.vifs;
        Ok(Ground {
            deployment: self.settings.deployment,
            host: &self.settings.host,
            cpus,
            privileged: self.settings.privileged,
            limit_disk: self.abilities.may_limit_disk(),
            binds: binds.into_iter().flatten().collect(),
            joining: match &self.settings.plugging {
                Plugging::Ours(_) => Joining::ours(options, vifs),
                Plugging::Engine => self.networks.joining(instance, vifs),
            },
        })
    }

    /// What the engine was asked to create it creates, whether or not anybody still waits: so the making runs to its end
    /// in a task of its own, and undoes itself when the caller is gone. `destroy` waits for it.
    pub(super) async fn make_undisturbed(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        body: ContainerCreateBody,
    ) -> Result<Observed, Error> {
        let turn = self.building.take(instance.id).await;
        let abandoned = CancellationToken::new();
        let _abandon = abandoned.clone().drop_guard();
        let (driver, instance, network) = (self.clone(), instance.clone(), network.clone());
        let making = self.undisturbed.spawn(async move {
            let _turn = turn;
            let made = driver.make(&instance, &network, body).await;
            if made.is_ok() && abandoned.is_cancelled() {
                driver.discard(&instance, &network.vifs).await;
            }
            made
        });
        making
            .await
            .unwrap_or_else(|error| Err(Error::Refused(error.to_string())))
    }

    async fn make(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        body: ContainerCreateBody,
    ) -> Result<Observed, Error> {
        let network_mode = mode_of(&body);
        let inherits = inherits(&body);
        let created = match self.create_connected(instance, network, body).await {
            // The name is taken: what has it was there before.
            Err(Failure::Taken(error)) => return Err(refused(error)),
            Err(Failure::Other(error)) => Err(error),
            Ok(container) => Ok(container),
        };
        let started = match created {
            Ok(id) => {
                let ready = Ready { id, network_mode };
                self.first_start(&ready, inherits, instance, network).await
            }
            Err(error) => Err(error),
        };
        if started.is_err() {
            self.discard(instance, &network.vifs).await;
        }
        started
    }

    /// What the container's own body says was judged; what it took over from another was not.
    async fn first_start(
        &self,
        ready: &Ready,
        inherits: bool,
        instance: &Instance,
        network: &NetworkInfo,
    ) -> Result<Observed, Error> {
        if inherits {
            let container = self.existing(instance.id).await?;
            if self.check_mounts(&container, instance).await? == Bound::Judged {
                self.keep_from_restarting(instance.id, &container).await?;
            }
        }
        self.start_connected(ready, instance, network).await
    }

    /// Makes the container, and meanwhile the host's ends of its VIFs.
    async fn create_connected(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        body: ContainerCreateBody,
    ) -> Result<String, Failure> {
        let vifs = &network.vifs;
        if let Plugging::Ours(_) = &self.settings.plugging {
            let (created, prepared) =
                tokio::join!(self.create(instance.id, body), self.prepare(instance, vifs));
            let container = created?;
            prepared.map_err(Failure::Other)?;
            return Ok(container);
        }
        let _held = self.networks.hold().await;
        self.prepare(instance, vifs).await.map_err(Failure::Other)?;
        let container = self.create(instance.id, body).await?;
        if vifs.len() > 1 {
            self.networks
                .connect(instance, vifs)
                .await
                .map_err(Failure::Other)?;
        }
        Ok(container)
    }

    /// Answers the engine's id of the container.
    async fn create(
        &self,
        id: InstanceId,
        body: ContainerCreateBody,
    ) -> Result<String, crate::docker::Error> {
        let options = CreateContainerOptionsBuilder::default()
            .name(&container_name(id))
            .build();
        let created = match self.ask_for(&options, body.clone()).await {
            Err(error) if refuses_disk_limit(&error, &body) => {
                tracing::warn!(%error, "the engine's storage driver cannot limit disks: root_gb of flavors is not enforced");
                self.abilities.disk_limit_was_refused();
                self.ask_for(&options, without_disk_limit(body)).await?
            }
            other => other?,
        };
        for warning in created.warnings {
            tracing::warn!(instance.id = %id, warning, "the engine made the container, with a warning");
        }
        Ok(created.id)
    }

    async fn ask_for(
        &self,
        options: &CreateContainerOptions,
        body: ContainerCreateBody,
    ) -> Result<ContainerCreateResponse, crate::docker::Error> {
        let api = match with_mac_for_old_engines(&body) {
            Some(bytes) => self.docker.api_saying(bytes).await?,
            None => self.docker.patient_api().await?,
        };
        Ok(api.create_container(Some(options.clone()), body).await?)
    }

    /// Removes what a failed or abandoned boot made; a failure here is for the next `sync`.
    async fn discard(&self, instance: &Instance, vifs: &[Vif]) {
        let id = instance.id;
        if let Err(error) = self.remove_container(id).await {
            tracing::error!(instance.id = %id, %error, "the container of a failed boot could not be removed");
        }
        if let Err(error) = self.unplug(instance, vifs).await {
            tracing::error!(instance.id = %id, %error, "the VIFs of a failed boot could not be unplugged");
        }
    }

    pub(super) async fn remove(&self, id: InstanceId) -> Result<(), Error> {
        let _turn = self.building.take(id).await;
        self.remove_container(id).await?;
        self.remove_parked(id).await?;
        self.forget_files(id).await;
        Ok(())
    }

    pub(super) async fn remove_container(&self, id: InstanceId) -> Result<(), Error> {
        self.over(id);
        match self.find(id).await?.and_then(|found| found.id) {
            Some(container) => self.remove_by_id(id, &container).await,
            None => Ok(()),
        }
    }

    pub(super) async fn remove_by_id(&self, id: InstanceId, container: &str) -> Result<(), Error> {
        let api = self.docker.patient_api().await?;
        let options = RemoveContainerOptionsBuilder::default()
            .force(true)
            .v(true)
            .build();
        let removed = api.remove_container(container, Some(options)).await;
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

/// Why there is no container.
enum Failure {
    Taken(crate::docker::Error),
    Other(Error),
}

impl From<crate::docker::Error> for Failure {
    fn from(error: crate::docker::Error) -> Self {
        match error.is_conflict() {
            true => Self::Taken(error),
            false => Self::Other(refused(error)),
        }
    }
}

/// The instance as its user calls it from inside.
fn called<'i>(
    instance: &'i Instance,
    hostname: Option<&Hostname>,
    options: &mut ContainerOptions,
) -> Cow<'i, Instance> {
    let Some(hostname) = hostname else {
        return Cow::Borrowed(instance);
    };
    options.domainname = hostname.domain.clone().or_else(|| options.domainname.take());
    Cow::Owned(Instance {
        hostname: hostname.name.clone(),
        ..instance.clone()
    })
}

fn mode_of(body: &ContainerCreateBody) -> String {
    let host = body.host_config.as_ref();
    host.and_then(|host| host.network_mode.clone())
        .unwrap_or_default()
}

fn inherits(body: &ContainerCreateBody) -> bool {
    let host = body.host_config.as_ref();
    host.is_some_and(|host| host.volumes_from.is_some())
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
