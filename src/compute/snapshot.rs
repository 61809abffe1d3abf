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
use crate::objects::{ImageId, ImageStatus, Instance, InstanceId, RequestContext, Resource, TaskState};

/// What is never handed on from the image a server was made of: the engine's names for it, the command in whose place the
/// commit has the one that ran, and what Nova leaves out.
const NOT_INHERITED: [&str; 12] = [
    "docker_tags",
    "os_command_line",
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
        self.keep(context, id, Purpose::Snapshot, name, metadata).await
    }

    /// As an image among at most `rotation` of its kind, of which the oldest go; none stays when that is 0.
    pub async fn create_backup(
        &self,
        context: &RequestContext,
        id: InstanceId,
        name: String,
        metadata: BTreeMap<String, String>,
        (kind, rotation): (String, usize),
    ) -> Result<ImageId, Error> {
        let purpose = Purpose::Backup { kind, rotation };
        self.keep(context, id, purpose, name, metadata).await
    }

    async fn keep(
        &self,
        context: &RequestContext,
        id: InstanceId,
        purpose: Purpose,
        name: String,
        mut metadata: BTreeMap<String, String>,
    ) -> Result<ImageId, Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        purpose.verb().check(&instance, context.is_admin())?;
        let quotas = core.quotas(&context.project_id, Some(&context.user_id)).await?;
        quota::check_metadata(&quotas, metadata.len())?;
        core.engine.required()?;
        withdrawn(core, &instance).await?;
        if let Purpose::Backup { kind, .. } = &purpose {
            metadata.insert("backup_type".to_owned(), kind.clone());
        }
        let image = ImageId(core.world.id(Resource::Image));
        let words = (name, purpose.image_type());
        let described = describe(core, context, &instance, image, words, metadata).await;
        to_the_end(begin(
            core.clone(),
            context.clone(),
            id,
            image,
            described,
            purpose,
        ))
        .await?;
        Ok(image)
    }
}

/// What an image of a server is for.
#[derive(Debug, Clone)]
enum Purpose {
    Snapshot,
    Backup { kind: String, rotation: usize },
}

impl Purpose {
    const fn verb(&self) -> Verb {
        match self {
            Self::Snapshot => Verb::CreateImage,
            Self::Backup { .. } => Verb::CreateBackup,
        }
    }

    /// The image's property of that name.
    const fn image_type(&self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Backup { .. } => "backup",
        }
    }

    /// The action and its event, as Nova calls them.
    const fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Snapshot => ("createImage", "compute_snapshot_instance"),
            Self::Backup { .. } => ("createBackup", "compute_backup_instance"),
        }
    }
}

/// The record names the image before there is one: whenever the process ends, the next one knows what to delete.
async fn begin(
    core: Arc<Core>,
    context: RequestContext,
    id: InstanceId,
    image: ImageId,
    described: NewImage,
    purpose: Purpose,
) -> Result<(), Error> {
    let begun = core.change(id, |instance| {
        purpose.verb().begin(instance, context.is_admin())?;
        instance.snapshot_image = Some(image);
        Ok(())
    });
    begun.await?;
    if let Err(error) = core.images.create(&context, described).await {
        over(&core, id, true).await;
        return Err(Error::from(error).at_the_door());
    }
    let log = ActionLog::open(&core, &context, id, purpose.names().0).await;
    let job = carry_out(core.clone(), context, id, image, purpose, log);
    core.enqueue(id, Kind::Work, job);
    Ok(())
}

pub(super) async fn describe(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    image: ImageId,
    (name, image_type): (String, &str),
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
        properties: properties(core, context, instance, image_type, metadata),
        owner: None,
    }
}

/// The image's own, then ours, then what the user says, each over the one before.
fn properties(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    image_type: &str,
    metadata: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut properties = instance.image_properties.clone();
    properties.retain(|key, _| !NOT_INHERITED.contains(&key.as_str()));
    let mut ours = vec![
        ("image_type", image_type.to_owned()),
        ("instance_uuid", instance.id.to_string()),
        ("user_id", context.user_id.to_string()),
    ];
    ours.extend(instance.image.map(|image| ("base_image_ref", image.to_string())));
    let host = core.engine.resources().map(|host| host.architecture);
    if let Some(architecture) = host.filter(|architecture| !architecture.is_empty()) {
        ours.push(("hw_architecture", architecture));
    }
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
    purpose: Purpose,
    mut log: ActionLog,
) {
    let taken = async {
        if let Purpose::Snapshot = purpose {
            core.progress(id, TaskState::ImageSnapshot).await;
        }
        let instance = core.instance(id).await?;
        let shown = Shown { core: &core, id };
        core.driver.snapshot(&context, &instance, image, &shown).await?;
        if let Purpose::Backup { kind, rotation } = &purpose {
            rotate(&core, &context, id, kind, *rotation).await;
        }
        Ok(())
    };
    let mut done = true;
    if let Err(error) = log.step(purpose.names().1, taken).await {
        done = core.discard_image(&context, image).await;
        core.record_fault(id, &error, None).await;
    }
    over(&core, id, done).await;
}

/// The oldest backups of a kind go; those that cannot be deleted now are too many at the next backup again.
async fn rotate(core: &Core, context: &RequestContext, id: InstanceId, kind: &str, rotation: usize) {
    let properties = [
        ("image_type", "backup"),
        ("backup_type", kind),
        ("instance_uuid", &id.to_string()),
    ];
    match core.images.with_properties(context, &properties).await {
        Ok(backups) => {
            for excess in backups.into_iter().skip(rotation) {
                core.discard_image(context, excess.id).await;
            }
        }
        Err(error) => tracing::warn!(instance.id = %id, %error, "backups were not rotated"),
    }
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

/// The record names one such image: there is no room for the next while it is there.
pub(super) async fn withdrawn(core: &Core, instance: &Instance) -> Result<(), Error> {
    match withdraw(core, instance).await {
        true => Ok(()),
        false => Err(Error::Unavailable {
            service: "the image service",
            reason: "it does not delete what an earlier snapshot of the server left; try again later"
                .to_owned(),
        }),
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
