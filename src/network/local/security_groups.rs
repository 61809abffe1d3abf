//! Security groups: each project has a default one from the moment that anybody looks.

use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::records::{SecurityGroup, SecurityGroupRule};
use super::state::State;
use crate::network::firewall::{Direction, Ethertype};
use crate::objects::ProjectId;

pub const DEFAULT: &str = "default";

/// What a client says of a group; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub stateful: Option<bool>,
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    check(&wanted)?;
    ensure_default(edit, &project);
    edit.claim::<SecurityGroup>(&project)?;
    let id = edit.uuid();
    let mut group = SecurityGroup::new(id, project.clone(), "");
    apply(&mut group, wanted);
    edit.state.security_groups.put(group);
    for ethertype in [Ethertype::V4, Ethertype::V6] {
        edit.claim::<SecurityGroupRule>(&project)?;
        let rule = SecurityGroupRule::new(edit.uuid(), project.clone(), id, Direction::Egress, ethertype);
        edit.state.security_group_rules.put(rule);
    }
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    check(&wanted)?;
    let group = edit.own::<SecurityGroup>("update", id)?;
    if group.name == DEFAULT && wanted.name.is_some() {
        let message = "Updating default security group not allowed.";
        return Err(Error::conflict("SecurityGroupCannotUpdateDefault", message));
    }
    apply(group, wanted);
    Ok(())
}

/// With its rules, and those of other groups that are about its members.
pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    let group = edit.own::<SecurityGroup>("delete", id)?;
    let is_default = group.name == DEFAULT;
    let mut ports = edit.state.ports.values();
    if ports.any(|port| port.security_groups.contains(&id)) {
        let message = format!("Security Group {id} in use.");
        return Err(Error::conflict("SecurityGroupInUse", message));
    }
    if is_default && !edit.context.is_admin() {
        let message = "Insufficient rights for removing default security group.";
        return Err(Error::conflict("SecurityGroupCannotRemoveDefault", message));
    }
    let rules = edit.state.security_group_rules.values();
    let about_it =
        |rule: &SecurityGroupRule| rule.security_group_id == id || rule.remote_group_id == Some(id);
    let gone: Vec<Uuid> = rules
        .filter(|rule| about_it(rule))
        .map(|rule| rule.standard.id)
        .collect();
    for rule in gone {
        edit.state.security_group_rules.remove(&rule);
    }
    edit.state.security_groups.remove(&id);
    Ok(())
}

fn check(wanted: &Wanted) -> Result<(), Error> {
    if wanted
        .name
        .as_ref()
        .is_some_and(|name| name.eq_ignore_ascii_case(DEFAULT))
    {
        let message = "Default security group already exists.";
        return Err(Error::conflict("SecurityGroupDefaultAlreadyExists", message));
    }
    match wanted.stateful {
        Some(false) => Err(Error::input("stateless security groups are not supported")),
        _ => Ok(()),
    }
}

fn apply(group: &mut SecurityGroup, wanted: Wanted) {
    set(&mut group.name, wanted.name);
    set(&mut group.standard.description, wanted.description);
}

/// The project's default group, if it has been made.
pub fn default_of(state: &State, project: &ProjectId) -> Option<Uuid> {
    state
        .security_groups
        .values()
        .find(|group| group.name == DEFAULT && group.standard.project_id == *project)
        .map(|group| group.standard.id)
}

/// That of the caller, whatever else there is to see.
pub fn ensure_own_default(edit: &mut Edit<'_>) -> Result<(), Error> {
    let project = edit.context.project_id.clone();
    ensure_default(edit, &project);
    Ok(())
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

impl State {
    pub fn rules_of(&self, group: Uuid) -> impl Iterator<Item = &Arc<SecurityGroupRule>> {
        self.security_group_rules
            .values()
            .filter(move |rule| rule.security_group_id == group)
    }
}
