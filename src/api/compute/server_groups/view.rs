//! How a server group is shown.

use std::collections::BTreeMap;

use crate::compute::GroupMembers;
use crate::objects::{GroupPolicy, InstanceId, ProjectId, ServerGroupId, UserId};
use crate::view;

view! {
    pub(super) struct ServerGroupView {
        id: ServerGroupId,
        name: String,
        policies: [GroupPolicy; 1] = ..2.64,
        metadata: BTreeMap<String, String> = ..2.64,
        policy: GroupPolicy = 2.64..,
        rules: BTreeMap<&'static str, u64> = 2.64..,
        members: Vec<InstanceId>,
        project_id: ProjectId = 2.13..,
        user_id: UserId = 2.13..,
    }
}

impl ServerGroupView {
    pub(super) fn of(shown: GroupMembers) -> Self {
        let GroupMembers { group, members } = shown;
        let most = group.max_server_per_host.into_iter();
        Self {
            id: group.id,
            name: group.name,
            policies: [group.policy],
            metadata: BTreeMap::new(),
            policy: group.policy,
            rules: most.map(|most| ("max_server_per_host", most)).collect(),
            members,
            project_id: group.project_id,
            user_id: group.user_id,
        }
    }
}
