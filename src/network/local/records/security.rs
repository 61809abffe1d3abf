//! Security groups and the rules in them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Standard;
use crate::network::firewall::{Direction, Ethertype};
use crate::objects::{Cidr, ProjectId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    #[serde(flatten)]
    pub standard: Standard,
    pub name: String,
    pub stateful: bool,
}

/// One thing that is let through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroupRule {
    #[serde(flatten)]
    pub standard: Standard,
    pub security_group_id: Uuid,
    pub direction: Direction,
    pub ethertype: Ethertype,
    /// A name or a number, as the user wrote it.
    pub protocol: Option<String>,
    pub port_range_min: Option<u16>,
    pub port_range_max: Option<u16>,
    pub remote_ip_prefix: Option<Cidr>,
    pub remote_group_id: Option<Uuid>,
}

impl SecurityGroup {
    pub fn new(id: Uuid, project: ProjectId, name: &str) -> Self {
        Self {
            standard: Standard::new(id, project),
            name: name.to_owned(),
            stateful: true,
        }
    }
}

impl SecurityGroupRule {
    /// Everything of this kind and direction, from or to anybody.
    pub fn new(
        id: Uuid,
        project: ProjectId,
        group: Uuid,
        direction: Direction,
        ethertype: Ethertype,
    ) -> Self {
        Self {
            standard: Standard::new(id, project),
            security_group_id: group,
            direction,
            ethertype,
            protocol: None,
            port_range_min: None,
            port_range_max: None,
            remote_ip_prefix: None,
            remote_group_id: None,
        }
    }
}
