//! Builds an accepted server: scheduling, networking, spawning, each with its undo, then ACTIVE or ERROR with a fault.

use std::sync::Arc;

use async_trait::async_trait;

use super::actions::ActionLog;
use super::core::Core;
use super::settle::{clear_task, settle};
use super::undo::Undo;
use super::{expiry, guest, networking, provision};
use crate::compute::Error;
use crate::objects::{Flavor, Image, Instance, InstanceId, RequestContext, TaskState, VmState};
use crate::scheduler::{self, Node};
use crate::virt::{Observed, Progress};

pub(super) const ACTION: &str = "create";

/// Builds the server from nothing; the image is looked up when it is not at hand.
pub(super) async fn build(
    core: Arc<Core>,
    context: RequestContext,
    id: InstanceId,
    image: Option<Image>,
    mut log: ActionLog,
) {
    let Ok(_turn) = core.builds.acquire().await else {
        return;
    };
    let losses = core.engine.losses();
    let mut undo = Undo::default();
    let built = log.step(
        "compute__do_build_and_run_instance",
        steps(&core, &context, id, image, &mut undo),
    );
    let Err(error) = built.await else {
        provision::take_up(&core, id).await;
        return expiry::after_start(&core, id).await;
    };
    undo.run().await;
    if !core.postpone(id, &error, losses).await {
        core.record_fault(id, &error, Some(VmState::Error)).await;
    }
}

async fn steps(
    core: &Arc<Core>,
    context: &RequestContext,
    id: InstanceId,
    image: Option<Image>,
    undo: &mut Undo,
) -> Result<(), Error> {
    let instance = claim(core, id, TaskState::Networking).await?;
    undo.push(release_claim(core.clone(), id));
    let image = match (image, instance.image) {
        (Some(image), _) => image,
        (None, Some(id)) => core.images.show(context, id).await?,
        (None, None) => {
            return Err(Error::Invalid(
                "The server has no image to be built from.".to_owned(),
            ));
        }
    };
    let instance = connect(core, instance, undo).await?;
    let supplies = guest::supplies(core, &instance, networking::known(&instance));
    core.progress(id, TaskState::Spawning).await;
    let progress = Shown { core, id };
    let observed = core
        .driver
        .spawn(context, &instance, &image, &supplies, &progress)
        .await?;
    undo.push(destroy(core.clone(), id));
    core.nets.mark_wired(id);
    launched_anew(core, id, &observed).await
}

/// Gives the server its ports and their ends on this host, and waits until they work.
async fn connect(core: &Arc<Core>, instance: Arc<Instance>, undo: &mut Undo) -> Result<Arc<Instance>, Error> {
    let wanted = networking::wanted(&instance.network);
    if wanted.is_empty() {
        return Ok(instance);
    }
    let id = instance.id;
    let waiter = core.nets.listen(id);
    undo.push(networking::take_back(core.clone(), id));
    let vifs = networking::allocate(core, &instance, wanted).await?;
    let named = core.note(id, |instance| {
        instance.vifs = vifs;
        instance.wiring.unsettled = false;
    });
    let instance = networking::learn(core, named.await?.as_ref()).await?;
    waiter.plug(core, &instance).await?;
    Ok(instance)
}

/// Picks the host and writes it down before anybody else looks at what is taken; `next` begins with it.
pub(super) async fn claim(core: &Core, id: InstanceId, next: TaskState) -> Result<Arc<Instance>, Error> {
    let _alone = core.claims.lock().await;
    let instance = core.instance(id).await?;
    if let Some(reason) = core.service_refusal().await? {
        return Err(Error::NoValidHost(reason));
    }
    let node = choose(core, &instance, &instance.flavor).await?;
    if let Some(reason) = core.group_refusal(&instance, &node.host).await? {
        return Err(Error::NoValidHost(reason));
    }
    core.change(id, |instance| {
        instance.host = Some(node.host.clone());
        instance.wiring.unsettled |=
            next == TaskState::Networking && !networking::wanted(&instance.network).is_empty();
        instance.availability_zone = Some(node.zone.clone());
        if instance.task_state != Some(TaskState::Deleting) {
            instance.task_state = Some(next);
        }
        Ok(())
    })
    .await
}

