//! Server groups: who is in one, and whether another server may come to the host that some of them are on.

use std::sync::Arc;

use super::core::{Compute, Core};
use super::quota;
use crate::compute::{Error, Quotas};
use crate::objects::{
    GroupPolicy, Instance, InstanceId, ProjectId, RequestContext, Resource, ServerGroup, ServerGroupId,
    UserId,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewServerGroup {
    pub name: String,
    pub policy: GroupPolicy,
    pub max_server_per_host: Option<u64>,
}

/// A group and the servers that are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMembers {
    pub group: ServerGroup,
    pub members: Vec<InstanceId>,
}

impl Compute {
    pub async fn create_server_group(
        &self,
        context: &RequestContext,
        new: NewServerGroup,
    ) -> Result<ServerGroup, Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        let (project, user) = (&context.project_id, &context.user_id);
        let groups: Vec<ServerGroup> = core.records.all_kept().await?;
        for user in [None, Some(user)] {
            let quotas = core.quotas(project, user).await?;
            quota::check_server_groups(&quotas, count(&groups, project, user))?;
        }
        let group = ServerGroup {
            id: ServerGroupId(core.world.id(Resource::ServerGroup)),
            name: new.name,
            policy: new.policy,
            max_server_per_host: new.max_server_per_host,
            project_id: project.clone(),
            user_id: user.clone(),
            created_at: core.now(),
        };
        core.records.keep(&group).await?;
        Ok(group)
    }

    /// Those of a project, or of all, oldest first.
    pub async fn server_groups(&self, project: Option<&ProjectId>) -> Result<Vec<GroupMembers>, Error> {
        let mut groups: Vec<ServerGroup> = self.core.records.all_kept().await?;
        groups.retain(|group| project.is_none_or(|project| group.project_id == *project));
        groups.sort_by_key(|group| (group.created_at, group.id));
        let instances = self.core.records.instances().await?;
        let with_members = |group: ServerGroup| GroupMembers {
            members: members(&group, &instances).map(|instance| instance.id).collect(),
            group,
        };
        Ok(groups.into_iter().map(with_members).collect())
    }

    pub async fn server_group(&self, context: &RequestContext, id: &str) -> Result<GroupMembers, Error> {
        let group = self.core.server_group(context, id).await?;
        let instances = self.core.records.instances().await?;
        let members = members(&group, &instances).map(|instance| instance.id).collect();
        Ok(GroupMembers { group, members })
    }

    pub async fn delete_server_group(&self, context: &RequestContext, id: &str) -> Result<(), Error> {
        let group = self.core.server_group(context, id).await?;
        self.core
            .records
            .drop_kept::<ServerGroup>(&group.id.to_string())
            .await?;
        Ok(())
    }

    /// The group that a server is in, unless it is gone.
    pub async fn server_group_of(&self, instance: &Instance) -> Result<Option<ServerGroupId>, Error> {
        let group = self.core.group_of(instance).await?;
        Ok(group.map(|group| group.id))
    }
}

impl Core {
    /// The group if the caller may know of it: one of another project does not exist for them.
    pub(super) async fn server_group(
        &self,
        context: &RequestContext,
        id: &str,
    ) -> Result<ServerGroup, Error> {
        let found: Option<ServerGroup> = match id.parse::<ServerGroupId>() {
            Ok(id) => self.records.kept(&id.to_string()).await?,
            Err(_) => None,
        };
        let visible = found.filter(|group| context.is_admin() || group.project_id == context.project_id);
        visible.ok_or_else(|| Error::NotFound(format!("Instance group {id} could not be found.")))
    }

    async fn group_of(&self, instance: &Instance) -> Result<Option<ServerGroup>, Error> {
        match instance.scheduler_hints.group() {
            Some(id) => Ok(self.records.kept(&id.to_string()).await?),
            None => Ok(None),
        }
    }

    /// Whether the group has room for so many more. To be asked with the claims held.
    pub(super) async fn check_group_quota(
        &self,
        context: &RequestContext,
        group: &ServerGroup,
        more: u32,
    ) -> Result<(), Error> {
        let instances = self.records.instances().await?;
        let quotas: Quotas = self.quotas(&context.project_id, Some(&context.user_id)).await?;
        quota::check_group_members(&quotas, members(group, &instances).count(), more)
    }

    /// Whether the server may come to the host, as far as its group is concerned; why not, for a person. To be asked with
    /// the claims held.
    pub(super) async fn group_refusal(
        &self,
        instance: &Instance,
        host: &str,
    ) -> Result<Option<String>, Error> {
        let Some(group) = self.group_of(instance).await? else {
            return Ok(None);
        };
        if group.policy != GroupPolicy::AntiAffinity {
            // Where there is one host, all of a group are together, and apart as far as can be.
            return Ok(None);
        }
        let instances = self.records.instances().await?;
        let there = members(&group, &instances)
            .filter(|other| other.id != instance.id && other.host.as_deref() == Some(host))
            .count() as u64;
        let most = group.max_server_per_host.unwrap_or(1);
        Ok((there >= most).then(|| {
            format!(
                "There are not enough hosts available: {host} has {there} of the servers of group {}, \
                 {most} may be on one host.",
                group.id
            )
        }))
    }
}

fn members<'a>(
    group: &'a ServerGroup,
    instances: &'a [Arc<Instance>],
) -> impl Iterator<Item = &'a Arc<Instance>> {
    // Records come newest first, and members have always been listed as they came.
    instances.iter().rev().filter(|instance| group.has(instance))
}

pub(super) fn count(groups: &[ServerGroup], project: &ProjectId, user: Option<&UserId>) -> u64 {
    let counted =
        |group: &&ServerGroup| group.project_id == *project && user.is_none_or(|user| group.user_id == *user);
    groups.iter().filter(counted).count() as u64
}
