//! A host aggregate: hosts that an administrator put together, and what is said of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Counts up, and none comes back.
    pub id: i64,
    pub uuid: Uuid,
    pub name: String,
    pub hosts: BTreeSet<String>,
    pub metadata: BTreeMap<String, String>,
    pub created_at: Timestamp,
    pub updated_at: Option<Timestamp>,
}

impl Aggregate {
    /// The key whose value is the zone that the hosts are in.
    pub const ZONE: &'static str = "availability_zone";

    pub fn zone(&self) -> Option<&String> {
        self.metadata.get(Self::ZONE)
    }
}
