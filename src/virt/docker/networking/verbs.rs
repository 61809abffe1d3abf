//! The driver's other verbs on VIFs: before a container runs, while it does, and after.

use bollard::models::ContainerInspectResponse;

use super::super::DockerDriver;
use super::{Life, ours};
use crate::network::vif::Plugging;
use crate::objects::{Instance, InstanceId, Vif};
use crate::virt::{Error, NetworkInfo};

impl DockerDriver {
    /// What can be done before the container runs.
    pub(in crate::virt::docker) async fn prepare(
        &self,
        instance: &Instance,
        vifs: &[Vif],
    ) -> Result<(), Error> {
        match &self.settings.plugging {
            Plugging::Ours(driver) => ours::plug(driver, instance, vifs).await,
            Plugging::Engine => self.networks.ensure(vifs).await,
        }
    }

    pub(in crate::virt::docker) async fn detach(&self, instance: &Instance, vif: &Vif) -> Result<(), Error> {
        let id = instance.id;
        let found = self.find(id).await?;
        let life = found.as_ref().and_then(Life::of);
        if let (Plugging::Ours(driver), Some(life)) = (&self.settings.plugging, life) {
            match self.namespace_of(id, &life).await {
                Ok(namespace) => driver.detach(vif, &ours::inside(&namespace, vif)).await?,
                Err(error) if self.lives(id, &life).await? => return Err(error),
                // What was inside went with it.
                Err(_) => {}
            }
        }
        self.unplug(instance, std::slice::from_ref(vif)).await?;
        found.map(drop).ok_or(Error::NoSuchInstance(id))
    }

    pub(in crate::virt::docker) async fn unplug(
        &self,
        instance: &Instance,
        vifs: &[Vif],
    ) -> Result<(), Error> {
        self.wired.change(instance.id, |network| {
            let stays = |id| vifs.iter().all(|vif| vif.id != id);
            network.vifs.retain(|vif| stays(vif.id));
            network.guards.retain(|guard| stays(guard.port));
        });
        match &self.settings.plugging {
            Plugging::Ours(driver) => ours::unplug(driver, instance, vifs).await,
            Plugging::Engine => self.networks.leave(instance.id, vifs).await,
        }
    }

    pub(in crate::virt::docker) async fn protect(
        &self,
        instance: &Instance,
        network: &NetworkInfo,
    ) -> Result<(), Error> {
        let id = instance.id;
        let container = self.existing(id).await?;
        let life = Life::of(&container);
        let (Plugging::Ours(_), Some(life)) = (&self.settings.plugging, life) else {
            return Ok(());
        };
        let wired = self.wired.of(id, &life);
        if wired.is_some_and(|wired| wired.guards == network.guards) {
            return Ok(());
        }
        match self.replace_guards(id, &life, network).await {
            Err(error) if self.lives(id, &life).await? => return Err(error),
            // The next run is wired with these guards.
            Err(_) => {}
            Ok(()) => self
                .wired
                .change(id, |wired| wired.guards.clone_from(&network.guards)),
        }
        Ok(())
    }

    async fn replace_guards(&self, id: InstanceId, life: &Life, network: &NetworkInfo) -> Result<(), Error> {
        let namespace = self.namespace_of(id, life).await?;
        ours::protect(&namespace, network).await?;
        Ok(())
    }

    /// The container does not run: nothing may hold its namespace any longer, for its interfaces live as long as that.
    pub(in crate::virt::docker) fn over(&self, id: InstanceId) {
        self.wired.forget(id);
        if let Some(guests) = &self.settings.guests {
            guests.leave(id);
        }
    }

    /// What is seen of a container tells of ends that nobody told of, while the engine was away.
    pub(in crate::virt::docker) fn notice(&self, id: InstanceId, container: &ContainerInspectResponse) {
        if self.wired.forget_if(id, |life| life.ended_as(container)) {
            self.over(id);
        }
    }

    /// The engine tells, perhaps late, that a run ended at this time.
    pub(in crate::virt::docker) fn ended(&self, id: InstanceId, container: &str, nanoseconds: i64) {
        if self
            .wired
            .forget_if(id, |life| life.had_begun(container, nanoseconds))
        {
            self.over(id);
        }
    }
}
