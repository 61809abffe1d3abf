//! Who may say which option: the classes that stand in the tables of keys, and what a value claims.

use std::collections::HashSet;

use super::claims::What;
use super::mount::{Mount, MountKind};
use super::options::{ContainerOptions, DiskFigure, PortBinding, Ulimit};

/// Who may say an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// It concerns the server alone.
    Everybody,
    /// It names the project's own things: servers, ports of the host within what is published.
    Project,
    /// Some values of it are the operator's.
    Partly,
    Operator,
}

impl Who {
    /// As the reference has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Project => "project",
            Self::Partly => "partly",
            Self::Operator => "operator",
        }
    }
}

/// What a key means to the host.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    pub(super) who: Who,
    /// docker-py's name of the option, by which a flavor grants it.
    pub(super) option: &'static str,
    /// What of it is the operator's, where not all of it is one's.
    pub(super) theirs: &'static str,
    /// Of all that was said of it so far.
    pub(super) claims: fn(&ContainerOptions) -> Vec<What>,
}

pub(super) const FREE: Class = Class {
    who: Who::Everybody,
    option: "",
    theirs: "",
    claims: |_| Vec::new(),
};

pub(super) const BINDS: Class = partly(
    "binds",
    "what is not below ``[docker] allowed_bind_paths``; named volumes; ``shared`` and ``slave`` modes",
    |options| options.binds.iter().flat_map(|spec| bind(spec)).collect(),
);

pub(super) const CAP_ADD: Class = partly("cap_add", "what is beyond the Engine's own set", |options| {
    let names = options.cap_add.iter().map(|name| capability(name));
    names
        .filter(|name| !DEFAULT_CAPABILITIES.contains(&name.as_str()))
        .map(What::Operators)
        .collect()
});

pub(super) const CGROUP_PARENT: Class = operators("cgroup_parent", |options| {
    options
        .cgroup_parent
        .iter()
        .cloned()
        .map(What::Operators)
        .collect()
});

pub(super) const CGROUPNS: Class = partly("cgroupns", "``host``", |options| {
    shared(options.cgroupns_mode.as_ref())
});

pub(super) const DEVICE_CGROUP_RULES: Class = operators("device_cgroup_rules", |options| {
    let rules = options.device_cgroup_rules.iter().cloned();
    rules.map(What::Operators).collect()
});

pub(super) const DEVICE_REQUESTS: Class = operators("device_requests", |options| {
    let requests = options.device_requests.iter();
    requests
        .map(|request| What::Operators(format!("{request:?}")))
        .collect()
});

pub(super) const DEVICES: Class = operators("devices", |options| {
    let devices = options.devices.iter().map(|device| {
        let (host, inside) = (&device.path_on_host, &device.path_in_container);
        What::Operators(format!("{host}:{inside}:{}", device.cgroup_permissions))
    });
    devices.collect()
});

pub(super) const IPC_MODE: Class = partly("ipc_mode", "``host``", |options| {
    shared(options.ipc_mode.as_ref())
});

pub(super) const LINKS: Class = projects("links", |options| {
    options.links.iter().map(|link| server(link)).collect()
});

/// The two that write files of the engine's own, which the console is read from.
pub(super) const LOG_CONFIG: Class = partly(
    "log_config",
    "drivers other than ``json-file`` and ``local``",
    |options| {
        let drivers = options.log_config.iter().filter_map(|log| log.driver.clone());
        drivers
            .filter(|driver| !["json-file", "local"].contains(&driver.as_str()))
            .map(What::Operators)
            .collect()
    },
);

/// Even the engine's own driver of volumes mounts anything of the host when its options say so.
pub(super) const MOUNTS: Class = partly(
    "mounts",
    "as of binds; drivers of volumes and their options; images",
    |options| options.mounts.iter().flat_map(mounted).collect(),
);

pub(super) const MASKED_PATHS: Class =
    operators("masked_paths", |options| hidden(options.masked_paths.as_ref()));

pub(super) const READONLY_PATHS: Class = operators("readonly_paths", |options| {
    hidden(options.readonly_paths.as_ref())
});

pub(super) const ANNOTATIONS: Class = operators("annotations", |options| {
    let all = options.annotations.iter();
    all.map(|(name, value)| What::Operators(format!("{name}={value}")))
        .collect()
});

pub(super) const BLKIO_WEIGHT: Class = operators("blkio_weight", |options| number(options.blkio_weight));

pub(super) const BLKIO_WEIGHT_DEVICE: Class = operators("blkio_weight_device", |options| {
    disks(&options.blkio_weight_device)
});

pub(super) const DEVICE_READ_BPS: Class =
    operators("device_read_bps", |options| disks(&options.device_read_bps));

pub(super) const DEVICE_WRITE_BPS: Class =
    operators("device_write_bps", |options| disks(&options.device_write_bps));

