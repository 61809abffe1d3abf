//! Accepts a request for servers: everything that can be wrong with it is found before anything is written.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::actions::ActionLog;
use super::build;
use super::commit::to_the_end;
use super::core::{Compute, Core};
use super::licence::{self, Case};
use super::networking::{self, Chosen};
use super::queue::Kind;
use super::{guest, names, password, quota, suitable};
use crate::compute::{Boot, Booted, Error};
use crate::objects::{
    Detour, Flavor, Image, Instance, InstanceId, Keypair, Licence, PowerState, RequestContext, Resource,
    ServerGroup, TaskState, VmState, Wiring,
};

/// Servers of one request: without a quota nothing else keeps a slip of the finger from filling the records.
const MOST_AT_ONCE: u32 = 1000;

impl Compute {
    /// Answers as soon as the servers are written down; they are BUILDING then.
    pub async fn boot(&self, context: &RequestContext, boot: Boot) -> Result<Booted, Error> {
        let core = &self.core;
        core.engine.required()?;
        let order = check(core, context, &boot).await?;
        let password = || password::generate(core.world.as_ref());
        let admin_pass = boot.admin_pass.clone().unwrap_or_else(password);
        let (core, context) = (core.clone(), context.clone());
        to_the_end(async move {
            let reservation_id = password::reservation_id(core.world.as_ref());
            let instances = write(&core, &context, &boot, &order, &reservation_id).await?;
            for instance in &instances {
                let mut log = ActionLog::open(&core, &context, instance.id, build::ACTION).await;
                log.warn(&order.warnings).await;
                let image = Some(order.image.clone());
                let job = build::build(core.clone(), context.clone(), instance.id, image, log);
                core.enqueue(instance.id, Kind::Work, job);
            }
            Ok(Booted {
                instances,
                reservation_id,
                admin_pass,
            })
        })
        .await
    }
}

/// As many servers as the quota has room for, or none: nobody else's are counted and written meanwhile.
async fn write(
    core: &Core,
    context: &RequestContext,
    boot: &Boot,
    order: &Order,
    reservation_id: &str,
) -> Result<Vec<Arc<Instance>>, Error> {
    let _alone = core.claims.lock().await;
    for port in order.chosen.lent_ports() {
        networking::check_port_is_free(core, port).await?;
    }
    let wanted = boot.min_count..=order.chosen.most;
    let count = room(core, context, order, wanted).await?;
    licence::check_ports(core, &order.licence.ports, count, None).await?;
    let mut written = Vec::new();
    for index in 0..count {
        let instance = record(core, context, boot, order, index, count, reservation_id);
        match core.records.create_instance(instance).await {
            Ok(instance) => written.push(instance),
            Err(error) => {
                unwrite(core, &written).await;
                return Err(error.into());
            }
        }
    }
    Ok(written)
}

/// How many of the servers the project, its user and the server group have room for.
async fn room(
    core: &Core,
    context: &RequestContext,
    order: &Order,
    wanted: RangeInclusive<u32>,
) -> Result<u32, Error> {
    let (least, mut count) = wanted.into_inner();
    let instances = core.records.instances().await?;
    for user in [None, Some(&context.user_id)] {
        let quotas = core.quotas(&context.project_id, user).await?;
        let used = quota::usage(&instances, &context.project_id, user);
        count = quota::check_servers(&quotas, &used, &order.flavor, least..=count)?;
    }
    if let Some(group) = &order.group {
        core.check_group_quota(context, group, count).await?;
    }
    Ok(count)
}

async fn unwrite(core: &Core, written: &[Arc<Instance>]) {
    for instance in written {
        if let Err(error) = core.records.delete_instance(instance.id).await {
            tracing::warn!(instance.id = %instance.id, %error, "a server that was not to be stays in the records");
        }
    }
}

/// What a boot request names, looked up.
struct Order {
    flavor: Arc<Flavor>,
    image: Image,
    key: Option<Keypair>,
    group: Option<ServerGroup>,
    licence: Licence,
    /// Of the `user_data`.
    warnings: Vec<String>,
    chosen: Chosen,
}