async fn choose(core: &Core, instance: &Instance, flavor: &Flavor) -> Result<Node, Error> {
    let request = scheduler::Request {
        vcpus: flavor.vcpus.into(),
        memory_mb: flavor.memory_mb,
        zone: instance.pinned_availability_zone.clone(),
        architecture: wanted_architecture(instance),
    };
    let nodes = [this_node(core, instance.id).await?];
    scheduler::choose(&nodes, &request)
        .cloned()
        .map_err(Error::NoValidHost)
}

/// What the image says it runs on; its older name counts too, as in Nova.
fn wanted_architecture(instance: &Instance) -> Option<String> {
    let said = |name: &str| instance.image_properties.get(name).cloned();
    said("hw_architecture").or_else(|| said("architecture"))
}

/// Whether the server may have this flavor where it is.
pub(super) async fn check_room(core: &Core, instance: &Instance, flavor: &Flavor) -> Result<(), Error> {
    choose(core, instance, flavor).await.map(drop)
}

/// What the scheduler may know of this host. The server that is placed does not count against itself.
async fn this_node(core: &Core, placed: InstanceId) -> Result<Node, Error> {
    let resources = match core.engine.resources() {
        Some(resources) => resources,
        None => core.driver.resources().await?,
    };
    let settings = &core.settings;
    let mut node = Node {
        host: settings.host.clone(),
        zone: core.zone().await?,
        architecture: resources.architecture,
        vcpus: scaled(resources.vcpus.into(), settings.cpu_allocation_ratio),
        memory_mb: scaled(resources.memory_mb, settings.ram_allocation_ratio)
            .saturating_sub(settings.reserved_host_memory_mb),
        vcpus_used: 0,
        memory_mb_used: 0,
    };
    for other in core.records.instances().await? {
        if other.id != placed && other.host.as_ref() == Some(&node.host) {
            node.vcpus_used += u64::from(other.flavor.vcpus);
            node.memory_mb_used += other.flavor.memory_mb;
        }
    }
    Ok(node)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a host has fewer than 2^52 of anything, and a ratio below nothing gives nothing"
)]
fn scaled(amount: u64, ratio: f64) -> u64 {
    (amount as f64 * ratio) as u64
}

async fn release_claim(core: Arc<Core>, id: InstanceId) {
    let released = core.change(id, |instance| {
        instance.host = None;
        Ok(())
    });
    if let Err(error) = released.await {
        tracing::debug!(instance.id = %id, %error, "there was no claim to give back");
    }
}

async fn destroy(core: Arc<Core>, id: InstanceId) {
    if let Err(error) = core.driver.destroy(id).await {
        tracing::warn!(instance.id = %id, %error, "what was built could not be taken back");
    }
}

/// The server is up: from here on it is what is seen of it.
pub(super) async fn launched(core: &Core, id: InstanceId, observed: &Observed) -> Result<(), Error> {
    let as_before = |instance: &Instance| instance.unprovisioned;
    arrive(core, id, observed, as_before).await
}

/// The same for a server that is as its image was: what its user wants inside it is still to be done.
pub(super) async fn launched_anew(core: &Core, id: InstanceId, observed: &Observed) -> Result<(), Error> {
    arrive(core, id, observed, |instance| provision::is_due(core, instance)).await
}

async fn arrive(
    core: &Core,
    id: InstanceId,
    observed: &Observed,
    unprovisioned: impl FnOnce(&Instance) -> bool + Send,
) -> Result<(), Error> {
    let now = core.now();
    core.change(id, |instance| {
        instance.unprovisioned = unprovisioned(instance);
        settle(instance, observed);
        clear_task(instance);
        instance.launched_at = Some(now);
        instance.progress = 100;
        instance.fault = None;
        instance.wiring.broken = false;
        Ok(())
    })
    .await?;
    Ok(())
}

/// Shows the driver's progress as the server's task.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) core: &'a Core,
    pub(super) id: InstanceId,
}

#[async_trait]
impl Progress for Shown<'_> {
    async fn task_state(&self, state: TaskState) {
        self.core.progress(self.id, state).await;
    }
}
