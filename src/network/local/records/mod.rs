//! What the standalone network service remembers, each resource with the fields that Neutron shows of it.

mod addressing;
mod network;
mod port;
mod quota;
mod router;
mod security;
mod subnet;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::objects::{Cidr, ProjectId};

pub use addressing::{AddressScope, SubnetPool};
pub use network::Network;
pub use port::{AddressPair, DhcpOption, FixedIp, Port};
pub use quota::{Mark, QuotaSet};
pub use router::{FloatingIp, Gateway, Router};
pub use security::{SecurityGroup, SecurityGroupRule};
pub use subnet::{Ipv6Mode, Pool, Subnet};

/// What every resource has. Times and revision are set when a change is stored, not by who makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    pub id: Uuid,
    pub project_id: ProjectId,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub tags: BTreeSet<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub revision_number: u64,
}

impl Standard {
    pub fn new(id: Uuid, project_id: ProjectId) -> Self {
        Self {
            id,
            project_id,
            description: String::new(),
            tags: BTreeSet::new(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            revision_number: 0,
        }
    }
}

/// What is sent to `destination` goes by way of `nexthop`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub destination: Cidr,
    pub nexthop: std::net::IpAddr,
}
