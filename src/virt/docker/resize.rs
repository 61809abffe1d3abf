//! Other limits for a container, while it runs.

use bollard::models::ContainerUpdateBody;

use super::DockerDriver;
use super::allowed::Asked;
use super::container::Limits;
use super::refusal::refused_for;
use crate::objects::Instance;
use crate::virt::Error;

impl DockerDriver {
    /// Those of memory and processors; the size of a disk stays what it was.
    pub(super) async fn limit(&self, instance: &Instance) -> Result<(), Error> {
        let id = instance.id;
        let container = self.existing(id).await?.id.ok_or(Error::NoSuchInstance(id))?;
        let options = Asked::by(instance)?.said();
        let limits = Limits::of(&instance.flavor, &options, self.host_cpus().await?);
        let update = ContainerUpdateBody {
            memory: limits.memory,
            memory_swap: limits.memory_swap,
            cpu_shares: Some(limits.cpu_shares),
            nano_cpus: Some(limits.nano_cpus),
            ..ContainerUpdateBody::default()
        };
        let api = self.docker.api().await?;
        api.update_container(&container, update)
            .await
            .map_err(refused_for(id))?;
        self.renew_cpuinfo(instance).await
    }
}
