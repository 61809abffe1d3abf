//! Security groups: each project has a default one from the moment that anybody looks.

use uuid::Uuid;

use super::edit::Edit;
use super::records::{SecurityGroup, SecurityGroupRule};
use super::state::State;
use crate::network::firewall::{Direction, Ethertype};
use crate::objects::ProjectId;

pub const DEFAULT: &str = "default";

/// The project's default group, if it has been made.
pub fn default_of(state: &State, project: &ProjectId) -> Option<Uuid> {
    state
        .security_groups
        .values()
        .find(|group| group.name == DEFAULT && group.standard.project_id == *project)
        .map(|group| group.standard.id)
}

/// The project's default group, made now if it is not there: members reach each other, and everybody outside.
pub fn ensure_default(edit: &mut Edit<'_>, project: &ProjectId) -> Uuid {
    if let Some(id) = default_of(edit.state, project) {
        return id;
    }
    let id = edit.uuid();
    let mut group = SecurityGroup::new(id, project.clone(), DEFAULT);
    group.standard.description = "Default security group".to_owned();
    edit.state.security_groups.put(group);
    for ethertype in [Ethertype::V4, Ethertype::V6] {
        for direction in [Direction::Egress, Direction::Ingress] {
            let mut rule = SecurityGroupRule::new(edit.uuid(), project.clone(), id, direction, ethertype);
            rule.remote_group_id = (direction == Direction::Ingress).then_some(id);
            edit.state.security_group_rules.put(rule);
        }
    }
    id
}
