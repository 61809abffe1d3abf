//! On, off, reboot, pause: verbs whose end state already holds succeed.

use std::time::Duration;

use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::{KillContainerOptionsBuilder, StopContainerOptionsBuilder};

use super::DockerDriver;
use super::allowed::Bound;
use super::networking::{HostEnds, Ready, network_mode};
use super::observe::observed;
use super::refusal::refused_for;
use crate::objects::{Instance, InstanceId, PowerState};
use crate::virt::{Error, NetworkInfo, Observed, RebootType};

impl DockerDriver {
    /// Starting what is paused lets it go on. A server that cannot be connected is not left running.
    pub(super) async fn start(&self, instance: &Instance, network: &NetworkInfo) -> Result<Observed, Error> {
        let id = instance.id;
        let container = self.existing(id).await?;
        match observed(&container).power_state {
            PowerState::Running => {}
            PowerState::Paused => {
                self.thaw(instance).await?;
            }
            _ => return self.start_anew(&container, instance, network).await,
        }
        self.wire(instance, network, HostEnds::Unknown).await
    }

    async fn start_anew(
        &self,
        container: &ContainerInspectResponse,
        instance: &Instance,
        network: &NetworkInfo,
    ) -> Result<Observed, Error> {
        let id = instance.id;
        let ready = Ready {
            id: container.id.clone().ok_or(Error::NoSuchInstance(id))?,
            network_mode: network_mode(container).to_owned(),
        };
        if self.check_mounts(container, instance).await? == Bound::Nothing {
            self.let_restart(id, container).await?;
        }
        self.over(id);
        self.prepare(instance, &network.vifs).await?;
        let started = self.start_connected(&ready, instance, network).await;
        if started.is_err()
            && let Err(error) = self.give_up(id).await
        {
            tracing::error!(instance.id = %id, %error, "a server without its network could not be stopped");
        }
        started
    }

    async fn give_up(&self, id: InstanceId) -> Result<(), Error> {
        let container = self.existing(id).await?;
        self.keep_from_restarting(id, &container).await?;
        self.kill(id).await.map(drop)
    }

    /// A paused container goes on first, or it could not hear that it should end.
    pub(super) async fn stop(&self, id: InstanceId, timeout: Duration) -> Result<Observed, Error> {
        let found = self.existing(id).await?;
        let now = observed(&found);
        self.keep_from_restarting(id, &found).await?;
        let container = found.id.clone().ok_or(Error::NoSuchInstance(id))?;
        let api = self.docker.patient_api().await?;
        match now.power_state {
            PowerState::Shutdown => {
                self.over(id);
                return Ok(now);
            }
            PowerState::Paused => api.unpause_container(&container).await.map_err(refused_for(id))?,
            _ => {}
        }
        let seconds = i32::try_from(timeout.as_secs()).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        let stopped = api.stop_container(&container, Some(options)).await;
        if stopped.is_err() {
            self.put_back(id, &found).await?;
        }
        stopped.map_err(refused_for(id))?;
        self.over(id);
        self.state_after(id).await
    }

    pub(super) async fn restart(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
        kind: RebootType,
        timeout: Duration,
    ) -> Result<Observed, Error> {
        match kind {
            RebootType::Soft => self.stop(instance.id, timeout).await?,
            RebootType::Hard => self.kill(instance.id).await?,
        };
        self.start(instance, network).await
    }

    async fn kill(&self, id: InstanceId) -> Result<Observed, Error> {
        let (container, now) = self.container_and_state(id).await?;
        if now.power_state == PowerState::Shutdown {
            return Ok(now);
        }
        let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
        let api = self.docker.patient_api().await?;
        match api
            .kill_container(&container, Some(options))
            .await
            .map_err(crate::docker::Error::from)
        {
            // It ended by itself meanwhile.
            Err(error) if error.is_conflict() => {}
            other => other.map_err(super::refusal::refused)?,
        }
        self.over(id);
        self.state_after(id).await
    }

    /// A restart of the engine must not wake it.
    pub(super) async fn freeze(&self, id: InstanceId) -> Result<Observed, Error> {
        let found = self.existing(id).await?;
        let now = observed(&found);
        if now.power_state == PowerState::Paused {
            return Ok(now);
        }
        self.keep_from_restarting(id, &found).await?;
        let container = found.id.clone().ok_or(Error::NoSuchInstance(id))?;
        let api = self.docker.api().await?;
        if let Err(error) = api.pause_container(&container).await {
            self.put_back(id, &found).await?;
            return Err(refused_for(id)(error));
        }
        self.state_after(id).await
    }

    pub(super) async fn thaw(&self, instance: &Instance) -> Result<Observed, Error> {
        let id = instance.id;
        let found = self.existing(id).await?;
        let now = observed(&found);
        if now.power_state == PowerState::Running {
            return Ok(now);
        }
        let container = found.id.clone().ok_or(Error::NoSuchInstance(id))?;
        let api = self.docker.api().await?;
        api.unpause_container(&container).await.map_err(refused_for(id))?;
        // What is bound from the host is judged at starts: it went on with what it had.
        if matches!(self.check_mounts(&found, instance).await, Ok(Bound::Nothing)) {
            self.let_restart(id, &found).await?;
        }
        self.state_after(id).await
    }

    /// The engine's own id of the container, which cannot come to mean another one.
    async fn container_and_state(&self, id: InstanceId) -> Result<(String, Observed), Error> {
        let container = self.existing(id).await?;
        let now = observed(&container);
        Ok((container.id.ok_or(Error::NoSuchInstance(id))?, now))
    }

    async fn state_after(&self, id: InstanceId) -> Result<Observed, Error> {
        Ok(observed(&self.existing(id).await?))
    }
}
