//! What a compute node has, and how much of it is taken.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostResources {
    pub hypervisor_type: String,
    pub hypervisor_hostname: String,
    /// The engine's own version, as it says it (`20.10.24`).
    pub version: String,
    pub architecture: String,
    pub vcpus: u32,
    pub memory_mb: u64,
    pub local_gb: u64,
    pub free_disk_gb: u64,
}
