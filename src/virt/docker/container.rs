//! The body of `POST /containers/create`: everything that decides what a server's container is, in one function.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig, ImageConfig};

use super::dialect::{
    cgroupns_mode, device_requests, devices, healthcheck, hosts_alone, log_config, pairs, restart_policy,
    some, ulimits,
};
use super::disks::{throttles, weights};
use super::joining::Joining;
use super::mounts::mounts;
use super::names;
use super::restart::remembered;
use crate::objects::{DeploymentId, Flavor, Image, Instance};
use crate::user_data::{Allotment, ContainerOptions, is_of_the_kernel};
use crate::virt::Error;

/// The engine gives no container less of a processor.
const LEAST_NANO_CPUS: i64 = 10_000_000;
const NANO: i64 = 1_000_000_000;

/// What the host decides about a container.
#[derive(Debug, Clone)]
pub(in crate::virt) struct Ground<'a> {
    pub(in crate::virt) deployment: DeploymentId,
    pub(in crate::virt) host: &'a str,
    /// The engine refuses to give a container more.
    pub(in crate::virt) cpus: u32,
    pub(in crate::virt) privileged: bool,
    pub(in crate::virt) limit_disk: bool,
    /// `source:target:ro` of what the driver shows the server: its SSH key, its config drive.
    pub(in crate::virt) binds: Vec<String>,
    pub(in crate::virt) joining: Joining,
}

/// The image as the engine has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::virt) struct EngineImage {
    pub(in crate::virt) id: String,
    pub(in crate::virt) config: ImageConfig,
}

/// Merges what is known of a server, each overriding the one before it:
///
/// 1. the image's own configuration, with its `os_command_line` property in place of its command;
/// 2. `user_data` (its environment is laid over the server's metadata, its labels beside ours);
/// 3. the flavor's limits and `quota:cpu_*`: a user may ask for less, never for more of anything (what it says in
///    `docker:<option>` is among the options already);
/// 4. what the driver must own: image, hostname, labels, the key, the config drive, and the network.
///
/// A server with interfaces of ours has no other network: modes, links, ports to publish, hardware addresses and name
/// servers of `user_data` are left out, and its own name leads to its first address, before the hosts that `user_data`
/// adds. A server without any may say a network of the engine's in `user_data`, where all of that counts; else it has none.
///
/// The container's name is the driver's too, and no part of the body.
pub(in crate::virt) fn create_body(
    instance: &Instance,
    image: &Image,
    engine_image: &EngineImage,
    options: &ContainerOptions,
    ground: &Ground<'_>,
) -> Result<ContainerCreateBody, Error> {
    let cmd = command(image, options)?;
    ensure_command(image, engine_image, options, cmd.as_deref())?;
    ensure_working_dir(image, engine_image, options)?;
    let body = ContainerCreateBody {
        domainname: options.domainname.clone(),
        user: options.user.clone(),
        attach_stdin: options.attach_stdin,
        attach_stdout: options.attach_stdout,
        attach_stderr: options.attach_stderr,
        tty: options.tty,
        // A shell whose input is closed ends at once, and a server should stay up.
        open_stdin: Some(options.open_stdin.unwrap_or(true)),
        stdin_once: options.stdin_once,
        exposed_ports: some(&options.exposed_ports),
        env: Some(environment(instance, options)),
        cmd,
        entrypoint: options.entrypoint.clone(),
        healthcheck: options.healthcheck.as_ref().map(healthcheck),
        shell: some(&options.shell),
        image: Some(engine_image.id.clone()),
        volumes: some(&options.volumes),
        working_dir: options.working_dir.clone(),
        stop_signal: options.stop_signal.clone(),
        stop_timeout: options.stop_timeout.or_else(|| shutdown_timeout(image)),
        labels: Some(labels(instance, options, ground)),
        host_config: Some(host_config(instance, options, ground)),
        ..ContainerCreateBody::default()
    };
    let body = ground.joining.complete(&instance.hostname, options, body);
    // Who shares the host's names has its name too.
    let own_name = options.uts_mode.as_deref() != Some("host");
    Ok(ContainerCreateBody {
        hostname: body.hostname.filter(|_| own_name),
        ..body
    })
}

