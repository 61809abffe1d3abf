//! Deletes servers, whatever is being done to them; with the container gone, the record goes.

use std::sync::Arc;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::queue::Kind;
use super::task_state::Verb;
use super::{networking, snapshot};
use crate::compute::Error;
use crate::objects::{InstanceId, RequestContext, TaskState, VmState};

pub(super) const ACTION: &str = "delete";

impl Compute {
    /// Accepted even when the engine or the network service is away: the server stays `deleting` until it is back.
    pub async fn delete(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let (core, context) = (self.core.clone(), context.clone());
        let before = core.visible(&context, id).await?;
        to_the_end(async move {
            core.begin(&context, id, Verb::Delete).await?;
            if before.task_state == Some(TaskState::Deleting) && core.queues.is_busy(id) {
                return Ok(());
            }
            let log = ActionLog::open(&core, &context, id, ACTION).await;
            core.queues.interrupt(id);
            core.enqueue(id, Kind::Work, carry_out(core.clone(), id, log));
            Ok(())
        })
        .await
    }
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
    core.driver.destroy(id).await?;
    networking::deallocate(core, id).await?;
    snapshot::withdraw(core, &instance).await;
    core.records.delete_instance(id).await?;
    core.nets.forget(id);
    Ok(())
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
