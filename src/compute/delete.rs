//! Deletes servers, whatever is being done to them; with the container gone, the record goes.

use std::sync::Arc;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::Core;
use super::queue::Kind;
use super::task_state::Verb;
use super::{moves, networking, snapshot};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, MigrationStatus, PowerState, RequestContext, TaskState, VmState};

pub(super) const ACTION: &str = "delete";

/// Whether a delete that cannot be taken back any more is being done.
pub(super) fn is_under_way(instance: &Instance) -> bool {
    instance.task_state == Some(TaskState::Deleting)
}

/// Accepted even when the engine or the network service is away: the server stays `deleting` until it is back.
pub(super) async fn accept(
    core: &Arc<Core>,
    context: &RequestContext,
    id: InstanceId,
    verb: Verb,
) -> Result<(), Error> {
    let (core, context) = (core.clone(), context.clone());
    let before = core.visible(&context, id).await?;
    to_the_end(async move {
        core.begin(&context, id, verb).await?;
        if is_under_way(&before) && core.queues.is_busy(id) {
            return Ok(());
        }
        let log = ActionLog::open(&core, &context, id, ACTION).await;
        core.queues.interrupt(id);
        core.enqueue(id, Kind::Work, carry_out(core.clone(), id, log));
        Ok(())
    })
    .await
}

pub(super) async fn carry_out(core: Arc<Core>, id: InstanceId, mut log: ActionLog) {
    let losses = core.engine.losses();
    match log.step("compute_terminate_instance", steps(&core, id)).await {
        Ok(()) => tracing::info!(instance.id = %id, "a server was deleted"),
        Err(Error::NoSuchInstance(_)) => {}
        Err(error) if core.postpone(id, &error, losses).await => {}
        Err(error) if error.is_network_away() => core.wait_for_network(id, &error),
        Err(error) => failed(&core, id, &error).await,
    }
}

async fn steps(core: &Core, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    core.records.delete_console_auth_tokens(id).await?;
    core.driver.destroy(id).await?;
    networking::deallocate(core, id).await?;
    snapshot::withdraw(core, &instance).await;
    if let Some(image) = instance.detour.shelved_image {
        core.discard_image(&core.context_of(&instance), image).await;
    }
    moves::mark(core, id, MigrationStatus::Confirmed).await?;
    end(core, id).await?;
    core.nets.forget(id);
    Ok(())
}

/// What is left of a server is its record among the deleted ones.
async fn end(core: &Core, id: InstanceId) -> Result<(), Error> {
    let now = core.now();
    let change = |instance: &mut Instance| {
        instance.vm_state = VmState::Deleted;
        instance.task_state = None;
        instance.power_state = PowerState::NoState;
        instance.vifs.clear();
        instance.updated_at = now;
        instance.terminated_at = Some(now);
        true
    };
    Ok(core.records.end_instance(id, now, Box::new(change)).await?)
}

/// It may be tried again: the server is in ERROR and nothing is being done to it.
async fn failed(core: &Core, id: InstanceId, error: &Error) {
    core.record_fault(id, error, Some(VmState::Error)).await;
    let cleared = core.change(id, |instance| {
        instance.task_state = None;
        Ok(())
    });
    if let Err(error) = cleared.await {
        tracing::warn!(instance.id = %id, %error, "a failed delete was not recorded");
    }
}
