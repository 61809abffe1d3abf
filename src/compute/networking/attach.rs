//! One interface more for a server that is there; the answer waits until it works.

use std::sync::Arc;

use tokio::sync::oneshot;
use uuid::Uuid;

use super::allocate::{allocate, reclaim_quietly};
use super::{Interface, choose, info, interfaces, refresh};
use crate::compute::Error;
use crate::compute::actions::ActionLog;
use crate::compute::commit::to_the_end;
use crate::compute::core::{Compute, Core};
use crate::compute::queue::Kind;
use crate::compute::task_state::Verb;
use crate::network::Changed;
use crate::objects::{Guard, Instance, InstanceId, RequestContext, TaskState, Vif, WantedNetwork};

pub(super) const ACTION: &str = "attach_interface";

impl Compute {
    /// Answers when the interface works.
    pub async fn attach_interface(
        &self,
        context: &RequestContext,
        id: InstanceId,
        wanted: WantedNetwork,
    ) -> Result<Interface, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::AttachInterface.check(&instance, context.is_admin())?;
        core.engine.required()?;
        let wanted = check(core, context, &instance, wanted).await?;
        let (core, context) = (core.clone(), context.clone());
        to_the_end(async move {
            let mut log = ActionLog::open(&core, &context, id, ACTION).await;
            let (sender, answer) = oneshot::channel();
            let work = core.clone();
            core.enqueue(id, Kind::Work, async move {
                let steps = attach(&work, id, &wanted, context.is_admin());
                let outcome = log.step("compute_attach_interface", steps).await;
                // Nobody waits any more: it is attached all the same.
                sender.send(outcome).ok();
            });
            let vif = answer.await.map_err(|_| interrupted(id))??;
            let ports = core.network.ports_of(id).await.unwrap_or_default();
            Ok(interfaces::interface(&vif, &ports))
        })
        .await
    }
}

/// The work was dropped because the server is being deleted.
pub(super) fn interrupted(id: InstanceId) -> Error {
    Error::InvalidState {
        verb: ACTION,
        id,
        attribute: "task_state",
        state: TaskState::Deleting.to_string(),
    }
}

async fn check(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    wanted: WantedNetwork,
) -> Result<WantedNetwork, Error> {
    choose::check_mode(instance.user_data.as_ref(), true)?;
    let wanted = match (wanted.port, wanted.network) {
        (Some(port), _) => {
            let port = choose::usable_port(core, context, &instance.id.to_string(), port).await;
            port.map_err(missing)?;
            return Ok(wanted);
        }
        (None, Some(_)) => wanted,
        (None, None) => WantedNetwork {
            network: Some(only_network(core, context).await?),
            ..wanted
        },
    };
    let Some(id) = wanted.network else {
        return Ok(wanted);
    };
    let networks = core.network.networks(context, Some(&[id])).await;
    let networks = networks.map_err(|error| Error::from(error).at_the_door())?;
    if networks.is_empty() {
        return Err(Error::NotFound(format!("Network {id} could not be found.")));
    }
    choose::check_external(context, &networks)?;
    let groups = instance.wiring.security_groups.is_some();
    choose::check_groups(std::slice::from_ref(&wanted), &networks, groups)?;
    if let Some(address) = wanted.fixed_ip {
        choose::check_address(core, context, id, address).await?;
    }
    let left = core.network.ports_left(context).await;
    match left.map_err(|error| Error::from(error).at_the_door())? {
        Some(0) => Err(choose::no_more_ports()),
        _ => Ok(wanted),
    }
}

/// What is a mistake in a boot is a thing that is not there here.
fn missing(error: Error) -> Error {
    match error {
        Error::Invalid(words) if words.ends_with("could not be found.") => Error::NotFound(words),
        error => error,
    }
}

async fn only_network(core: &Core, context: &RequestContext) -> Result<Uuid, Error> {
    let networks = core.network.networks(context, None).await;
    let networks = networks.map_err(|error| Error::from(error).at_the_door())?;
    match networks.as_slice() {
        [network] => Ok(network.id),
        [] => Err(Error::Invalid(format!(
            "No specific network was requested and none are available for project '{}'.",
            context.project_id
        ))),
        _ => Err(Error::Invalid(choose::AMBIGUOUS.to_owned())),
    }
}

async fn attach(core: &Arc<Core>, id: InstanceId, wanted: &WantedNetwork, admin: bool) -> Result<Vif, Error> {
    let instance = core
        .change(id, |instance| {
            Verb::AttachInterface.check(instance, admin)?;
            instance.wiring.unsettled = true;
            Ok(())
        })
        .await?;
    let connected = connect(core, &instance, wanted).await;
    reclaim_quietly(core, id).await;
    connected
}

/// The record knows of the interface before it is plugged: whatever happens then, its ends are found.
async fn connect(core: &Arc<Core>, instance: &Instance, wanted: &WantedNetwork) -> Result<Vif, Error> {
    let id = instance.id;
    let allocated = allocate(core, instance, std::slice::from_ref(wanted)).await;
    let vifs = allocated.map_err(Error::at_the_door)?;
    let Some(vif) = vifs.first().cloned() else {
        return Err(failed(id, "the network service made no port"));
    };
    let with_it = core
        .change(id, |instance| {
            instance.vifs.extend(vifs);
            Ok(())
        })
        .await?;
    match plug(core, &with_it).await {
        Ok(()) => {
            // What became of the port since it was asked about.
            core.nets.ask(Changed::Ports(vec![vif.id]));
            Ok(vif)
        }
        Err(error) => {
            disconnect(core, &with_it, &vif).await?;
            Err(failed(id, &error.in_full()))
        }
    }
}

async fn plug(core: &Core, instance: &Instance) -> Result<(), Error> {
    let instance = info::learn(core, instance).await?;
    Ok(core.driver.plug_vifs(&instance, &info::known(&instance)).await?)
}

fn failed(id: InstanceId, reason: &str) -> Error {
    Error::InterfaceAttachFailed {
        id,
        reason: reason.to_owned(),
    }
}

/// Its port is left to whoever reclaims. An end that stays is kept in the record, and tried again with the server.
pub(super) async fn disconnect(core: &Arc<Core>, instance: &Instance, vif: &Vif) -> Result<(), Error> {
    refresh::unplug(core, instance, vif).await?;
    core.change(instance.id, |instance| {
        instance.vifs.retain(|known| known.id != vif.id);
        instance
            .wiring
            .guards
            .retain(|guard: &Guard| guard.port != vif.id);
        instance.wiring.unsettled = true;
        Ok(())
    })
    .await?;
    Ok(())
}
