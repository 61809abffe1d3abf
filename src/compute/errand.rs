//! Work that takes its time and is begun anew, from its first step, when it broke off.
//!
//! Every step finds out whether it is done already, so that doing all of it twice does it once. What a failed errand left
//! behind it takes back itself, and its server is then as it was, with a fault.

use std::sync::Arc;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::Core;
use super::queue::Kind;
use super::settle::clear_task;
use super::task_state::Verb;
use super::{deferred_delete, rescue, resize, shelve, sync};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, RequestContext, TaskState, VmState};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    Resize,
    RevertResize,
    Shelve,
    Offload,
    Unshelve,
    Rescue,
    Unrescue,
    SoftDelete,
    Restore,
}

impl Errand {
    /// The errand that a task left by an earlier life belongs to.
    pub(super) fn of(instance: &Instance) -> Option<Self> {
        Some(match instance.task_state? {
            TaskState::ResizePrep
            | TaskState::ResizeMigrating
            | TaskState::ResizeMigrated
            | TaskState::ResizeFinish => Self::Resize,
            TaskState::ResizeReverting => Self::RevertResize,
            TaskState::Shelving
            | TaskState::ShelvingImagePendingUpload
            | TaskState::ShelvingImageUploading => Self::Shelve,
            TaskState::ShelvingOffloading => Self::Offload,
            TaskState::Unshelving => Self::Unshelve,
            TaskState::Spawning if instance.vm_state == VmState::ShelvedOffloaded => Self::Unshelve,
            TaskState::Rescuing => Self::Rescue,
            TaskState::Unrescuing => Self::Unrescue,
            TaskState::SoftDeleting => Self::SoftDelete,
            TaskState::Restoring => Self::Restore,
            _ => return None,
        })
    }

    /// As the log of actions calls it.
    pub(super) const fn action(self) -> &'static str {
        match self {
            Self::Resize => "resize",
            Self::RevertResize => "revertResize",
            Self::Shelve => "shelve",
            Self::Offload => "shelveOffload",
            Self::Unshelve => "unshelve",
            Self::Rescue => "rescue",
            Self::Unrescue => "unrescue",
            Self::SoftDelete => "delete",
            Self::Restore => "restore",
        }
    }

    /// Its task is over afterwards, whatever came of it, unless the engine is away.
    pub(super) async fn carry_out(
        self,
        core: Arc<Core>,
        context: RequestContext,
        id: InstanceId,
        mut log: ActionLog,
    ) {
        let losses = core.engine.losses();
        let done = match self {
            Self::Resize => resize::carry_out(&core, &context, id, &mut log).await,
            Self::RevertResize => resize::revert(&core, id, &mut log).await,
            Self::Shelve => shelve::carry_out(&core, &context, id, &mut log).await,
            Self::Offload => shelve::offload(&core, id, &mut log).await,
            Self::Unshelve => shelve::unshelve(&core, &context, id, &mut log).await,
            Self::Rescue => rescue::carry_out(&core, &context, id, &mut log).await,
            Self::Unrescue => rescue::unrescue(&core, id, &mut log).await,
            Self::SoftDelete => deferred_delete::carry_out(&core, id, &mut log).await,
            Self::Restore => deferred_delete::restore(&core, id, &mut log).await,
        };
        match done {
            Ok(()) | Err(Error::NoSuchInstance(_)) => {}
            Err(error) if core.postpone(id, &error, losses).await => {}
            Err(error) => self.failed(&core, &context, id, &error).await,
        }
    }

    async fn failed(self, core: &Arc<Core>, context: &RequestContext, id: InstanceId, error: &Error) {
        core.record_fault(id, error, None).await;
        match self {
            Self::Resize => resize::undo(core, id).await,
            Self::RevertResize => resize::undo_revert(core, id).await,
            Self::Shelve => shelve::undo(core, context, id).await,
            Self::Unshelve => shelve::undo_unshelve(core, id).await,
            Self::Offload | Self::Rescue | Self::Unrescue | Self::SoftDelete | Self::Restore => {}
        }
        core.write(id, clear_task).await;
        // How far it came nobody knows.
        sync::look_at(core, id);
    }
}

impl Core {
    /// Checks and writes down, as one change, what is then done in the server's queue. `change` may still refuse.
    pub(super) async fn accept(
        self: &Arc<Self>,
        context: &RequestContext,
        id: InstanceId,
        (verb, errand): (Verb, Errand),
        change: impl FnOnce(&mut Instance) -> Result<(), Error> + Send + 'static,
    ) -> Result<Arc<Instance>, Error> {
        let (core, context) = (self.clone(), context.clone());
        to_the_end(async move {
            let admin = context.is_admin();
            let begun = |instance: &mut Instance| {
                verb.begin(instance, admin)?;
                change(instance)
            };
            let instance = core.change(id, begun).await?;
            let log = ActionLog::open(&core, &context, id, errand.action()).await;
            let job = errand.carry_out(core.clone(), context, id, log);
            core.enqueue(id, Kind::Work, job);
            Ok(instance)
        })
        .await
    }

    /// Writes what has come of work, when there is nobody left to hear that it could not be written.
    pub(super) async fn write(&self, id: InstanceId, change: impl FnOnce(&mut Instance) + Send) {
        let written = self.change(id, |instance| {
            change(instance);
            Ok(())
        });
        if let Err(error) = written.await {
            tracing::warn!(instance.id = %id, %error, "what became of a server was not recorded");
        }
    }
}