pub(super) const DEVICE_READ_IOPS: Class =
    operators("device_read_iops", |options| disks(&options.device_read_iops));

pub(super) const DEVICE_WRITE_IOPS: Class =
    operators("device_write_iops", |options| disks(&options.device_write_iops));

pub(super) const CPU_RT_PERIOD: Class = operators("cpu_rt_period", |options| number(options.cpu_rt_period));

pub(super) const CPU_RT_RUNTIME: Class =
    operators("cpu_rt_runtime", |options| number(options.cpu_rt_runtime));

pub(super) const NETWORK_MODE: Class = partly(
    "network_mode",
    "``host``, and networks of the Engine by their names",
    |options| match options.network_mode.as_deref().unwrap_or_default() {
        "" | "default" | "bridge" | "none" => Vec::new(),
        "host" => vec![What::Operators("host".to_owned())],
        mode => match mode.strip_prefix(CONTAINER) {
            Some(name) => vec![What::Server(name.to_owned())],
            None => vec![What::Named(mode.to_owned())],
        },
    },
);

pub(super) const OOM_KILL_DISABLE: Class =
    operators("oom_kill_disable", |options| said(options.oom_kill_disable));

pub(super) const OOM_SCORE_ADJ: Class = partly("oom_score_adj", "below zero", |options| {
    let score = options.oom_score_adj.filter(|score| *score < 0);
    score
        .iter()
        .map(|score| What::Operators(score.to_string()))
        .collect()
});

pub(super) const PID_MODE: Class = partly("pid_mode", "``host``", |options| {
    shared(options.pid_mode.as_ref())
});

pub(super) const PORT_BINDINGS: Class = projects("port_bindings", |options| {
    let all = options.port_bindings.iter();
    all.flat_map(|(port, bindings)| bindings.iter().map(|binding| published(port, binding)))
        .collect()
});

pub(super) const PRIVILEGED: Class = operators("privileged", |options| said(options.privileged));

pub(super) const PUBLISH_ALL_PORTS: Class =
    projects("publish_all_ports", |options| match options.publish_all_ports {
        Some(true) => vec![What::AnyPort],
        _ => Vec::new(),
    });

pub(super) const RUNTIME: Class = operators("runtime", |options| {
    options.runtime.iter().cloned().map(What::Operators).collect()
});

pub(super) const SECURITY_OPT: Class = partly("security_opt", "all but ``no-new-privileges``", |options| {
    let said = options.security_opt.iter();
    said.filter(|option| !HARDENING.contains(&option.as_str()))
        .map(|option| What::Operators(option.clone()))
        .collect()
});

/// Those of the container's own network and of its own memory shared between processes.
pub(super) const SYSCTLS: Class = partly(
    "sysctls",
    "all but ``net.*``, ``fs.mqueue.*`` and those of System V's shared memory, messages and semaphores",
    |options| {
        let own = |name: &str| {
            let name = name.replace('/', ".");
            NAMESPACED.contains(&name.as_str()) || name.starts_with("net.") || name.starts_with("fs.mqueue.")
        };
        let all = options.sysctls.iter().filter(|(name, _)| !own(name));
        all.map(|(name, value)| What::Operators(format!("{name}={value}")))
            .collect()
    },
);

pub(super) const ULIMITS: Class = partly("ulimits", "``nice`` and ``rtprio``", |options| {
    let of_the_hosts_time = |limit: &&Ulimit| ["nice", "rtprio"].contains(&limit.name.as_str());
    let limits = options.ulimits.iter().filter(of_the_hosts_time);
    limits
        .map(|limit| What::Operators(format!("{}={}:{}", limit.name, limit.soft, limit.hard)))
        .collect()
});

pub(super) const USERNS_MODE: Class = partly("userns_mode", "``host``", |options| {
    shared(options.userns_mode.as_ref())
});

pub(super) const UTS_MODE: Class = partly("uts_mode", "``host``", |options| {
    shared(options.uts_mode.as_ref())
});

pub(super) const VOLUME_DRIVER: Class = partly("volume_driver", "all but ``local``", |options| {
    let driver = options.volume_driver.iter().filter(|driver| *driver != "local");
    driver.cloned().map(What::Operators).collect()
});

pub(super) const VOLUMES_FROM: Class = projects("volumes_from", |options| {
    options.volumes_from.iter().map(|name| server(name)).collect()
});

/// An engine whose runc is older than 1.1.12 leaves a door to the host open there (CVE-2024-21626).
pub(super) const WORKING_DIR: Class = partly("working_dir", "below ``/proc`` and ``/sys``", |options| {
    let path = options.working_dir.iter().filter(|path| is_of_the_kernel(path));
    path.map(|path| What::Operators(path.clone())).collect()
});

