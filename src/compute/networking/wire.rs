//! Keeps the interfaces of running servers in place: after whatever restarted, and again until it works.

use std::sync::Arc;

use crate::compute::Error;
use crate::compute::core::Core;
use crate::compute::settle::{is_detour, settle};
use crate::objects::{Fault, Instance, InstanceId, VmState};
use crate::virt::{self, NetworkInfo, Observed};

use super::info;

/// For a server that runs. One whose network does not work is in ERROR until it does.
pub(in crate::compute) async fn wire(
    core: &Arc<Core>,
    id: InstanceId,
    observed: &Observed,
) -> Result<(), Error> {
    let Ok(_room) = core.nets.room.acquire().await else {
        return Ok(());
    };
    let instance = core.instance(id).await?;
    // Before the work: what starts anew meanwhile is seen by the next look.
    core.nets.mark_wired(id);
    let plugged = core.driver.plug_vifs(&instance, &info::known(&instance)).await;
    conclude(core, &instance, plugged, Some(observed)).await
}

/// Changes what may pass.
pub(super) async fn guard(core: &Arc<Core>, instance: &Instance, info: &NetworkInfo) -> Result<(), Error> {
    let guarded = core.driver.guard(instance, info).await;
    conclude(core, instance, guarded, None).await
}

/// Puts what changed in place.
pub(super) async fn plug(core: &Arc<Core>, instance: &Instance, info: &NetworkInfo) -> Result<(), Error> {
    let plugged = core.driver.plug_vifs(instance, info).await;
    conclude(core, instance, plugged, None).await
}

async fn conclude(
    core: &Arc<Core>,
    instance: &Instance,
    outcome: Result<(), virt::Error>,
    observed: Option<&Observed>,
) -> Result<(), Error> {
    let id = instance.id;
    match outcome.map_err(Error::from) {
        Ok(()) => {
            if let Some(observed) = observed {
                works(core, instance, observed).await?;
            }
            Ok(())
        }
        Err(Error::Driver(virt::Error::NoSuchInstance(_))) => Ok(()),
        Err(error) if error.is_engine_away() || error.is_engine_broken() => {
            core.nets.mark_stale(id);
            Err(error)
        }
        Err(error) => {
            core.nets.mark_stale(id);
            fails(core, instance, &error).await
        }
    }
}

async fn works(core: &Core, seen: &Instance, observed: &Observed) -> Result<(), Error> {
    if !seen.wiring.broken {
        return Ok(());
    }
    tracing::info!(instance.id = %seen.id, "a server's network works again");
    core.change(seen.id, |instance| {
        instance.wiring.broken = false;
        if instance.vm_state == VmState::Error {
            settle(instance, observed);
            instance.fault = None;
        }
        Ok(())
    })
    .await?;
    Ok(())
}

async fn fails(core: &Core, seen: &Instance, error: &Error) -> Result<(), Error> {
    let known = seen.fault.as_ref().map(|fault| &fault.message);
    if seen.wiring.broken && known == Some(&error.to_string()) {
        return Ok(());
    }
    tracing::warn!(instance.id = %seen.id, error = %error.in_full(), "a server's network does not work");
    let fault = Fault {
        code: 500,
        message: error.to_string(),
        details: Some(error.in_full()),
        created_at: core.now(),
    };
    core.change(seen.id, |instance| {
        if instance.vm_state == VmState::Error && !instance.wiring.broken {
            return Ok(());
        }
        instance.wiring.broken = true;
        // A rescued server is to be unrescued all the same.
        if !is_detour(instance.vm_state) {
            instance.vm_state = VmState::Error;
        }
        instance.fault = Some(fault);
        Ok(())
    })
    .await?;
    Ok(())
}