/// What a flavor lets a container have of memory and processors: all of it can change while the container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) memory: Option<i64>,
    pub(super) memory_swap: Option<i64>,
    pub(super) cpu_shares: i64,
    pub(super) nano_cpus: i64,
}

impl Limits {
    /// `cpus` are those of the host.
    pub(super) fn of(flavor: &Flavor, options: &ContainerOptions, cpus: u32) -> Self {
        let given = Allotment::of(flavor);
        let most = i64::from(cpus).saturating_mul(NANO);
        Self {
            memory: given.memory_of(options),
            memory_swap: given.memory_and_swap_of(options),
            cpu_shares: given.cpu_shares_of(options),
            nano_cpus: given
                .nano_cpus_of(options)
                .unwrap_or(most)
                .min(most)
                .max(LEAST_NANO_CPUS),
        }
    }
}

fn host_config(instance: &Instance, options: &ContainerOptions, ground: &Ground<'_>) -> HostConfig {
    let flavor = &instance.flavor;
    let limits = Limits::of(flavor, options, ground.cpus);
    HostConfig {
        memory: limits.memory,
        memory_swap: limits.memory_swap,
        cpu_shares: Some(limits.cpu_shares),
        nano_cpus: Some(limits.nano_cpus),
        memory_reservation: options.memory_reservation,
        memory_swappiness: options.memory_swappiness,
        cpu_realtime_period: options.cpu_rt_period,
        cpu_realtime_runtime: options.cpu_rt_runtime,
        cpuset_cpus: options.cpuset_cpus.clone(),
        cpuset_mems: options.cpuset_mems.clone(),
        blkio_weight: options.blkio_weight,
        blkio_weight_device: weights(&options.blkio_weight_device),
        blkio_device_read_bps: throttles(&options.device_read_bps),
        blkio_device_write_bps: throttles(&options.device_write_bps),
        blkio_device_read_iops: throttles(&options.device_read_iops),
        blkio_device_write_iops: throttles(&options.device_write_iops),
        storage_opt: (ground.limit_disk && flavor.root_gb > 0)
            .then(|| HashMap::from([("size".to_owned(), format!("{}G", flavor.root_gb))])),
        privileged: Some(ground.privileged || options.privileged.unwrap_or(false)),
        binds: some(&[options.binds.as_slice(), ground.binds.as_slice()].concat()),
        mounts: mounts(&options.mounts),
        dns_options: some(&options.dns_options),
        volumes_from: some(&options.volumes_from),
        cap_add: some(&options.cap_add),
        cap_drop: some(&options.cap_drop),
        security_opt: some(&options.security_opt),
        restart_policy: options.restart_policy.as_ref().map(restart_policy),
        devices: devices(options),
        ulimits: ulimits(options),
        init: options.init,
        pids_limit: options.pids_limit,
        readonly_rootfs: options.readonly_rootfs,
        group_add: some(&options.group_add),
        tmpfs: pairs(&options.tmpfs),
        shm_size: options.shm_size,
        sysctls: pairs(&options.sysctls),
        oom_score_adj: options.oom_score_adj,
        oom_kill_disable: options.oom_kill_disable,
        log_config: log_config(options),
        volume_driver: options.volume_driver.clone(),
        device_requests: device_requests(options),
        device_cgroup_rules: some(&options.device_cgroup_rules),
        console_size: options.console_size.map(|sides| sides.map(usize::from).to_vec()),
        annotations: pairs(&options.annotations),
        masked_paths: options.masked_paths.clone(),
        readonly_paths: options.readonly_paths.clone(),
        runtime: options.runtime.clone(),
        cgroup_parent: options.cgroup_parent.clone(),
        cgroupns_mode: cgroupns_mode(options),
        pid_mode: options.pid_mode.clone(),
        ipc_mode: options.ipc_mode.clone(),
        uts_mode: hosts_alone(options.uts_mode.as_ref()),
        userns_mode: hosts_alone(options.userns_mode.as_ref()),
        ..HostConfig::default()
    }
}

