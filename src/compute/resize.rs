//! Resize: another flavor for a server that goes on running; its user confirms or takes it back.
//!
//! The record has the new flavor from the request on, so that quota and host are never promised twice, and the old one until
//! the resize is confirmed.

use std::sync::Arc;

use super::actions::ActionLog;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::errand::Errand;
use super::licence::Case;
use super::settle::{clear_task, plainly};
use super::task_state::Verb;
use super::{build, moves, quota, suitable};
use crate::compute::Error;
use crate::objects::{
    Flavor, Instance, InstanceId, Licence, MigrationStatus, RequestContext, TaskState, VmState,
};

impl Compute {
    pub async fn resize(
        &self,
        context: &RequestContext,
        id: InstanceId,
        flavor: &str,
        disk_config_auto: Option<bool>,
    ) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::Resize.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        let new = self.core.flavor_for(context, flavor).await?;
        check(&self.core, context, &instance, &new).await?;
        let licence = license(&self.core, context, &instance, &new).await?;
        let (core, context) = (self.core.clone(), context.clone());
        to_the_end(async move {
            let _alone = core.claims.lock().await;
            // It may have been resized since.
            let instance = core.instance(id).await?;
            make_room(&core, &instance, &instance.flavor, &new).await?;
            let begin = move |instance: &mut Instance| {
                let old = std::mem::replace(&mut instance.flavor, Flavor::clone(&new));
                instance.detour.old_flavor = Some(old);
                instance.detour.old_vm_state = Some(instance.vm_state);
                instance.disk_config_auto = disk_config_auto.unwrap_or(instance.disk_config_auto);
                instance.progress = 0;
                instance.licence = licence;
                Ok(())
            };
            core.accept(&context, id, (Verb::Resize, Errand::Resize), begin)
                .await?;
            Ok(())
        })
        .await
    }

    /// Nothing is left to be done for it: the server runs on with its new flavor.
    pub async fn confirm_resize(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        self.core.visible(context, id).await?;
        let (core, context) = (self.core.clone(), context.clone());
        to_the_end(async move { confirm(&core, &context, id).await }).await
    }

    pub async fn revert_resize(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::RevertResize.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        let old = old_flavor(&instance)?.clone();
        let (core, context) = (self.core.clone(), context.clone());
        to_the_end(async move {
            let _alone = core.claims.lock().await;
            // After a resize down there may be no room any more for what it was.
            make_room(&core, &instance, &instance.flavor, &old).await?;
            core.accept(&context, id, (Verb::RevertResize, Errand::RevertResize), |_| {
                Ok(())
            })
            .await?;
            Ok(())
        })
        .await
    }
}

/// Another flavor may grant less. What was allowed before stays so: the resize may be taken back.
async fn license(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    new: &Flavor,
) -> Result<Licence, Error> {
    let case = Case {
        flavor: new,
        ..Case::again(instance)
    };
    let licence = case
        .judge(core, context)
        .await?
        .licence(core, !instance.vifs.is_empty());
    Ok(Licence {
        operator: licence.operator || instance.licence.operator,
        flavor: licence.flavor || instance.licence.flavor,
        ..licence
    })
}

fn old_flavor(instance: &Instance) -> Result<&Flavor, Error> {
    let none = || {
        Error::NotFound(format!(
            "Migration not found for instance {} with status finished.",
            instance.id
        ))
    };
    instance.detour.old_flavor.as_ref().ok_or_else(none)
}

async fn check(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    new: &Flavor,
) -> Result<(), Error> {
    let old = &instance.flavor;
    if old.id == new.id {
        return Err(Error::Invalid(
            "When resizing, instances must change flavor!".to_owned(),
        ));
    }
    if new.disabled {
        return Err(Error::NoSuchFlavor(new.id.to_string()));
    }
    let no_disk = |reason| {
        let words = format!("Server disk was unable to be resized because: {reason}");
        Err(Error::Invalid(words))
    };
    match (old.root_gb, new.root_gb) {
        (1.., 0) => return no_disk("Resize to zero disk flavor is not allowed."),
        (old, new) if new < old => return no_disk("Unable to resize disk down."),
        _ => {}
    }
    match instance.image {
        // What an image asked for that is gone since nobody knows.
        Some(image) => match core.images.show(context, image).await {
            Ok(image) => suitable::check_size(&image, new),
            Err(_) => Ok(()),
        },
        None => Ok(()),
    }
}

