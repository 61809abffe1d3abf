//! A server group: servers that want to share a host, or not to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Instance, ProjectId, SchedulerHints, ServerGroupId, UserId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerGroup {
    pub id: ServerGroupId,
    pub name: String,
    pub policy: GroupPolicy,
    /// How many of its servers one host may have, when they want to be apart; else one.
    pub max_server_per_host: Option<u64>,
    pub project_id: ProjectId,
    pub user_id: UserId,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupPolicy {
    Affinity,
    AntiAffinity,
    SoftAffinity,
    SoftAntiAffinity,
}

impl ServerGroup {
    /// Servers belong to the group that they were made for.
    pub fn has(&self, instance: &Instance) -> bool {
        instance.scheduler_hints.group() == Some(self.id)
    }
}

impl SchedulerHints {
    /// The server group that is asked for.
    pub fn group(&self) -> Option<ServerGroupId> {
        /// The one hint that is looked at.
        #[derive(Deserialize)]
        struct Group {
            group: OneOrSeveral,
        }

        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrSeveral {
            One(ServerGroupId),
            Several(Vec<ServerGroupId>),
        }

        if !self.0.contains("\"group\"") {
            return None;
        }
        let hints: Group = serde_json::from_str(&self.0).ok()?;
        match hints.group {
            OneOrSeveral::One(group) => Some(group),
            OneOrSeveral::Several(groups) => groups.first().copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_found_among_the_hints() {
        let id = "2fbd5d0f-3b4b-4e0c-8d5c-3a3e6a2a3f10";
        let group = |hints: &str| SchedulerHints(hints.to_owned()).group().map(|id| id.to_string());
        assert_eq!(group(&format!(r#"{{"group": "{id}"}}"#)).as_deref(), Some(id));
        assert_eq!(
            group(&format!(r#"{{"x": 1, "group": ["{id}"]}}"#)).as_deref(),
            Some(id)
        );
        assert_eq!(group(r#"{"group": "web"}"#), None);
        assert_eq!(group("{}"), None);
    }
}
