//! Shelve: a server kept as an image and put away, its container too after a while; unshelved it runs on from there.
//!
//! Its ports stay its own all the while, and with them its addresses.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::actions::ActionLog;
use super::build::{self, Shown, launched};
use super::core::{Compute, Core};
use super::errand::Errand;
use super::power::shutdown_timeout;
use super::settle::{clear_task, settle};
use super::task_state::Verb;
use super::{guest, networking, snapshot};
use crate::compute::{Error, Unshelve};
use crate::objects::{
    Detour, ImageId, ImageStatus, Instance, InstanceId, PowerState, RequestContext, Resource, TaskState,
    VmState,
};
use crate::virt::Progress;

impl Compute {
    pub async fn shelve(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::Shelve.check(&instance, context.is_admin())?;
        core.engine.required()?;
        snapshot::withdrawn(core, &instance).await?;
        forget_image(core, id).await?;
        let image = ImageId(core.world.id(Resource::Image));
        let begin = move |instance: &mut Instance| {
            instance.snapshot_image = Some(image);
            instance.detour.old_vm_state = Some(instance.vm_state);
            Ok(())
        };
        core.accept(context, id, (Verb::Shelve, Errand::Shelve), begin)
            .await?;
        Ok(())
    }

    pub async fn shelve_offload(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::ShelveOffload.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        self.core
            .accept(context, id, (Verb::ShelveOffload, Errand::Offload), |_| Ok(()))
            .await?;
        Ok(())
    }

    pub async fn unshelve(
        &self,
        context: &RequestContext,
        id: InstanceId,
        place: Unshelve,
    ) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::Unshelve.check(&instance, context.is_admin())?;
        check_place(core, &instance, &place).await?;
        core.engine.required()?;
        let begin = move |instance: &mut Instance| {
            if let Some(zone) = place.availability_zone {
                instance.pinned_availability_zone = zone;
            }
            Ok(())
        };
        core.accept(context, id, (Verb::Unshelve, Errand::Unshelve), begin)
            .await?;
        Ok(())
    }
}

async fn check_place(core: &Core, instance: &Instance, place: &Unshelve) -> Result<(), Error> {
    let named = place.availability_zone.is_some() || place.host.is_some();
    if named && instance.vm_state != VmState::ShelvedOffloaded {
        return Err(Error::Conflict(format!(
            "Specifying an availability zone or a host when unshelving server \"{}\" with status \"{}\" is not \
             supported. The server status must be SHELVED_OFFLOADED.",
            instance.id, instance.vm_state
        )));
    }
    let ours = &core.zone().await?;
    if let Some(Some(zone)) = &place.availability_zone
        && zone != ours
    {
        let words = "The requested availability zone is not available";
        return Err(Error::Invalid(words.to_owned()));
    }
    let Some(host) = &place.host else {
        return Ok(());
    };
    if *host != core.settings.host {
        return Err(Error::Invalid(format!("Compute host {host} could not be found.")));
    }
    let pinned = instance.pinned_availability_zone.as_ref();
    match place.availability_zone.as_ref().map_or(pinned, Option::as_ref) {
        Some(zone) if zone != ours => Err(Error::Conflict(format!(
            "Host \"{host}\" is not in the availability zone \"{zone}\"."
        ))),
        _ => Ok(()),
    }
}

/// Tells the driver's steps as those of a shelving.
#[derive(Debug)]
struct ShownAsShelving<'a>(Shown<'a>);

#[async_trait]
impl Progress for ShownAsShelving<'_> {
    async fn task_state(&self, state: TaskState) {
        let state = match state {
            TaskState::ImagePendingUpload => TaskState::ShelvingImagePendingUpload,
            TaskState::ImageUploading => TaskState::ShelvingImageUploading,
            other => other,
        };
        self.0.task_state(state).await;
    }
}

pub(super) async fn carry_out(
    core: &Arc<Core>,
    context: &RequestContext,
    id: InstanceId,
    log: &mut ActionLog,
) -> Result<(), Error> {
    log.step("compute_shelve_instance", put_away(core, context, id))
        .await?;
    match core.settings.offload_after {
        Some(Duration::ZERO) => {
            core.progress(id, TaskState::ShelvingOffloading).await;
            offload(core, id, log).await
        }
        _ => {
            core.write(id, clear_task).await;
            Ok(())
        }
    }
}

async fn put_away(core: &Core, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    if instance.vm_state == VmState::Shelved {
        return Ok(());
    }
    let stopped = core
        .driver
        .power_off(id, shutdown_timeout(core, &instance))
        .await?;
    let image = keep(core, context, &instance).await?;
    let now = core.now();
    core.change(id, |instance| {
        settle(instance, &stopped);
        instance.vm_state = VmState::Shelved;
        instance.snapshot_image = None;
        instance.detour = Detour {
            shelved_image: Some(image),
            since: Some(now),
            ..Detour::default()
        };
        Ok(())
    })
    .await?;
    Ok(())
}

