//! Which servers ran when, those that are gone among them.

use jiff::Timestamp;

use super::core::{Compute, Core};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, Lifetime, ProjectId};

/// A server that ran in the time that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUsage {
    pub lifetime: Lifetime,
    /// `active`, `stopped` .. or `terminated`.
    pub state: &'static str,
}

impl Compute {
    /// Of one project or of all, by project and id.
    pub async fn usage(
        &self,
        begin: Timestamp,
        end: Timestamp,
        project: Option<&ProjectId>,
    ) -> Result<Vec<ServerUsage>, Error> {
        let records = &self.core.records;
        // The living first: a server that is deleted meanwhile is among both, and counted once.
        let alive = records.instances().await?;
        let dead = records.lifetimes(begin, end, project).await?;
        let alive = alive
            .iter()
            .filter(|instance| project.is_none_or(|project| instance.project_id == *project))
            .filter_map(|instance| seen(instance))
            .filter(|usage| usage.lifetime.launched_at < end)
            .filter(|usage| dead.iter().all(|lifetime| lifetime.id != usage.lifetime.id));
        let mut all: Vec<ServerUsage> = alive.collect();
        all.extend(dead.into_iter().map(|lifetime| ServerUsage {
            lifetime,
            state: "terminated",
        }));
        let order = |usage: &ServerUsage| (usage.lifetime.project_id.clone(), usage.lifetime.id.to_string());
        all.sort_by_cached_key(order);
        Ok(all)
    }
}

fn seen(instance: &Instance) -> Option<ServerUsage> {
    Some(ServerUsage {
        lifetime: Lifetime::of(instance, None)?,
        state: instance.vm_state.as_str(),
    })
}

impl Core {
    /// Deletes the record, and keeps what usage needs of it.
    pub(super) async fn forget_instance(&self, id: InstanceId) -> Result<(), Error> {
        let instance = self.instance(id).await?;
        let now = self.now();
        if let Some(lifetime) = Lifetime::of(&instance, Some(now)) {
            self.records.end_lifetime(&lifetime, now).await?;
        }
        Ok(self.records.delete_instance(id).await?)
    }
}
