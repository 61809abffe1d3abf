//! Brings together what is wanted (the records) and what is true (the engine): at start, on every event, now and then.
//!
//! ```text
//!          events() opens                 an event: look at that server
//!  AWAY ─────────────────▶ look at all ─▶ PRESENT ──────────────────────┐
//!   ▲  backoff, at most 5 s                  │ the interval: look at all │
//!   └────────────────────────────────────────┴◀─────────────────────────┘
//!              the stream ends
//! ```
//!
//! Looks go through the server's own queue, so none of them sees a verb half done. One that was asked for meanwhile, and
//! waits behind the look, keeps its task: its work will tell what came of it.

mod remedy;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::{MissedTickBehavior, interval_at, sleep};

use self::remedy::Remedy;
use super::actions::ActionLog;
use super::core::Core;
use super::image_cache::ImageCache;
use super::queue::Kind;
use super::settle::{clear_task, follow};
use super::task_state::Verb;
use super::{build, delete, expiry, networking, overdue, power, provision, rebuild, shelve, snapshot};
use crate::compute::Error;
use crate::objects::{Fault, Instance, InstanceId, PowerState, VmState};
use crate::virt::{Event, Observed};

const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Never ends; the caller drops it.
pub(super) async fn watch(core: Arc<Core>) {
    let mut cache = ImageCache::every(core.settings.image_cache_interval);
    let mut wait = FIRST_WAIT;
    loop {
        match open(&core).await {
            Ok(events) => {
                wait = FIRST_WAIT;
                let reason = attend(&core, events, &mut cache).await;
                core.engine.lost(reason);
            }
            Err(error) => core.engine.lost(error.in_full()),
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// The events come first: what happens while everything is looked at is not missed.
async fn open(core: &Arc<Core>) -> Result<BoxStream<'static, Event>, Error> {
    let events = core.driver.events().await?;
    for instance in core.records.instances().await? {
        core.nets.mark_stale(instance.id);
    }
    everything(core).await?;
    Ok(events)
}

/// Answers why the engine is believed to be away.
async fn attend(core: &Arc<Core>, mut events: BoxStream<'static, Event>, cache: &mut ImageCache) -> String {
    let every = core.settings.sync_interval;
    let mut ticks = interval_at(tokio::time::Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(event) => {
                    core.nets.mark_stale(event.instance);
                    look_at(core, event.instance);
                }
                None => return "it closed its stream of events".to_owned(),
            },
            _ = ticks.tick() => {
                match everything(core).await {
                    Ok(()) => overdue::attend(core).await,
                    // Its stream of events may outlast it, when the network between us is cut.
                    Err(error) if error.is_engine_away() || error.is_engine_broken() => return error.in_full(),
                    Err(error) => tracing::warn!(%error, "servers were not compared with the engine"),
                }
            }
            () = cache.due() => cache.sweep(core).await,
        }
    }
}

/// Compares every record with every container.
///
/// The containers are read before the records: a record is written before its container, so a container that was seen and
/// has no record then is nobody's.
async fn everything(core: &Arc<Core>) -> Result<(), Error> {
    core.engine.found(core.driver.resources().await?);
    let mut seen: HashMap<InstanceId, Observed> = core.driver.observe_all().await?.into_iter().collect();
    for instance in core.records.instances().await? {
        let observed = seen.remove(&instance.id);
        let unfinished = core.unfinished().contains(&instance.id);
        let due = unfinished
            || instance.snapshot_image.is_some()
            || shelve::has_leftover(&instance)
            || observed.as_ref().is_some_and(is_up) && core.nets.is_stale(instance.id)
            || remedy::look(&instance, observed.as_ref()) != Remedy::Nothing;
        if due && (unfinished || instance.task_state.is_none()) {
            look_at(core, instance.id);
        }
        if instance.unprovisioned {
            provision::take_up(core, instance.id).await;
        }
    }
    for stray in seen.into_keys().filter(|id| !core.queues.is_busy(*id)) {
        remove_stray(core, stray).await;
    }
    Ok(())
}

async fn remove_stray(core: &Core, id: InstanceId) {
    match core.driver.destroy(id).await {
        Ok(()) => tracing::info!(instance.id = %id, "a container that no server owned was removed"),
        Err(error) => {
            tracing::warn!(instance.id = %id, %error, "a container that no server owns could not be removed");
        }
    }
}

pub(super) fn look_at(core: &Arc<Core>, id: InstanceId) {
    core.enqueue(id, Kind::Look, look(core.clone(), id));
}

/// Runs in the server's queue: whoever set a task and is still at work is behind or before this, never beside it.
async fn look(core: Arc<Core>, id: InstanceId) {
    if let Err(error) = consider(&core, id).await {
        tracing::debug!(instance.id = %id, error = %error.in_full(), "a server could not be looked at");
    }
}