/// Whether project and host have room for what the flavor has more.
async fn make_room(core: &Core, instance: &Instance, old: &Flavor, new: &Flavor) -> Result<(), Error> {
    let instances = core.records.instances().await?;
    for user in [None, Some(&instance.user_id)] {
        let quotas = core.quotas(&instance.project_id, user).await?;
        let used = quota::usage(&instances, &instance.project_id, user);
        quota::check_growth(&quotas, &used, old, new)?;
    }
    let grows = new.vcpus > old.vcpus || new.memory_mb > old.memory_mb;
    match grows {
        true => build::check_room(core, instance, new).await,
        false => Ok(()),
    }
}

pub(super) async fn carry_out(
    core: &Arc<Core>,
    context: &RequestContext,
    id: InstanceId,
    log: &mut ActionLog,
) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    let old = old_flavor(&instance)?;
    log.step("compute_prep_resize", moves::begin(core, context, &instance, old))
        .await?;
    core.progress(id, TaskState::ResizeMigrating).await;
    log.step("compute_resize_instance", limit(core, &instance))
        .await?;
    core.progress(id, TaskState::ResizeFinish).await;
    log.step("compute_finish_resize", finish(core, id)).await
}

async fn limit(core: &Core, instance: &Instance) -> Result<(), Error> {
    Ok(core.driver.resize(instance).await?)
}

async fn finish(core: &Core, id: InstanceId) -> Result<(), Error> {
    moves::mark(core, id, MigrationStatus::Finished).await?;
    let now = core.now();
    core.change(id, |instance| {
        instance.vm_state = VmState::Resized;
        instance.detour.since = Some(now);
        instance.launched_at = Some(now);
        instance.progress = 100;
        clear_task(instance);
        Ok(())
    })
    .await?;
    Ok(())
}

/// Gives a server whose resize failed its old limits back, as far as that is possible, and its flavor.
pub(super) async fn undo(core: &Core, id: InstanceId) {
    let Ok(instance) = core.instance(id).await else {
        return;
    };
    let Some(old) = instance.detour.old_flavor.clone() else {
        return;
    };
    let before = Instance {
        flavor: old,
        ..Instance::clone(&instance)
    };
    if let Err(error) = core.driver.resize(&before).await {
        tracing::warn!(instance.id = %id, %error, "a server whose resize failed did not get its old limits back");
    }
    moves::mark_quietly(core, id, MigrationStatus::Error).await;
    core.write(id, |instance| {
        instance.flavor = before.flavor;
        instance.detour.end_of_resize();
    })
    .await;
}

pub(super) async fn confirm(core: &Arc<Core>, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
    let admin = context.is_admin();
    let change = |instance: &mut Instance| {
        Verb::ConfirmResize.begin(instance, admin)?;
        old_flavor(instance)?;
        instance.vm_state = plainly(instance.power_state);
        instance.detour.end_of_resize();
        Ok(())
    };
    core.change(id, change).await?;
    let mut log = ActionLog::open(core, context, id, "confirmResize").await;
    let marked = moves::mark(core, id, MigrationStatus::Confirmed);
    log.step("compute_confirm_resize", marked).await
}

pub(super) async fn revert(core: &Arc<Core>, id: InstanceId, log: &mut ActionLog) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    let before = Instance {
        flavor: old_flavor(&instance)?.clone(),
        ..Instance::clone(&instance)
    };
    let reverted = async {
        moves::mark(core, id, MigrationStatus::Reverting).await?;
        limit(core, &before).await
    };
    log.step("compute_revert_resize", reverted).await?;
    let finished = async {
        // Before the record: whoever is killed between the two begins again and finds it told.
        moves::mark(core, id, MigrationStatus::Reverted).await?;
        core.change(id, |instance| {
            instance.flavor = before.flavor;
            instance.vm_state = plainly(instance.power_state);
            instance.detour.end_of_resize();
            clear_task(instance);
            Ok(())
        })
        .await?;
        Ok(())
    };
    log.step("compute_finish_revert_resize", finished).await
}

/// The server keeps its new flavor, and may be asked to go back again.
pub(super) async fn undo_revert(core: &Core, id: InstanceId) {
    if let Ok(instance) = core.instance(id).await
        && let Err(error) = limit(core, &instance).await
    {
        tracing::warn!(instance.id = %id, %error, "a server that could not be reverted may have its old limits");
    }
    moves::mark_quietly(core, id, MigrationStatus::Finished).await;
}
