//! The compute node of this host, as administrators look at it.

use std::sync::Arc;

use super::core::{Compute, Core};
use crate::compute::{Error, Service};
use crate::objects::{HostResources, Instance, PowerState, VmState};

/// The engine and its host; what is used is what the flavors of the servers on it say.
#[derive(Debug, Clone)]
pub struct Hypervisor {
    pub service: Service,
    pub resources: HostResources,
    pub host_ip: String,
    pub statistics: Statistics,
    /// The servers on it, oldest first.
    pub servers: Vec<Arc<Instance>>,
}

/// Sums over one hypervisor or several. MiB and GiB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    pub count: u64,
    pub vcpus: u64,
    pub vcpus_used: u64,
    pub memory_mb: u64,
    pub memory_mb_used: u64,
    pub local_gb: u64,
    pub local_gb_used: u64,
    /// Less than nothing when more was promised than there is.
    pub free_ram_mb: i64,
    pub free_disk_gb: i64,
    /// What the disk itself has left.
    pub disk_available_least: u64,
    pub current_workload: u64,
    pub running_vms: u64,
}

impl Compute {
    /// Those whose service is known: one, or none until the engine has answered once.
    pub async fn hypervisors(&self) -> Result<Vec<Hypervisor>, Error> {
        let core = &self.core;
        let (Some(record), Some(resources)) = (core.service().await?, core.host_resources().await) else {
            return Ok(Vec::new());
        };
        let mut servers = core.records.instances().await?;
        servers.retain(|server| server.host.as_ref() == Some(&record.host));
        servers.reverse();
        Ok(vec![Hypervisor {
            statistics: statistics(&resources, core.settings.reserved_host_memory_mb, &servers),
            host_ip: core.settings.host_ip.clone(),
            service: core.seen(record).await?,
            resources,
            servers,
        }])
    }

    /// What the host's own `uptime` would say; `None` where the driver cannot know.
    pub async fn host_uptime(&self) -> Result<Option<String>, Error> {
        self.core
            .driver
            .host_uptime()
            .await
            .map_err(|error| Error::from(error).at_the_door())
    }
}

impl Core {
    /// As last seen.
    pub(super) async fn host_resources(&self) -> Option<HostResources> {
        match self.engine.resources() {
            Some(resources) => Some(resources),
            None => self.driver.resources().await.ok(),
        }
    }
}

fn statistics(host: &HostResources, reserved_mb: u64, servers: &[Arc<Instance>]) -> Statistics {
    let sum = |of: fn(&Instance) -> u64| servers.iter().map(|server| of(server)).sum::<u64>();
    let memory_mb_used = reserved_mb + sum(|server| server.flavor.memory_mb);
    let local_gb_used = sum(|server| server.flavor.root_gb + server.flavor.ephemeral_gb);
    let left = |have: u64, used: u64| {
        i64::try_from(have).unwrap_or(i64::MAX) - i64::try_from(used).unwrap_or(i64::MAX)
    };
    Statistics {
        count: 1,
        vcpus: host.vcpus.into(),
        vcpus_used: sum(|server| server.flavor.vcpus.into()),
        memory_mb: host.memory_mb,
        memory_mb_used,
        local_gb: host.local_gb,
        local_gb_used,
        free_ram_mb: left(host.memory_mb, memory_mb_used),
        free_disk_gb: left(host.local_gb, local_gb_used),
        disk_available_least: host.free_disk_gb,
        current_workload: servers
            .iter()
            .filter(|server| server.task_state.is_some() || server.vm_state == VmState::Building)
            .count() as u64,
        running_vms: servers
            .iter()
            .filter(|server| server.power_state == PowerState::Running)
            .count() as u64,
    }
}
