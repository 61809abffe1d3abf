//! Hears what changes at the network service for as long as compute lives, and asks by itself now and then.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval, sleep};
use uuid::Uuid;

use super::allocate;
use super::nets::Due;
use super::refresh::{self, Fresh};
use crate::compute::Error;
use crate::compute::core::Core;
use crate::compute::queue::Kind;
use crate::compute::sync;
use crate::network::Changed;
use crate::objects::{Instance, InstanceId};

const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Never ends; the caller drops it.
pub(in crate::compute) async fn watch(core: Arc<Core>) {
    // A stream that ended in spite of its word tells nothing more; the ticks go on.
    let mut changes = core.network.changes().chain(stream::pending());
    let mut ticks = interval(core.settings.heal_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut due = Due::default();
    let mut wait = FIRST_WAIT;
    loop {
        tokio::select! {
            changed = changes.next() => changed.into_iter().for_each(|changed| due.add(changed)),
            _ = ticks.tick() => due.add(Changed::Everything),
            () = core.nets.told.notified() => {}
            () = sleep(wait), if !due.is_empty() || core.nets.is_away() => {}
        }
        // What was said at once is asked at once.
        while let Some(changed) = changes.next().now_or_never().flatten() {
            due.add(changed);
        }
        let told = core.nets.take_due();
        due.everything |= told.everything;
        due.ports.extend(told.ports);
        match ask(&core, &due).await {
            Ok(()) => {
                due = Due::default();
                wait = FIRST_WAIT;
                if core.nets.found() {
                    tracing::info!("the network service answers");
                    finish_what_waited(&core);
                }
            }
            Err(error) => {
                if error.is_network_away() {
                    core.nets.lost(&error.in_full());
                } else {
                    tracing::warn!(error = %error.in_full(), "servers' ports were not looked at");
                }
                sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

/// One question for all servers that it concerns.
async fn ask(core: &Arc<Core>, due: &Due) -> Result<(), Error> {
    let concerns = |port: &Uuid| due.everything || due.ports.contains(port);
    let instances = core.records.instances().await?;
    let ports_of = |instance: &Instance| -> Vec<Uuid> {
        let ports = instance.vifs.iter().map(|vif| vif.id);
        ports.filter(concerns).collect()
    };
    let asked: Vec<Uuid> = instances.iter().flat_map(|instance| ports_of(instance)).collect();
    if asked.is_empty() && core.nets.is_away() {
        // Nothing has to be known, but whether anybody answers.
        core.network.ports_of(InstanceId(Uuid::nil())).await?;
    }
    if !asked.is_empty() {
        let (vifs, guards) = tokio::try_join!(core.network.vifs(&asked), core.network.guards(&asked))?;
        for instance in &instances {
            let asked = ports_of(instance);
            let mine: HashSet<Uuid> = asked.iter().copied().collect();
            let vifs: Vec<_> = vifs
                .iter()
                .filter(|vif| mine.contains(&vif.id))
                .cloned()
                .collect();
            let guards = guards.iter().filter(|guard| mine.contains(&guard.port));
            for vif in vifs.iter().filter(|vif| vif.active) {
                core.nets.plugging.tell(instance.id, vif.id, true);
            }
            let guards = guards.cloned().collect();
            refresh::take_in(core, instance, Fresh { asked, vifs, guards });
        }
    }
    if due.everything || core.nets.is_away() {
        for instance in instances.iter().filter(|instance| instance.wiring.unsettled) {
            reclaim(core, instance);
        }
    }
    Ok(())
}

/// Ports that an attach or a failed build left behind; one that is under way comes first, and may settle them itself.
fn reclaim(core: &Arc<Core>, instance: &Instance) {
    let (work, id) = (core.clone(), instance.id);
    core.enqueue(id, Kind::Work, async move {
        let left = match work.instance(id).await {
            Ok(instance) => instance.wiring.unsettled && instance.task_state.is_none(),
            Err(_) => false,
        };
        if left {
            allocate::reclaim_quietly(&work, id).await;
        }
    });
}

/// Deletes and builds that could not go on without the service.
fn finish_what_waited(core: &Arc<Core>) {
    if core.engine.is_present() {
        let waiting: Vec<_> = core.unfinished().iter().copied().collect();
        for id in waiting {
            sync::look_at(core, id);
        }
    }
}
