//! Work on a server, in its queue: what to do when it fails because the engine went away, or because of a mistake of ours.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use super::core::Core;
use super::queue::Kind;
use super::{networking, snapshot, sync};
use crate::compute::Error;
use crate::objects::{Fault, Instance, InstanceId, TaskState, VmState};

/// What users read when work panicked; why is in the log.
const OUR_MISTAKE: &str = "nova-docker made a mistake while it worked on this server; its log says which";

impl Core {
    /// Does the job when its turn comes. A job that panics leaves its server free for the next request.
    pub(super) fn enqueue(
        self: &Arc<Self>,
        id: InstanceId,
        kind: Kind,
        job: impl Future<Output = ()> + Send + 'static,
    ) {
        let core = self.clone();
        self.queues.push(id, kind, async move {
            if AssertUnwindSafe(job).catch_unwind().await.is_err() {
                tracing::error!(instance.id = %id, "work on a server panicked");
                mend(&core, id).await;
            }
        });
    }

    /// Whether the work that failed waits for the engine: it went away meanwhile, and the next look at the server takes the
    /// work up again. `losses` is how often the engine had been lost when the work began.
    pub(super) async fn postpone(self: &Arc<Self>, id: InstanceId, error: &Error, losses: u64) -> bool {
        let away = error.is_engine_away()
            // The engine breaks off because it ends, but also over what it cannot digest: that would never succeed.
            || error.is_engine_broken() && self.engine.was_lost_since(losses).await;
        if away {
            tracing::info!(instance.id = %id, error = %error.in_full(), "work goes on when the engine is back");
            self.unfinished().insert(id);
            if self.engine.is_present() {
                // It is back already, and looked at everything before it could know.
                sync::look_at(self, id);
            }
        }
        away
    }
}

impl Core {
    /// The work is taken up again when the network service answers.
    pub(super) fn wait_for_network(&self, id: InstanceId, error: &Error) {
        tracing::info!(instance.id = %id, error = %error.in_full(), "work goes on when the network service is back");
        self.unfinished().insert(id);
        self.nets.lost(&error.in_full());
    }
}

async fn mend(core: &Arc<Core>, id: InstanceId) {
    let Ok(instance) = core.instance(id).await else {
        return;
    };
    let building = instance.vm_state == VmState::Building;
    if instance.task_state.is_none() && !building {
        return;
    }
    core.unfinished().remove(&id);
    if building && let Err(error) = core.driver.destroy(id).await {
        tracing::warn!(instance.id = %id, %error, "what was built could not be taken back");
    }
    if building {
        networking::take_back(core.clone(), id).await;
    }
    let withdrawn = snapshot::withdraw(core, &instance).await;
    let now = core.now();
    let recorded = core.change(id, |instance| {
        blame(instance, now);
        if withdrawn {
            instance.snapshot_image = None;
        }
        Ok(())
    });
    if let Err(error) = recorded.await {
        tracing::warn!(instance.id = %id, %error, "a fault was not recorded");
    }
    sync::look_at(core, id);
}

/// A server that may be half made or half gone is in ERROR; one that has its container goes on.
fn blame(instance: &mut Instance, now: jiff::Timestamp) {
    let halfway = matches!(
        instance.task_state,
        Some(
            TaskState::Deleting
                | TaskState::Rebuilding
                | TaskState::RebuildSpawning
                | TaskState::Rescuing
                | TaskState::Unrescuing
        )
    );
    if halfway || instance.vm_state == VmState::Building {
        instance.vm_state = VmState::Error;
    }
    instance.task_state = None;
    instance.fault = Some(Fault {
        code: 500,
        message: OUR_MISTAKE.to_owned(),
        details: None,
        created_at: now,
    });
}