/// `user_data` first, then the image's `os_command_line`; `None` leaves the image its own.
fn command(image: &Image, options: &ContainerOptions) -> Result<Option<Vec<String>>, Error> {
    if options.cmd.is_some() {
        return Ok(options.cmd.clone());
    }
    let Some(line) = image.properties.get("os_command_line") else {
        return Ok(None);
    };
    shlex::split(line)
        .map(Some)
        .ok_or_else(|| Error::ImageUnacceptable {
            id: image.id,
            reason: "its property os_command_line has a quote that is not closed".to_owned(),
        })
}

/// As the engine does it: an entrypoint of one's own takes the image's command away.
fn ensure_command(
    image: &Image,
    engine_image: &EngineImage,
    options: &ContainerOptions,
    cmd: Option<&[String]>,
) -> Result<(), Error> {
    let says =
        |words: Option<&[String]>| words.is_some_and(|words| words.iter().any(|word| !word.is_empty()));
    let config = &engine_image.config;
    let inherited =
        options.entrypoint.is_none() && (says(config.entrypoint.as_deref()) || says(config.cmd.as_deref()));
    if says(cmd) || says(options.entrypoint.as_deref()) || inherited {
        return Ok(());
    }
    Err(Error::ImageUnacceptable {
        id: image.id,
        reason: "it has neither a command nor an entrypoint: say what to run with `command:` in user_data, or with the \
                 image property os_command_line"
            .to_owned(),
    })
}

/// An image must not reach where no user may: see the class of `working_dir`.
fn ensure_working_dir(
    image: &Image,
    engine_image: &EngineImage,
    options: &ContainerOptions,
) -> Result<(), Error> {
    let own = engine_image.config.working_dir.as_deref().unwrap_or_default();
    match options.working_dir.is_none() && is_of_the_kernel(own) {
        true => Err(Error::ImageUnacceptable {
            id: image.id,
            reason: format!("its working directory {own} is the kernel's: say another one in user_data"),
        }),
        false => Ok(()),
    }
}

/// In a container this is how cloud-init knows that there is an OpenStack around it.
const WHAT_IT_IS: &str = "product_name=OpenStack Nova";

/// The server's metadata, and over it what `user_data` says; `K` alone takes a variable away.
fn environment(instance: &Instance, options: &ContainerOptions) -> Vec<String> {
    let said = options.env.as_deref().unwrap_or_default();
    let key = |entry: &str| entry.split_once('=').map_or(entry, |(key, _)| key).to_owned();
    let ours = std::iter::once(key(WHAT_IT_IS));
    let overridden: Vec<String> = said.iter().map(|entry| key(entry)).chain(ours).collect();
    let metadata = instance
        .metadata
        .iter()
        .filter(|(key, _)| !key.is_empty() && !overridden.contains(key));
    metadata
        .map(|(key, value)| format!("{key}={value}"))
        .chain(said.iter().cloned())
        .chain([WHAT_IT_IS.to_owned()])
        .collect()
}

fn labels(instance: &Instance, options: &ContainerOptions, ground: &Ground<'_>) -> HashMap<String, String> {
    let ours = names::labels(ground.deployment, ground.host, instance);
    let restart = remembered(options.restart_policy.as_ref());
    let theirs = options
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()));
    theirs
        .chain(ours.into_iter().map(|(key, value)| (key.to_owned(), value)))
        .chain([(names::RESTART.to_owned(), restart)])
        .collect()
}

/// Nova's property for how long a server may take to shut down, in seconds.
fn shutdown_timeout(image: &Image) -> Option<i64> {
    image
        .properties
        .get("os_shutdown_timeout")?
        .trim()
        .parse()
        .ok()
        .filter(|seconds| *seconds > 0)
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
