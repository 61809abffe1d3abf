//! Where subnets take their ranges from.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Standard;
use crate::objects::{Cidr, ProjectId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubnetPool {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub ip_version: u8,
    pub prefixes: Vec<Cidr>,
    /// How many addresses (IPv4) or /64 (IPv6) a project may take; none is no limit.
    pub default_quota: Option<u64>,
    pub default_prefixlen: u8,
    pub min_prefixlen: u8,
    pub max_prefixlen: u8,
    pub shared: bool,
    pub is_default: bool,
    pub address_scope_id: Option<Uuid>,
}

/// Pools of one scope do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressScope {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub ip_version: u8,
    pub shared: bool,
}

impl AddressScope {
    pub fn new(id: Uuid, project: ProjectId, ip_version: u8) -> Self {
        Self {
            standard: Standard::new(id, project),
            name: String::new(),
            ip_version,
            shared: false,
        }
    }
}
