//! What is remembered of projects and of the service itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::objects::ProjectId;

/// The limits of one project that are not the usual ones; -1 is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaSet {
    pub project_id: ProjectId,
    pub limits: BTreeMap<String, i64>,
}

/// Something that happens once in the life of a deployment, and did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub name: String,
}
