//! Rescue: a container of a rescue image in the server's place, with the server's own root filesystem at `/mnt/rescue`.

use std::sync::Arc;

use super::actions::ActionLog;
use super::core::{Compute, Core};
use super::errand::Errand;
use super::power::shutdown_timeout;
use super::settle::{clear_task, settle};
use super::task_state::Verb;
use super::{admin_password, guest, networking, password, suitable};
use crate::compute::Error;
use crate::objects::{ImageId, ImageStatus, Instance, InstanceId, RequestContext, VmState};

impl Compute {
    /// Answers the password of root in the rescue system: the one asked for, or a new one. It is kept nowhere, and set only
    /// where the image has `chpasswd`.
    pub async fn rescue(
        &self,
        context: &RequestContext,
        id: InstanceId,
        image: Option<ImageId>,
        admin_pass: Option<String>,
    ) -> Result<String, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::Rescue.check(&instance, context.is_admin())?;
        core.engine.required()?;
        let chosen = choose(core, context, &instance, image).await?;
        let password = admin_pass.unwrap_or_else(|| password::generate(core.world.as_ref()));
        let begin = move |instance: &mut Instance| {
            instance.detour.rescue_image = Some(chosen);
            Ok(())
        };
        core.accept(context, id, (Verb::Rescue, Errand::Rescue), begin)
            .await?;
        admin_password::set_when_rescued(core, id, password.clone());
        Ok(password)
    }

    pub async fn unrescue(&self, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
        let instance = self.core.visible(context, id).await?;
        Verb::Unrescue.check(&instance, context.is_admin())?;
        self.core.engine.required()?;
        self.core
            .accept(context, id, (Verb::Unrescue, Errand::Unrescue), |_| Ok(()))
            .await?;
        Ok(())
    }
}

/// The image asked for; else the one that the server was made of.
async fn choose(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    image: Option<ImageId>,
) -> Result<ImageId, Error> {
    let Some(wanted) = image else {
        let none = || {
            let id = instance.id;
            Error::Invalid(format!("Instance {id} cannot be rescued: it has no image"))
        };
        return instance.image.ok_or_else(none);
    };
    let unfit = || Error::Invalid(format!("Requested rescue image '{wanted}' is not supported"));
    match core.images.show(context, wanted).await {
        Ok(image) if image.status == ImageStatus::Active => {
            suitable::check_size(&image, &instance.flavor)?;
            Ok(wanted)
        }
        Ok(_) | Err(crate::image::Error::NotFound(_) | crate::image::Error::Invalid(_)) => Err(unfit()),
        Err(error) => Err(Error::from(error).at_the_door()),
    }
}

pub(super) async fn carry_out(
    core: &Arc<Core>,
    context: &RequestContext,
    id: InstanceId,
    log: &mut ActionLog,
) -> Result<(), Error> {
    log.step("compute_rescue_instance", steps(core, context, id))
        .await
}

async fn steps(core: &Core, context: &RequestContext, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    let unknown = || Error::Invalid(format!("Instance {id} cannot be rescued: it has no image"));
    let image = instance
        .detour
        .rescue_image
        .or(instance.image)
        .ok_or_else(unknown)?;
    let image = core.images.show(context, image).await?;
    let supplies = guest::supplies(core, &instance, networking::fresh(core, &instance).await);
    let timeout = shutdown_timeout(core, &instance);
    let observed = core
        .driver
        .rescue(context, &instance, &image, &supplies, timeout)
        .await?;
    core.nets.mark_wired(id);
    let now = core.now();
    core.change(id, |instance| {
        settle(instance, &observed);
        instance.vm_state = VmState::Rescued;
        instance.launched_at = Some(now);
        clear_task(instance);
        Ok(())
    })
    .await?;
    Ok(())
}

pub(super) async fn unrescue(core: &Arc<Core>, id: InstanceId, log: &mut ActionLog) -> Result<(), Error> {
    let back = async {
        let instance = core.instance(id).await?;
        let network = networking::fresh(core, &instance).await;
        let observed = core.driver.unrescue(&instance, &network).await?;
        core.nets.mark_wired(id);
        core.change(id, |instance| {
            settle(instance, &observed);
            instance.detour.rescue_image = None;
            instance.fault = None;
            clear_task(instance);
            Ok(())
        })
        .await?;
        Ok(())
    };
    log.step("compute_unrescue_instance", back).await
}