async fn consider(core: &Arc<Core>, id: InstanceId) -> Result<(), Error> {
    let instance = match core.instance(id).await {
        Ok(instance) => instance,
        Err(Error::NoSuchInstance(_)) => {
            core.unfinished().remove(&id);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let unfinished = core.unfinished().contains(&id);
    if instance.task_state.is_some() && !unfinished {
        return Ok(());
    }
    let observed = core.driver.observe(id).await?;
    core.unfinished().remove(&id);
    let remedy = match unfinished {
        true => remedy::resume(&instance, observed.as_ref()),
        false => remedy::look(&instance, observed.as_ref()),
    };
    let up = observed.clone().filter(is_up);
    let applied = apply(core, &instance, observed, remedy).await;
    if unfinished && applied.is_err() {
        core.unfinished().insert(id);
    }
    if instance.task_state.is_none() {
        forget_snapshot(core, &instance).await?;
        if shelve::has_leftover(&instance) {
            shelve::forget_image(core, id).await?;
        }
    }
    if let Some(observed) = up
        && matches!(remedy, Remedy::Nothing | Remedy::Settle)
        && core.nets.is_stale(id)
    {
        networking::wire(core, id, &observed).await?;
    }
    applied
}

/// Whether there is a namespace with interfaces in it.
fn is_up(observed: &Observed) -> bool {
    matches!(observed.power_state, PowerState::Running | PowerState::Paused)
}

/// The image of an earlier snapshot could not be deleted then.
async fn forget_snapshot(core: &Core, instance: &Instance) -> Result<(), Error> {
    let left = instance.snapshot_image;
    if left.is_some() && snapshot::withdraw(core, instance).await {
        core.change(instance.id, |instance| {
            if instance.snapshot_image == left {
                instance.snapshot_image = None;
            }
            Ok(())
        })
        .await?;
    }
    Ok(())
}

async fn apply(
    core: &Arc<Core>,
    instance: &Instance,
    observed: Option<Observed>,
    remedy: Remedy,
) -> Result<(), Error> {
    if !matches!(remedy, Remedy::Nothing | Remedy::Settle) {
        tracing::info!(instance.id = %instance.id, ?remedy, task = ?instance.task_state, "a server is put right");
    }
    let (id, context) = (instance.id, core.context_of(instance));
    match (remedy, observed) {
        (Remedy::Nothing, _) => {}
        (Remedy::Settle, Some(observed)) => take_down(core, instance, &observed).await?,
        (Remedy::Settle | Remedy::Gone, _) => gone(core, instance).await?,
        (Remedy::Expire, _) => expiry::remove(core, instance).await?,
        (Remedy::Build, _) => {
            core.driver.destroy(id).await?;
            networking::deallocate(core, id).await?;
            let log = ActionLog::resume(core, &context, id, build::ACTION).await;
            build::build(core.clone(), context, id, None, log).await;
            networking::reclaim_quietly(core, id).await;
        }
        (Remedy::Rebuild, _) => {
            let log = ActionLog::resume(core, &context, id, rebuild::ACTION).await;
            rebuild::carry_out(core.clone(), context, id, None, log).await;
        }
        (Remedy::Delete, _) => {
            let log = ActionLog::resume(core, &context, id, delete::ACTION).await;
            delete::carry_out(core.clone(), id, log).await;
        }
        (Remedy::Finish(errand), _) => {
            let log = ActionLog::resume(core, &context, id, errand.action()).await;
            errand.carry_out(core.clone(), context, id, log).await;
        }
        (Remedy::DropSnapshot, _) => snapshot::give_up(core, instance).await,
        (Remedy::Redo(verb), _) => {
            if let Some(task) = Verb::Power(verb).task_state() {
                core.progress(id, task).await;
            }
            let log = ActionLog::resume(core, &context, id, power::names(verb).0).await;
            power::carry_out(core.clone(), id, verb, log).await;
        }
    }
    Ok(())
}

/// The record follows the container; a server in ERROR or on a detour stays so, until the user does something about it.
async fn take_down(core: &Core, seen: &Instance, observed: &Observed) -> Result<(), Error> {
    core.change(seen.id, |instance| {
        if instance.task_state != seen.task_state {
            return Ok(());
        }
        follow(instance, observed);
        clear_task(instance);
        Ok(())
    })
    .await?;
    Ok(())
}

async fn gone(core: &Core, seen: &Instance) -> Result<(), Error> {
    let fault = Fault {
        code: 500,
        message: "The container is gone: it was removed by somebody else. Rebuild or delete the server."
            .to_owned(),
        details: None,
        created_at: core.now(),
    };
    core.change(seen.id, |instance| {
        if instance.task_state != seen.task_state {
            return Ok(());
        }
        instance.power_state = PowerState::NoState;
        clear_task(instance);
        if instance.vm_state != VmState::Error {
            instance.vm_state = VmState::Error;
            instance.fault = Some(fault);
        }
        Ok(())
    })
    .await?;
    Ok(())
}
