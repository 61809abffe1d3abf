//! Rebuild: the same server, with the same id, from an image again.

use std::sync::Arc;

use super::actions::ActionLog;
use super::build::{Shown, launched_anew};
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::licence::{self, Case};
use super::power::shutdown_timeout;
use super::queue::Kind;
use super::task_state::Verb;
use super::{expiry, guest, networking, password, provision, quota, suitable};
use crate::compute::{Error, Rebuild, Rebuilt};
use crate::objects::{Image, Instance, InstanceId, Keypair, Licence, RequestContext, TaskState, VmState};

pub(super) const ACTION: &str = "rebuild";

impl Compute {
    pub async fn rebuild(
        &self,
        context: &RequestContext,
        id: InstanceId,
        rebuild: Rebuild,
    ) -> Result<Rebuilt, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::Rebuild.check(&instance, context.is_admin())?;
        core.engine.required()?;
        let image = suitable::image(core, context, rebuild.image, &instance.flavor).await?;
        let key = check(core, &instance, &rebuild).await?;
        let (licence, warnings) = license(core, context, &instance, &rebuild).await?;
        let admin_pass = rebuild
            .admin_pass
            .clone()
            .unwrap_or_else(|| password::generate(core.world.as_ref()));
        let (core, context) = (core.clone(), context.clone());
        to_the_end(async move {
            let _alone = core.claims.lock().await;
            licence::check_ports(&core, &licence.ports, 1, Some(id)).await?;
            let change = |instance: &mut Instance| {
                Verb::Rebuild.begin(instance, context.is_admin())?;
                apply(instance, rebuild, &image, key)?;
                instance.licence = licence;
                Ok(())
            };
            let instance = core.change(id, change).await?;
            let mut log = ActionLog::open(&core, &context, id, ACTION).await;
            log.warn(&warnings).await;
            let job = carry_out(core.clone(), context, id, Some(image), log);
            core.enqueue(id, Kind::Work, job);
            Ok(Rebuilt { instance, admin_pass })
        })
        .await
    }
}

/// The key that is asked for: its owner is the server's, whoever asks.
async fn check(core: &Core, instance: &Instance, rebuild: &Rebuild) -> Result<Option<Keypair>, Error> {
    let quotas = core.quotas(&instance.project_id, Some(&instance.user_id)).await?;
    quota::check_metadata(&quotas, rebuild.metadata.as_ref().map_or(0, |map| map.len()))?;
    if let Some(Some(user_data)) = &rebuild.user_data {
        networking::check_mode(Some(user_data), !instance.vifs.is_empty())?;
    }
    match &rebuild.key_name {
        Some(Some(name)) => suitable::key(core, &instance.user_id, name).await.map(Some),
        Some(None) | None => Ok(None),
    }
}

/// What was allowed stays so for the same image and the same `user_data`, whoever asks. Whoever brings others answers for them:
/// an image of one's own in a container with the host in it is the host.
async fn license(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    rebuild: &Rebuild,
) -> Result<(Licence, Vec<String>), Error> {
    let same = instance.image == Some(rebuild.image);
    let again = Case::again(instance);
    let case = match &rebuild.user_data {
        Some(user_data) => Case {
            user_data: user_data.as_ref(),
            before: Licence::default(),
            ..again
        },
        None => Case {
            before: Licence {
                operator: same && instance.licence.operator,
                ..again.before
            },
            ..again
        },
    };
    let mut verdict = case.judge(core, context).await?;
    let warnings = std::mem::take(&mut verdict.warnings);
    Ok((verdict.licence(core, !instance.vifs.is_empty()), warnings))
}

fn apply(
    instance: &mut Instance,
    rebuild: Rebuild,
    image: &Image,
    key: Option<Keypair>,
) -> Result<(), Error> {
    let Rebuild {
        image: _,
        update,
        metadata,
        admin_pass: _,
        key_name,
        user_data,
        trusted_image_certificates,
    } = rebuild;
    instance.image = Some(image.id);
    instance.image_properties.clone_from(&image.properties);
    instance.progress = 0;
    update.apply(instance)?;
    instance.metadata = metadata.unwrap_or_else(|| std::mem::take(&mut instance.metadata));
    if let Some(key_name) = key_name {
        instance.key_name = key_name;
        instance.key_data = key.map(|key| key.public_key);
    }
    if let Some(user_data) = user_data {
        instance.user_data = user_data;
    }
    if let Some(certificates) = trusted_image_certificates {
        instance.trusted_image_certificates = certificates;
    }
    Ok(())
}

/// Replaces the container. A server that was stopped is stopped again.
pub(super) async fn carry_out(
    core: Arc<Core>,
    context: RequestContext,
    id: InstanceId,
    image: Option<Image>,
    mut log: ActionLog,
) {
    let losses = core.engine.losses();
    let rebuilt = log
        .step("compute_rebuild_instance", steps(&core, &context, id, image))
        .await;
    match rebuilt {
        Ok(true) => {
            provision::take_up(&core, id).await;
            expiry::after_start(&core, id).await;
        }
        Ok(false) => {}
        Err(error) if core.postpone(id, &error, losses).await => {}
        Err(error) => core.record_fault(id, &error, Some(VmState::Error)).await,
    }
}

/// Answers whether the server is meant to run.
async fn steps(
    core: &Core,
    context: &RequestContext,
    id: InstanceId,
    image: Option<Image>,
) -> Result<bool, Error> {
    let instance = core.instance(id).await?;
    let image = match (image, instance.image) {
        (Some(image), _) => image,
        (None, Some(id)) => core.images.show(context, id).await?,
        (None, None) => {
            return Err(Error::Invalid(
                "The server has no image to be rebuilt from.".to_owned(),
            ));
        }
    };
    core.driver.destroy(id).await?;
    core.driver.unplug_vifs(&instance, &instance.vifs).await?;
    let supplies = guest::supplies(core, &instance, networking::fresh(core, &instance).await);
    core.driver.prepare_vifs(&instance, &instance.vifs).await?;
    core.progress(id, TaskState::RebuildSpawning).await;
    let observed = core
        .driver
        .spawn(context, &instance, &image, &supplies, &Shown { core, id })
        .await?;
    core.nets.mark_wired(id);
    if instance.vm_state != VmState::Stopped {
        launched_anew(core, id, &observed).await?;
        return Ok(true);
    }
    core.progress(id, TaskState::PoweringOff).await;
    let stopped = core
        .driver
        .power_off(id, shutdown_timeout(core, &instance))
        .await?;
    launched_anew(core, id, &stopped).await?;
    Ok(false)
}
