//! What a container can be asked to be, in words of our own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::mount::Mount;

/// The options of one container. `None` or empty is "not said", and the image's or the server's own value holds.
///
/// Zero where the Engine takes zero for "its default" (memory, shares) and `""` where it takes that for nothing are
/// "not said" too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContainerOptions {
    pub hostname: Option<String>,
    pub domainname: Option<String>,
    /// A name or a number, with a group after a colon or not.
    pub user: Option<String>,
    /// In bytes.
    pub memory: Option<i64>,
    /// In bytes: what it is pressed down to when the host has no more.
    pub memory_reservation: Option<i64>,
    /// 0 to 100.
    pub memory_swappiness: Option<i64>,
    /// Memory and swap together, in bytes; -1 is without limit.
    pub memory_swap: Option<i64>,
    pub cpu_shares: Option<i64>,
    /// In billionths of a processor.
    pub nano_cpus: Option<i64>,
    /// In microseconds.
    pub cpu_period: Option<i64>,
    /// In microseconds of each period.
    pub cpu_quota: Option<i64>,
    pub cpu_rt_period: Option<i64>,
    pub cpu_rt_runtime: Option<i64>,
    /// Such as `0-2,5`.
    pub cpuset_cpus: Option<String>,
    /// Such as `0,1`.
    pub cpuset_mems: Option<String>,
    /// 10 to 1000.
    pub blkio_weight: Option<u16>,
    pub blkio_weight_device: Vec<DiskFigure>,
    /// Bytes in a second.
    pub device_read_bps: Vec<DiskFigure>,
    pub device_write_bps: Vec<DiskFigure>,
    /// Requests in a second.
    pub device_read_iops: Vec<DiskFigure>,
    pub device_write_iops: Vec<DiskFigure>,
    pub attach_stdin: Option<bool>,
    pub attach_stdout: Option<bool>,
    pub attach_stderr: Option<bool>,
    pub tty: Option<bool>,
    pub open_stdin: Option<bool>,
    pub stdin_once: Option<bool>,
    /// `K=V`, or `K` alone to take a variable of the image away.
    pub env: Option<Vec<String>>,
    pub cmd: Option<Vec<String>>,
    /// `[""]` takes the image's entrypoint away.
    pub entrypoint: Option<Vec<String>>,
    pub healthcheck: Option<Healthcheck>,
    /// What runs a command of the health check that is a line.
    pub shell: Vec<String>,
    /// Paths in the container that get a volume of their own. A bind is in `binds` alone.
    pub volumes: Vec<String>,
    pub working_dir: Option<String>,
    pub network_disabled: Option<bool>,
    pub mac_address: Option<String>,
    /// Such as `22/tcp`.
    pub exposed_ports: Vec<String>,
    pub security_opt: Vec<String>,
    /// `source:path` or `source:path:mode`; a source is a path of the host or the name of a volume.
    pub binds: Vec<String>,
    pub mounts: Vec<Mount>,
    pub links: Vec<String>,
    /// By `22/tcp`.
    pub port_bindings: BTreeMap<String, Vec<PortBinding>>,
    pub publish_all_ports: Option<bool>,
    pub privileged: Option<bool>,
    pub dns: Vec<String>,
    pub dns_search: Vec<String>,
    pub dns_options: Vec<String>,
    pub volumes_from: Vec<String>,
    pub cap_add: Vec<String>,
    pub cap_drop: Vec<String>,
    pub restart_policy: Option<RestartPolicy>,
    pub network_mode: Option<String>,
    pub devices: Vec<Device>,
    /// `name:address`.
    pub extra_hosts: Vec<String>,
    pub ulimits: Vec<Ulimit>,
    pub labels: BTreeMap<String, String>,
    pub stop_signal: Option<String>,
    /// In seconds.
    pub stop_timeout: Option<i64>,
    /// Such as `linux/amd64`.
    pub platform: Option<String>,
    /// The server goes when its process ends.
    pub auto_remove: Option<bool>,
    /// In bytes.
    pub shm_size: Option<i64>,
    pub sysctls: BTreeMap<String, String>,
    pub pid_mode: Option<String>,
    pub ipc_mode: Option<String>,
    pub uts_mode: Option<String>,
    pub userns_mode: Option<String>,
    pub cgroupns_mode: Option<String>,
    pub runtime: Option<String>,
    pub cgroup_parent: Option<String>,
    pub log_config: Option<LogConfig>,
    pub oom_score_adj: Option<i64>,
    pub oom_kill_disable: Option<bool>,
    pub device_requests: Vec<DeviceRequest>,
    /// Such as `c 10:229 rwm`.
    pub device_cgroup_rules: Vec<String>,
    pub volume_driver: Option<String>,
    pub init: Option<bool>,
    pub pids_limit: Option<i64>,
    pub readonly_rootfs: Option<bool>,
    pub group_add: Vec<String>,
    /// Paths in the container with options of the mount.
    pub tmpfs: BTreeMap<String, String>,
    /// Lines and columns.
    pub console_size: Option<[u16; 2]>,
    /// What the runtime is told beside all that.
    pub annotations: BTreeMap<String, String>,
    /// In place of what the engine hides of the kernel; none at all hides nothing.
    pub masked_paths: Option<Vec<String>>,
    pub readonly_paths: Option<Vec<String>>,
}

impl ContainerOptions {
    /// The options that may name a container whose namespace is shared.
    pub fn modes_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.network_mode, &mut self.pid_mode, &mut self.ipc_mode]
            .into_iter()
            .flatten()
    }
}

/// Where on the host a port of the container is reached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PortBinding {
    pub host_ip: Option<String>,
    /// A port, a range of ports, or empty for one that the Engine chooses.
    pub host_port: String,
}

/// When the Engine starts the container again by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RestartPolicy {
    /// `no`, `always`, `on-failure` or `unless-stopped`.
    pub name: String,
    pub maximum_retry_count: Option<i64>,
}

/// A device of the host that the container sees.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Device {
    pub path_on_host: String,
    pub path_in_container: String,
    /// Some of `rwm`.
    pub cgroup_permissions: String,
}

/// Where the engine writes what the container says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LogConfig {
    pub driver: Option<String>,
    pub options: BTreeMap<String, String>,
}

/// Devices that a driver of the engine's chooses, such as processors for graphics.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeviceRequest {
    pub driver: Option<String>,
    /// -1 is all there are.
    pub count: Option<i64>,
    pub ids: Vec<String>,
    /// One of these lists has to be met in full.
    pub capabilities: Vec<Vec<String>>,
    pub options: BTreeMap<String, String>,
}

/// A resource limit of the container's processes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ulimit {
    pub name: String,
    pub soft: i64,
    pub hard: i64,
}

/// A number about a disk of the host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DiskFigure {
    /// Of the host.
    pub path: String,
    pub figure: i64,
}

/// How the engine finds out whether the container works. Times are in nanoseconds; zero is the engine's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Healthcheck {
    /// Empty for the image's own; begins with `NONE`, `CMD` or `CMD-SHELL`.
    pub test: Vec<String>,
    pub interval: Option<i64>,
    pub timeout: Option<i64>,
    pub retries: Option<i64>,
    pub start_period: Option<i64>,
    pub start_interval: Option<i64>,
}
