//! Whose VIF it is, as far as drivers ask.

use crate::objects::{Instance, InstanceId, ProjectId};

/// Whose VIF it is: what outside networks want to know of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub id: InstanceId,
    pub project_id: ProjectId,
    pub name: String,
}

impl From<&Instance> for Owner {
    fn from(instance: &Instance) -> Self {
        Self {
            id: instance.id,
            project_id: instance.project_id.clone(),
            name: instance.name.clone(),
        }
    }
}
