//! What a `user_data` asks for inside its server - scripts, `#cloud-config` - done once, after the first start.
//!
//! Nobody waits for it: the server is ACTIVE when its container runs. The record says for how long something is owed, so that
//! it is taken up by the next start of the server, or of this process; the driver sees to it that nothing is done twice. How it
//! went is an event of the action that made the server: `create` or `rebuild`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::actions::ActionLog;
use super::core::Core;
use super::{build, rebuild};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, PowerState, VmState};
use crate::user_data::Provisioning;
use crate::virt::{self, Hostname, Outcome, Provisioned};

pub(super) const EVENT: &str = "compute_run_user_data";

/// Whether there is something to do in a server that is as its image was.
pub(super) fn is_due(core: &Core, instance: &Instance) -> bool {
    wanted(core, instance).has_work()
}

/// What the server is called from inside, if its `user_data` says so.
pub(super) fn hostname(core: &Core, instance: &Instance) -> Option<Hostname> {
    let config = wanted(core, instance).config;
    let domain = config.domain;
    config.hostname.map(|name| Hostname { name, domain })
}

/// Does what is owed to a running server, unless that is being done; answers at once.
pub(super) async fn take_up(core: &Arc<Core>, id: InstanceId) {
    let Ok(instance) = core.instance(id).await else {
        return;
    };
    // The container of a server that is rescued is another one.
    let runs = instance.vm_state == VmState::Active
        && instance.power_state == PowerState::Running
        && instance.task_state.is_none();
    let run = (id, instance.launched_at);
    if !instance.unprovisioned || !runs || !core.provisioning().insert(run) {
        return;
    }
    let work = core.clone();
    core.spawn(async move {
        let _over = Over { core: &work, run };
        provision(&work, &instance).await;
    });
}

/// Another one may begin when this one ends, however it ends.
struct Over<'c> {
    core: &'c Core,
    run: (InstanceId, Option<jiff::Timestamp>),
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.core.provisioning().remove(&self.run);
    }
}

async fn provision(core: &Arc<Core>, instance: &Arc<Instance>) {
    let id = instance.id;
    let mut log = ActionLog::newest(core, id, &[build::ACTION, rebuild::ACTION]).await;
    if let Some(log) = &mut log {
        log.begin(EVENT).await;
    }
    let work = wanted(core, instance);
    let losses = core.engine.losses();
    let done = core.driver.provision(instance, &work).await.map_err(Error::from);
    if let Err(error) = &done
        && (error.is_engine_away() || error.is_engine_broken() && core.engine.was_lost_since(losses).await)
    {
        tracing::info!(instance.id = %id, error = %error.in_full(), "what a user_data asks for is heard of when the engine is back");
        return;
    }
    let still_owed = done.is_err() && !is_running(core, id).await;
    let (succeeded, mut words) = verdict(&done);
    words.extend(work.warnings);
    let details = words.join("; ");
    if let Some(log) = &mut log {
        log.conclude(EVENT, succeeded, &details).await;
    }
    tracing::info!(instance.id = %id, succeeded, "what a user_data asks for was done");
    let made = instance.launched_at;
    let paid = core.note(id, |instance| {
        instance.unprovisioned &= still_owed || instance.launched_at != made;
    });
    if let Err(error) = paid.await {
        tracing::debug!(instance.id = %id, %error, "a server was gone before its user_data was done");
    }
}

/// A server that was off before anything began is served by its next start.
async fn is_running(core: &Core, id: InstanceId) -> bool {
    let seen = core.driver.observe(id).await;
    matches!(seen, Ok(Some(seen)) if seen.power_state == PowerState::Running)
}

/// Whether all went well, and what there is to say.
fn verdict(done: &Result<Provisioned, Error>) -> (bool, Vec<String>) {
    let told = |outcomes: &[Outcome]| {
        let words = outcomes
            .iter()
            .map(|outcome| format!("{} exited with {}", outcome.what, outcome.exit_code));
        words.collect::<Vec<_>>()
    };
    match done {
        Ok(Provisioned::LeftToCloudInit) => (true, vec!["left to the cloud-init of the image".to_owned()]),
        Ok(Provisioned::Done(outcomes)) => {
            let failed = outcomes.iter().any(|outcome| outcome.exit_code != 0);
            (!failed, told(outcomes))
        }
        Ok(Provisioned::BrokenOff(outcomes)) => {
            let mut words = told(outcomes);
            words.push("the server ended before the rest of it did: it is not done again".to_owned());
            (false, words)
        }
        Err(Error::Driver(virt::Error::NoSuchInstance(_)) | Error::NoSuchInstance(_)) => {
            (false, vec!["the server's container is gone".to_owned()])
        }
        Err(error) => (false, vec![error.to_string()]),
    }
}

/// Nothing where the operator wants nothing of it.
fn wanted(core: &Core, instance: &Instance) -> Provisioning {
    let said = instance
        .user_data
        .as_ref()
        .filter(|_| core.settings.run_user_scripts);
    let bytes = said.and_then(|said| STANDARD.decode(said.base64()).ok());
    bytes.map_or_else(Provisioning::default, |bytes| Provisioning::of(&bytes))
}