/// What every container has; `CAP_` before a name, and its case, mean nothing.
const DEFAULT_CAPABILITIES: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Those of Linux that each namespace of interprocess communication has for itself.
const NAMESPACED: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shm_rmid_forced",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
];

/// What takes away and gives nothing.
const HARDENING: [&str; 3] = [
    "no-new-privileges",
    "no-new-privileges:true",
    "no-new-privileges=true",
];

/// What lets mounts pass between the host and the container.
const PROPAGATION: [&str; 4] = ["shared", "rshared", "slave", "rslave"];

/// In front of the name of a container whose namespace is shared.
pub(super) const CONTAINER: &str = "container:";

const fn operators(option: &'static str, claims: fn(&ContainerOptions) -> Vec<What>) -> Class {
    Class {
        who: Who::Operator,
        option,
        theirs: "",
        claims,
    }
}

const fn projects(option: &'static str, claims: fn(&ContainerOptions) -> Vec<What>) -> Class {
    Class {
        who: Who::Project,
        option,
        theirs: "",
        claims,
    }
}

const fn partly(
    option: &'static str,
    theirs: &'static str,
    claims: fn(&ContainerOptions) -> Vec<What>,
) -> Class {
    Class {
        who: Who::Partly,
        option,
        theirs,
        claims,
    }
}

fn said(flag: Option<bool>) -> Vec<What> {
    match flag {
        Some(true) => vec![What::Operators("true".to_owned())],
        _ => Vec::new(),
    }
}

fn number(number: Option<impl ToString>) -> Vec<What> {
    number
        .iter()
        .map(|number| What::Operators(number.to_string()))
        .collect()
}

fn disks(figures: &[DiskFigure]) -> Vec<What> {
    let disks = figures.iter();
    disks
        .map(|disk| What::Operators(format!("{}={}", disk.path, disk.figure)))
        .collect()
}

/// Also none at all is said.
fn hidden(paths: Option<&Vec<String>>) -> Vec<What> {
    paths
        .iter()
        .map(|paths| What::Operators(paths.join(",")))
        .collect()
}

/// A namespace that is not the container's own.
fn shared(mode: Option<&String>) -> Vec<What> {
    let mode = mode.map(String::as_str).unwrap_or_default();
    match mode.strip_prefix(CONTAINER) {
        Some(name) => vec![What::Server(name.to_owned())],
        None if mode == "host" => vec![What::Operators(mode.to_owned())],
        None => Vec::new(),
    }
}

fn bind(spec: &str) -> Vec<What> {
    let mut parts = spec.splitn(3, ':');
    let (source, target) = (parts.next().unwrap_or_default(), parts.next());
    if target.is_none() {
        return Vec::new();
    }
    let source = source.to_owned();
    let mut claims = vec![match source.starts_with('/') {
        true => What::Path {
            source,
            spec: spec.to_owned(),
        },
        false => What::Named(source),
    }];
    let modes: HashSet<&str> = parts.next().unwrap_or_default().split(',').collect();
    if PROPAGATION.iter().any(|word| modes.contains(word)) {
        claims.push(What::Operators(spec.to_owned()));
    }
    claims
}

fn mounted(mount: &Mount) -> Vec<What> {
    let spec = || format!("{mount:?}");
    let mut claims = Vec::new();
    match (mount.kind, mount.source.clone()) {
        (MountKind::Bind, Some(source)) => claims.push(What::Path { source, spec: spec() }),
        (MountKind::Volume | MountKind::Image, Some(name)) => claims.push(What::Named(name)),
        _ => {}
    }
    let passes = mount.bind.propagation.as_deref();
    if passes.is_some_and(|word| PROPAGATION.contains(&word)) || mount.volume.driver.is_some() {
        claims.push(What::Operators(spec()));
    }
    claims
}

fn capability(name: &str) -> String {
    let name = name.to_ascii_uppercase();
    name.strip_prefix("CAP_").unwrap_or(&name).to_owned()
}

/// The name before what is said about it: `db:alias`, `db:ro`.
fn server(spec: &str) -> What {
    let name = spec.split_once(':').map_or(spec, |(name, _)| name);
    What::Server(name.to_owned())
}

fn published(port: &str, binding: &PortBinding) -> What {
    let protocol = port.split_once('/').map_or("tcp", |(_, protocol)| protocol);
    let (first, last) = match binding.host_port.split_once('-') {
        Some((first, last)) => (first.parse(), last.parse()),
        None => (binding.host_port.parse(), binding.host_port.parse()),
    };
    match (first, last) {
        (Ok(first), Ok(last)) => What::Ports {
            ip: binding.host_ip.clone(),
            protocol: protocol.to_owned(),
            range: first..=last,
        },
        _ => What::AnyPort,
    }
}

/// Whether a path is one of `/proc` or `/sys`, however it is written.
pub fn is_of_the_kernel(path: &str) -> bool {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    matches!(parts.first(), Some(&("proc" | "sys")))
}