async fn check(core: &Core, context: &RequestContext, boot: &Boot) -> Result<Order, Error> {
    if boot.min_count == 0 || boot.min_count > boot.max_count {
        return Err(Error::Invalid("min_count must be <= max_count".to_owned()));
    }
    if boot.max_count > MOST_AT_ONCE {
        let words = format!(
            "max_count is {}, at most {MOST_AT_ONCE} are allowed",
            boot.max_count
        );
        return Err(Error::Invalid(words));
    }
    if boot.max_count > 1 && boot.hostname.is_some() {
        let words = "Unable to allocate a single hostname to multiple instances";
        return Err(Error::Invalid(words.to_owned()));
    }
    check_zone(core, boot.availability_zone.as_deref()).await?;
    check_host(core, boot.host.as_deref())?;
    let quotas = core.quotas(&context.project_id, Some(&context.user_id)).await?;
    quota::check_metadata(&quotas, boot.metadata.len())?;
    suitable::check_tags(boot.tags.len())?;
    let flavor = core.flavor_for(context, boot.flavor.as_str()).await?;
    if flavor.disabled {
        return Err(Error::NoSuchFlavor(boot.flavor.to_string()));
    }
    let image = suitable::image(core, context, boot.image, &flavor).await?;
    let key = match &boot.key_name {
        Some(name) => Some(suitable::key(core, &context.user_id, name).await?),
        None => None,
    };
    let case = Case {
        project: &context.project_id,
        user_data: boot.user_data.as_ref(),
        flavor: &flavor,
        before: Licence::default(),
    };
    let mut verdict = case.judge(core, context).await?;
    let group = match boot.scheduler_hints.group() {
        Some(id) => Some(core.server_group(context, &id.to_string()).await?),
        None => None,
    };
    let chosen = networking::choose(core, context, boot).await?;
    let vifs = !networking::wanted(&chosen.network).is_empty();
    Ok(Order {
        warnings: std::mem::take(&mut verdict.warnings),
        licence: verdict.licence(core, vifs),
        flavor,
        image,
        key,
        group,
        chosen,
    })
}

/// A zone is available where a host is that takes servers.
async fn check_zone(core: &Core, zone: Option<&str>) -> Result<(), Error> {
    let Some(zone) = zone else { return Ok(()) };
    let is_open = core.service().await?.is_some_and(|service| !service.disabled);
    match is_open && core.zone().await? == zone {
        true => Ok(()),
        false => Err(Error::Invalid(
            "The requested availability zone is not available".to_owned(),
        )),
    }
}

/// There is one host, so that whoever names it gets it.
fn check_host(core: &Core, host: Option<&str>) -> Result<(), Error> {
    match host {
        Some(host) if host != core.settings.host => {
            Err(Error::Invalid(format!("Compute host {host} could not be found.")))
        }
        _ => Ok(()),
    }
}

fn record(
    core: &Core,
    context: &RequestContext,
    boot: &Boot,
    order: &Order,
    index: u32,
    count: u32,
    reservation_id: &str,
) -> Instance {
    let (id, now) = (InstanceId(core.world.id(Resource::Server)), core.now());
    let hostname = boot.hostname.clone();
    Instance {
        id,
        number: 0,
        reservation_id: reservation_id.to_owned(),
        launch_index: index,
        project_id: context.project_id.clone(),
        user_id: context.user_id.clone(),
        name: names::numbered(&boot.name, index, count),
        description: boot.description.clone(),
        hostname: hostname.unwrap_or_else(|| names::hostname(&boot.name, id, index, count)),
        image: Some(order.image.id),
        image_properties: order.image.properties.clone(),
        flavor: Flavor::clone(&order.flavor),
        key_name: boot.key_name.clone(),
        key_data: order.key.as_ref().map(|key| key.public_key.clone()),
        metadata: boot.metadata.clone(),
        tags: boot.tags.clone(),
        user_data: boot.user_data.clone(),
        licence: order.licence.clone(),
        config_drive: guest::needs_config_drive(&core.settings, boot.config_drive, &order.image.properties),
        disk_config_auto: boot.disk_config_auto,
        access_ip_v4: boot.access_ip_v4.clone(),
        access_ip_v6: boot.access_ip_v6.clone(),
        security_groups: boot.security_groups.clone(),
        scheduler_hints: boot.scheduler_hints.clone(),
        trusted_image_certificates: boot.trusted_image_certificates.clone(),
        host: None,
        availability_zone: None,
        pinned_availability_zone: boot.availability_zone.clone(),
        network: order.chosen.network.clone(),
        vifs: Vec::new(),
        wiring: Wiring {
            security_groups: order.chosen.security_groups.clone(),
            lent_ports: order.chosen.lent_ports(),
            ..Wiring::default()
        },
        vm_state: VmState::Building,
        task_state: Some(TaskState::Scheduling),
        power_state: PowerState::NoState,
        exit_code: None,
        progress: 0,
        lock: None,
        fault: None,
        snapshot_image: None,
        detour: Detour::default(),
        unprovisioned: false,
        password_data: None,
        created_at: now,
        updated_at: now,
        launched_at: None,
        terminated_at: None,
    }
}
