//! When a server ran, and how big it was: what remains of it for those who count.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Instance, InstanceId, ProjectId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetime {
    pub id: InstanceId,
    pub name: String,
    pub project_id: ProjectId,
    /// The flavor's name.
    pub flavor: String,
    pub vcpus: u32,
    pub memory_mb: u64,
    pub local_gb: u64,
    pub launched_at: Timestamp,
    /// None of a server that is still there.
    pub terminated_at: Option<Timestamp>,
}

impl Lifetime {
    /// Of a server that was ever up.
    pub fn of(instance: &Instance) -> Option<Self> {
        Some(Self {
            id: instance.id,
            name: instance.name.clone(),
            project_id: instance.project_id.clone(),
            flavor: instance.flavor.name.clone(),
            vcpus: instance.flavor.vcpus,
            memory_mb: instance.flavor.memory_mb,
            local_gb: instance.flavor.root_gb + instance.flavor.ephemeral_gb,
            launched_at: instance.launched_at?,
            terminated_at: instance.terminated_at,
        })
    }
}
