//! Security groups: found by name or id, and put on and taken off all ports of a server.

use uuid::Uuid;

use crate::compute::Error;
use crate::compute::core::{Compute, Core};
use crate::network::{Changed, Port, PortChange, SecurityGroup};
use crate::objects::{Instance, InstanceId, RequestContext};

const DEFAULT: &str = "default";

/// Of a boot. The default group alone is what the service gives by itself.
pub(super) async fn resolve(
    core: &Core,
    context: &RequestContext,
    names: &[String],
) -> Result<Option<Vec<Uuid>>, Error> {
    if names.iter().all(|name| name == DEFAULT) {
        return Ok(None);
    }
    let known = known(core, context).await?;
    let mut ids = Vec::new();
    for name in names {
        let missing = || {
            Error::Invalid(format!(
                "Security group {name} not found for project {}.",
                context.project_id
            ))
        };
        let id = find(&known, name)?.ok_or_else(missing)?.id;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(Some(ids))
}

async fn known(core: &Core, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
    let known = core.network.security_groups(context).await;
    known.map_err(|error| Error::from(error).at_the_door())
}

/// An id is looked for first: it is always unique.
fn find<'a>(known: &'a [SecurityGroup], name: &str) -> Result<Option<&'a SecurityGroup>, Error> {
    let id = Uuid::parse_str(name).ok();
    if let Some(group) = known.iter().find(|group| Some(group.id) == id) {
        return Ok(Some(group));
    }
    let mut named = known.iter().filter(|group| group.name == name);
    let first = named.next();
    match named.next() {
        None => Ok(first),
        Some(_) => Err(Error::Conflict(format!(
            "Multiple security_group matches found for name '{name}', use an ID to be more specific."
        ))),
    }
}

/// The groups that count are those of the server's project, whoever asks.
fn as_owner(context: &RequestContext, instance: &Instance) -> RequestContext {
    RequestContext {
        project_id: instance.project_id.clone(),
        ..context.clone()
    }
}

/// A group by name, and all ports of the server.
async fn group_and_ports(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    name: &str,
) -> Result<(SecurityGroup, Vec<Port>), Error> {
    let known = known(core, &as_owner(context, instance)).await?;
    let group = find(&known, name)?.cloned().ok_or_else(|| {
        Error::NotFound(format!(
            "Security group {name} is not found for project {}",
            instance.project_id
        ))
    })?;
    let ports = ports(core, instance.id).await?;
    match ports.is_empty() {
        true => Err(Error::NotFound(format!(
            "instance_id {} could not be found as device id on any ports",
            instance.id
        ))),
        false => Ok((group, ports)),
    }
}

async fn ports(core: &Core, id: InstanceId) -> Result<Vec<Port>, Error> {
    let ports = core.network.ports_of(id).await;
    ports.map_err(|error| Error::from(error).at_the_door())
}

async fn set(core: &Core, port: &Port, groups: Vec<Uuid>) -> Result<(), Error> {
    let change = PortChange::SecurityGroups(groups);
    let changed = core.network.update_port(port.id, &change).await;
    changed.map_err(|error| Error::from(error).at_the_door())?;
    core.nets.ask(Changed::Ports(vec![port.id]));
    Ok(())
}

impl Compute {
    /// On every port of the server.
    pub async fn add_security_group(
        &self,
        context: &RequestContext,
        id: InstanceId,
        name: &str,
    ) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        let (group, ports) = group_and_ports(core, context, &instance, name).await?;
        if ports.iter().any(|port| port.fixed_ips.is_empty()) {
            return Err(Error::Invalid(super::choose::CANNOT_BE_APPLIED.to_owned()));
        }
        let without = |port: &&Port| !port.security_groups.contains(&group.id);
        let lacking: Vec<&Port> = ports.iter().filter(without).collect();
        if lacking.is_empty() {
            return Err(Error::Conflict(format!(
                "Security group {name} is already associated with the instance {id}"
            )));
        }
        for port in lacking {
            let groups = port.security_groups.iter().copied().chain([group.id]);
            set(core, port, groups.collect()).await?;
        }
        let added = |instance: &mut Instance| {
            if !instance.security_groups.contains(&group.name) {
                instance.security_groups.push(group.name);
            }
        };
        core.note(id, added).await?;
        Ok(())
    }

    /// From every port that has it.
    pub async fn remove_security_group(
        &self,
        context: &RequestContext,
        id: InstanceId,
        name: &str,
    ) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        let (group, ports) = group_and_ports(core, context, &instance, name).await?;
        let with = |port: &&Port| port.security_groups.contains(&group.id);
        let having: Vec<&Port> = ports.iter().filter(with).collect();
        if having.is_empty() {
            return Err(Error::NotFound(format!(
                "Security group {name} not associated with the instance {id}"
            )));
        }
        for port in having {
            let groups = port.security_groups.iter().filter(|other| **other != group.id);
            set(core, port, groups.copied().collect()).await?;
        }
        let removed = |instance: &mut Instance| instance.security_groups.retain(|known| *known != group.name);
        core.note(id, removed).await?;
        Ok(())
    }

    /// The groups of all its ports, each once.
    pub async fn security_groups(
        &self,
        context: &RequestContext,
        id: InstanceId,
    ) -> Result<Vec<SecurityGroup>, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        let ports = ports(core, id).await?;
        if ports.is_empty() {
            return Ok(Vec::new());
        }
        let mut groups = known(core, &as_owner(context, &instance)).await?;
        groups.retain(|group| ports.iter().any(|port| port.security_groups.contains(&group.id)));
        Ok(groups)
    }
}
