//! Servers that go when their process ends by itself, as `auto_remove` says. One that its user stops stays.

use std::sync::Arc;

use super::actions::ActionLog;
use super::core::Core;
use super::queue::Kind;
use super::task_state::Verb;
use super::{delete, said};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, PowerState, VmState};
use crate::virt::Observed;

/// Whether a server that is meant to run, and that nobody works on, is over.
pub(super) fn is_over(instance: &Instance, observed: &Observed) -> bool {
    instance.vm_state == VmState::Active
        && instance.task_state.is_none()
        && observed.power_state == PowerState::Shutdown
        && said::options(instance).auto_remove == Some(true)
}

/// For a server that was started: its process may have ended before that was told.
pub(super) async fn after_start(core: &Arc<Core>, id: InstanceId) {
    let Ok(instance) = core.instance(id).await else {
        return;
    };
    let ended = instance.vm_state == VmState::Stopped && instance.task_state.is_none();
    if ended && said::options(&instance).auto_remove == Some(true) {
        report(id, remove(core, &instance).await);
    }
}

/// Begins to delete it, in its owner's name.
pub(super) async fn remove(core: &Arc<Core>, instance: &Instance) -> Result<(), Error> {
    let (id, context) = (instance.id, core.context_of(instance));
    core.change(id, |instance| Verb::Delete.begin(instance, true))
        .await?;
    tracing::info!(instance.id = %id, "a server goes with its process");
    let log = ActionLog::open(core, &context, id, delete::ACTION).await;
    core.enqueue(id, Kind::Work, delete::carry_out(core.clone(), id, log));
    Ok(())
}

fn report(id: InstanceId, removed: Result<(), Error>) {
    if let Err(error) = removed {
        tracing::warn!(instance.id = %id, error = %error.in_full(), "a server did not go with its process");
    }
}
