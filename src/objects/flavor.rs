//! A flavor: how much of a host a server may have.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FlavorId, ProjectId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flavor {
    pub id: FlavorId,
    pub name: String,
    pub description: Option<String>,
    pub vcpus: u32,
    pub memory_mb: u64,
    /// The size of `/`; 0 asks for no limit.
    pub root_gb: u64,
    pub ephemeral_gb: u64,
    pub swap_mb: u64,
    /// Kept and shown; networks here know no such thing.
    #[serde(default = "one")]
    pub rxtx_factor: f64,
    pub is_public: bool,
    pub disabled: bool,
    pub extra_specs: BTreeMap<String, String>,
    pub created_at: Timestamp,
}

const fn one() -> f64 {
    1.0
}

/// Which projects may use a flavor that is not public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlavorAccess {
    pub flavor: FlavorId,
    pub projects: BTreeSet<ProjectId>,
}
