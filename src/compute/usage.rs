//! Which servers ran when, those that are gone among them.

use jiff::Timestamp;

use super::core::Compute;
use crate::compute::Error;
use crate::objects::{Instance, Lifetime, ProjectId};

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
        let dead = records.deleted_instances(Some(begin), project).await?;
        let dead: Vec<Lifetime> = dead
            .iter()
            .filter_map(Lifetime::of)
            .filter(|lifetime| lifetime.launched_at < end && lifetime.terminated_at > Some(begin))
            .collect();
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
        lifetime: Lifetime::of(instance)?,
        state: instance.vm_state.as_str(),
    })
}