/// The server as an image with all its data; what an earlier life finished is good, what it left unfinished is not.
async fn keep(core: &Core, context: &RequestContext, instance: &Instance) -> Result<ImageId, Error> {
    let id = instance.id;
    let begun = instance
        .snapshot_image
        .unwrap_or_else(|| ImageId(core.world.id(Resource::Image)));
    let found = match core.images.show(context, begun).await {
        Ok(image) => Some(image.status),
        Err(crate::image::Error::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let image = match found {
        Some(ImageStatus::Active) => return Ok(begun),
        None => begun,
        Some(_) => {
            snapshot::withdraw(core, instance).await;
            ImageId(core.world.id(Resource::Image))
        }
    };
    core.change(id, |instance| {
        instance.snapshot_image = Some(image);
        Ok(())
    })
    .await?;
    let name = format!("{}-shelved", instance.name);
    let mut new = snapshot::describe(
        core,
        context,
        instance,
        image,
        (name, "snapshot"),
        BTreeMap::new(),
    )
    .await;
    // Whoever asked for it, or took it up again: its user unshelves the server.
    new.owner = (context.project_id != instance.project_id).then(|| instance.project_id.clone());
    core.images.create(context, new).await?;
    let shown = ShownAsShelving(Shown { core, id });
    core.driver.snapshot(context, instance, image, &shown).await?;
    Ok(image)
}

/// A server that could not be kept runs on, if it ran.
pub(super) async fn undo(core: &Core, context: &RequestContext, id: InstanceId) {
    let Ok(instance) = core.instance(id).await else {
        return;
    };
    if instance.vm_state == VmState::Shelved {
        return;
    }
    let withdrawn = match instance.snapshot_image {
        Some(image) => core.discard_image(context, image).await,
        None => true,
    };
    let ran = instance.detour.old_vm_state != Some(VmState::Stopped);
    let network = networking::fresh(core, &instance).await;
    let started = match ran {
        true => core.driver.power_on(&instance, &network).await.ok(),
        false => None,
    };
    if started.is_some() {
        core.nets.mark_wired(id);
    }
    core.write(id, |instance| {
        if let Some(observed) = &started {
            settle(instance, observed);
        }
        if withdrawn {
            instance.snapshot_image = None;
        }
        instance.detour.old_vm_state = None;
    })
    .await;
}

/// The image is all that is left on no host.
pub(super) async fn offload(core: &Arc<Core>, id: InstanceId, log: &mut ActionLog) -> Result<(), Error> {
    let freed = async {
        let instance = core.instance(id).await?;
        core.driver.destroy(id).await?;
        core.driver.unplug_vifs(&instance, &instance.vifs).await?;
        core.change(id, |instance| {
            instance.vm_state = VmState::ShelvedOffloaded;
            instance.power_state = PowerState::NoState;
            instance.exit_code = None;
            instance.host = None;
            instance.availability_zone = None;
            instance.detour.since = None;
            clear_task(instance);
            Ok(())
        })
        .await?;
        Ok(())
    };
    log.step("compute_shelve_offload_instance", freed).await
}

pub(super) async fn unshelve(
    core: &Arc<Core>,
    context: &RequestContext,
    id: InstanceId,
    log: &mut ActionLog,
) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    match instance.vm_state {
        VmState::Shelved => {
            log.step("compute_start_instance", start(core, &instance)).await?;
        }
        _ => {
            log.step("compute_unshelve_instance", bring_back(core, context, id))
                .await?;
        }
    }
    forget_image(core, id).await
}

async fn start(core: &Core, instance: &Instance) -> Result<(), Error> {
    let network = networking::fresh(core, instance).await;
    let observed = core.driver.power_on(instance, &network).await?;
    core.nets.mark_wired(instance.id);
    launched(core, instance.id, &observed).await
}

async fn bring_back(core: &Arc<Core>, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
    let instance = build::claim(core, id, TaskState::Spawning).await?;
    let gone = || {
        Error::NotFound(format!(
            "Unshelve attempted but the image of instance {id} cannot be found."
        ))
    };
    let image = core
        .images
        .show(context, instance.detour.shelved_image.ok_or_else(gone)?)
        .await?;
    core.driver.destroy(id).await?;
    core.driver.prepare_vifs(&instance, &instance.vifs).await?;
    let supplies = guest::supplies(core, &instance, networking::fresh(core, &instance).await);
    let shown = Shown { core, id };
    let spawned = core
        .driver
        .spawn(context, &instance, &image, &supplies, &shown)
        .await?;
    core.nets.mark_wired(id);
    launched(core, id, &spawned).await
}

/// It stays on no host, and may be tried again.
pub(super) async fn undo_unshelve(core: &Core, id: InstanceId) {
    let Ok(instance) = core.instance(id).await else {
        return;
    };
    if instance.vm_state != VmState::ShelvedOffloaded {
        return;
    }
    if let Err(error) = core.driver.unplug_vifs(&instance, &instance.vifs).await {
        tracing::warn!(instance.id = %id, %error, "VIFs of a server that could not be unshelved stay behind");
    }
    core.write(id, |instance| {
        instance.host = None;
        instance.availability_zone = None;
    })
    .await;
}

/// The server runs: what it was kept as is of no more use. An image that cannot be deleted now is tried again later.
pub(super) async fn forget_image(core: &Core, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    if let Some(image) = instance.detour.shelved_image
        && core.discard_image(&core.context_of(&instance), image).await
    {
        core.note(id, |instance| {
            instance.detour.shelved_image = None;
        })
        .await?;
    }
    Ok(())
}

/// Whether an image is left of a shelving that is over.
pub(super) fn has_leftover(instance: &Instance) -> bool {
    let shelved = matches!(
        instance.vm_state,
        VmState::Shelved | VmState::ShelvedOffloaded | VmState::SoftDeleted
    );
    instance.detour.shelved_image.is_some() && !shelved && instance.task_state.is_none()
}
