//! Deletes that can be taken back for a while: the server is stopped and put away, and reclaimed later.

use std::sync::Arc;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::errand::Errand;
use super::power::shutdown_timeout;
use super::settle::{clear_task, settle};
use super::task_state::Verb;
use super::{delete, moves, networking, quota};
use crate::compute::Error;
use crate::objects::{Instance, InstanceId, MigrationStatus, PowerState, RequestContext, VmState};
use crate::virt;

impl Compute {
    /// Deletes the server as the operator would have it: at once, or softly when it can be restored for a while.
    pub async fn delete(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        let softly = self.core.settings.reclaim_after.is_some()
            && Verb::SoftDelete.check(&instance, context.is_admin()).is_ok()
            && !delete::is_under_way(&instance);
        match softly {
            false => delete::accept(&self.core, context, id, Verb::Delete).await,
            true if instance.vm_state == VmState::SoftDeleted && instance.task_state.is_none() => Ok(()),
            true => {
                let queues = self.core.queues.clone();
                let begin = move |instance: &mut Instance| {
                    // What a restore under way would bring back stays so.
                    if instance.vm_state != VmState::SoftDeleted {
                        instance.detour.old_vm_state = Some(instance.vm_state);
                    }
                    queues.interrupt(id);
                    Ok(())
                };
                self.core
                    .accept(context, id, (Verb::SoftDelete, Errand::SoftDelete), begin)
                    .await?;
                Ok(())
            }
        }
    }

    /// At once, whatever the operator would have for others.
    pub async fn force_delete(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        delete::accept(&self.core, context, id, Verb::ForceDelete).await
    }

    pub async fn restore(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::Restore.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        let (core, context) = (self.core.clone(), context.clone());
        to_the_end(async move {
            let _alone = core.claims.lock().await;
            check_quota(&core, &instance).await?;
            core.accept(&context, id, (Verb::Restore, Errand::Restore), |_| Ok(()))
                .await?;
            Ok(())
        })
        .await
    }
}

/// Others may have taken the place of a server that waited for its end.
async fn check_quota(core: &Core, instance: &Instance) -> Result<(), Error> {
    let instances = core.records.instances().await?;
    for user in [None, Some(&instance.user_id)] {
        let quotas = core.quotas(&instance.project_id, user).await?;
        let used = quota::usage(&instances, &instance.project_id, user);
        quota::check_servers(&quotas, &used, &instance.flavor, 1..=1)?;
    }
    Ok(())
}

pub(super) async fn carry_out(core: &Arc<Core>, id: InstanceId, log: &mut ActionLog) -> Result<(), Error> {
    let softly = async {
        let instance = core.instance(id).await?;
        let stopped = match core.driver.power_off(id, shutdown_timeout(core, &instance)).await {
            Ok(observed) => Some(observed),
            // Shelved servers have no container, nor have broken ones.
            Err(virt::Error::NoSuchInstance(_)) => None,
            Err(error) => return Err(error.into()),
        };
        // An unshelving that was broken off may have got far.
        let offloaded = instance.detour.old_vm_state == Some(VmState::ShelvedOffloaded);
        if offloaded {
            core.driver.destroy(id).await?;
            core.driver.unplug_vifs(&instance, &instance.vifs).await?;
        }
        moves::mark(core, id, MigrationStatus::Confirmed).await?;
        let now = core.now();
        core.change(id, |instance| {
            instance.power_state = stopped
                .as_ref()
                .map_or(PowerState::NoState, |seen| seen.power_state);
            instance.exit_code = stopped.as_ref().and_then(|seen| seen.exit_code);
            instance.vm_state = VmState::SoftDeleted;
            instance.detour.since = Some(now);
            instance.detour.old_flavor = None;
            if offloaded {
                instance.host = None;
                instance.availability_zone = None;
            }
            clear_task(instance);
            Ok(())
        })
        .await?;
        Ok(())
    };
    log.step("compute_soft_delete_instance", softly).await
}

pub(super) async fn restore(core: &Arc<Core>, id: InstanceId, log: &mut ActionLog) -> Result<(), Error> {
    let restored = async {
        let instance = core.instance(id).await?;
        let before = instance.detour.old_vm_state;
        let put_away = matches!(before, Some(VmState::Shelved | VmState::ShelvedOffloaded));
        let observed = match put_away {
            true => None,
            false => {
                // A resize that was broken off may have left other limits.
                core.driver.resize(&instance).await?;
                let network = networking::fresh(core, &instance).await;
                Some(match before {
                    Some(VmState::Rescued) => core.driver.power_on(&instance, &network).await?,
                    // Also of a rescue that the delete broke off.
                    _ => core.driver.unrescue(&instance, &network).await?,
                })
            }
        };
        if observed.is_some() {
            core.nets.mark_wired(id);
        }
        let now = core.now();
        core.change(id, |instance| {
            if let Some(observed) = &observed {
                settle(instance, observed);
            }
            let stays = [VmState::Shelved, VmState::ShelvedOffloaded, VmState::Rescued];
            if let Some(before) = before.filter(|before| stays.contains(before)) {
                instance.vm_state = before;
            }
            instance.detour.old_vm_state = None;
            // What is shelved is offloaded some time after.
            instance.detour.since = (before == Some(VmState::Shelved)).then_some(now);
            clear_task(instance);
            Ok(())
        })
        .await?;
        Ok(())
    };
    log.step("compute_restore_instance", restored).await
}
