//! Makes an image of a server: the image is there, queued, before the answer; its data follows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::actions::ActionLog;
use super::build::Shown;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::queue::Kind;
use super::quota;
use super::settle::clear_task;
use super::task_state::Verb;
use crate::compute::Error;
use crate::image::NewImage;
use crate::objects::{ImageId, ImageStatus, Instance, InstanceId, RequestContext, TaskState};

/// What is never handed on from the image a server was made of: the engine's names for it, and what Nova leaves out.
const NOT_INHERITED: [&str; 11] = [
    "docker_tags",
    "cache_in_nova",
    "bittorrent",
    "img_signature_hash_method",
    "img_signature",
    "img_signature_key_type",
    "img_signature_certificate_uuid",
    "cinder_encryption_key_id",
    "cinder_encryption_key_deletion_policy",
    "signature_verified",
    "os_glance_import_task",
];

/// When it is looked again whether an image that was given up has come into being after all.
const LATE: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(25),
];

impl Compute {
    pub async fn create_image(
        &self,
        context: &RequestContext,
        id: InstanceId,
        name: String,
        metadata: BTreeMap<String, String>,
    ) -> Result<ImageId, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        Verb::CreateImage.check(&instance, context.is_admin())?;
        quota::check_metadata(&core.settings.quotas, metadata.len())?;
        core.engine.required()?;
        withdraw(core, &instance).await;
        let image = ImageId(core.world.uuid());
        let described = describe(core, context, &instance, image, name, metadata).await;
        to_the_end(begin(core.clone(), context.clone(), id, image, described)).await?;
        Ok(image)
    }
}

/// The record names the image before there is one: whenever the process ends, the next one knows what to delete.
async fn begin(
    core: Arc<Core>,
    context: RequestContext,
    id: InstanceId,
    image: ImageId,
    described: NewImage,
) -> Result<(), Error> {
    let begun = core.change(id, |instance| {
        Verb::CreateImage.begin(instance, context.is_admin())?;
        instance.snapshot_image = Some(image);
        Ok(())
    });
    begun.await?;
    if let Err(error) = core.images.create(&context, described).await {
        over(&core, id, true).await;
        return Err(Error::from(error).at_the_door());
    }
    let log = ActionLog::open(&core, &context, id, "createImage").await;
    let job = carry_out(core.clone(), context, id, image, log);
    core.enqueue(id, Kind::Work, job);
    Ok(())
}

async fn describe(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    image: ImageId,
    name: String,
    metadata: BTreeMap<String, String>,
) -> NewImage {
    let base = match instance.image {
        // Gone or forbidden since: the snapshot then asks for no more than the flavor says.
        Some(image) => core.images.show(context, image).await.ok(),
        None => None,
    };
    let (min_disk, min_ram) = base.map_or((0, 0), |image| (image.min_disk, image.min_ram));
    NewImage {
        id: Some(image),
        name,
        container_format: "docker".to_owned(),
        disk_format: "raw".to_owned(),
        min_disk: min_disk.max(instance.flavor.root_gb),
        min_ram,
        properties: properties(context, instance, metadata),
    }
}

/// The image's own, then ours, then what the user says, each over the one before.
fn properties(
    context: &RequestContext,
    instance: &Instance,
    metadata: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut properties = instance.image_properties.clone();
    properties.retain(|key, _| !NOT_INHERITED.contains(&key.as_str()));
    let mut ours = vec![
        ("image_type", "snapshot".to_owned()),
        ("instance_uuid", instance.id.to_string()),
        ("user_id", context.user_id.to_string()),
    ];
    ours.extend(instance.image.map(|image| ("base_image_ref", image.to_string())));
    if context.project_id != instance.project_id {
        ours.push(("instance_owner", instance.project_id.to_string()));
    }
    properties.extend(ours.into_iter().map(|(key, value)| (key.to_owned(), value)));
    properties.extend(metadata);
    properties
}

async fn carry_out(
    core: Arc<Core>,
    context: RequestContext,
    id: InstanceId,
    image: ImageId,
    mut log: ActionLog,
) {
    let taken = async {
        core.progress(id, TaskState::ImageSnapshot).await;
        let instance = core.instance(id).await?;
        Ok(core
            .driver
            .snapshot(&context, &instance, image, &Shown { core: &core, id })
            .await?)
    };
    let mut done = true;
    if let Err(error) = log.step("compute_snapshot_instance", taken).await {
        done = core.discard_image(&context, image).await;
        core.record_fault(id, &error, None).await;
    }
    over(&core, id, done).await;
}

/// Ends what a snapshot of an earlier life began; the server goes on as if it had not been asked.
pub(super) async fn give_up(core: &Arc<Core>, instance: &Instance) {
    let done = withdraw(core, instance).await;
    if let Some(image) = instance.snapshot_image {
        tokio::spawn(withdraw_late(core.clone(), core.context_of(instance), image));
    }
    over(core, instance.id, done).await;
}

/// Deletes the image of a snapshot that broke off, unless it has all its data. Whether nothing is left to do about it.
pub(super) async fn withdraw(core: &Core, instance: &Instance) -> bool {
    match instance.snapshot_image {
        None => true,
        Some(image) => discard(core, &core.context_of(instance), image).await,
    }
}

/// The image service and the engine may still have been at work on what was asked of them when the one who asked was
/// killed and came back.
async fn withdraw_late(core: Arc<Core>, context: RequestContext, image: ImageId) {
    for wait in LATE {
        tokio::time::sleep(wait).await;
        discard(&core, &context, image).await;
    }
}

async fn discard(core: &Core, context: &RequestContext, image: ImageId) -> bool {
    let found = core.images.show(context, image).await;
    if found.is_ok_and(|found| found.status == ImageStatus::Active) {
        return true;
    }
    let discarded = core.discard_image(context, image).await;
    if let Err(error) = core.driver.forget_image(image).await {
        tracing::debug!(image.id = %image, %error, "the engine keeps the image of a snapshot until the next sweep");
    }
    discarded
}

/// An image that could not be deleted stays on the record: the next look at the server tries again.
async fn over(core: &Core, id: InstanceId, done: bool) {
    let recorded = core.change(id, |instance| {
        if done {
            instance.snapshot_image = None;
        }
        clear_task(instance);
        Ok(())
    });
    if let Err(error) = recorded.await {
        tracing::warn!(instance.id = %id, %error, "the end of a snapshot was not recorded");
    }
}
