//! The body of the Engine's `POST /containers/create` as of v1.16, and where later versions moved its parts.
//!
//! What v1.16 has at the top and later versions have in `HostConfig` is read in both places; `HostConfig` wins.

use super::class::{
    BINDS, CAP_ADD, CGROUP_PARENT, CGROUPNS, DEVICE_CGROUP_RULES, DEVICE_REQUESTS, DEVICES, FREE, IPC_MODE,
    LINKS, LOG_CONFIG, NETWORK_MODE, OOM_KILL_DISABLE, OOM_SCORE_ADJ, PID_MODE, PORT_BINDINGS, PRIVILEGED,
    PUBLISH_ALL_PORTS, RUNTIME, SECURITY_OPT, SYSCTLS, ULIMITS, USERNS_MODE, UTS_MODE, VOLUME_DRIVER,
    VOLUMES_FROM, WORKING_DIR,
};
use super::document::Node;
use super::draft::{Draft, extend, set};
use super::error::Mistake;
use super::shapes::command::argv;
use super::shapes::values::{bytes, bytes_or_unlimited, entries_of, flag, shares, text, texts};
use super::shapes::{binds, devices, env, host_side, lxc, names, ports, restart, size, ulimits};
use super::vocabulary::{Place, Row, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    top: Place {
        prefix: "",
        rows: TOP,
    },
    host: Place {
        prefix: "HostConfig.",
        rows: HOST,
    },
};

const TOP: &[Row] = &[
    ("Hostname", FREE, |d, n| {
        set(&mut d.options.hostname, names::hostname(n))
    }),
    ("Domainname", FREE, |d, n| {
        set(&mut d.options.domainname, names::hostname(n))
    }),
    ("User", FREE, |d, n| set(&mut d.options.user, text(n))),
    ("Memory", FREE, |d, n| set(&mut d.options.memory, bytes(n))),
    ("MemorySwap", FREE, |d, n| {
        set(&mut d.options.memory_swap, bytes_or_unlimited(n))
    }),
    ("CpuShares", FREE, |d, n| {
        set(&mut d.options.cpu_shares, shares(n))
    }),
    ("Cpuset", FREE, |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("CpuSet", FREE, |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("CpusetCpus", FREE, |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("AttachStdin", FREE, |d, n| {
        set(&mut d.options.attach_stdin, flag(n))
    }),
    ("AttachStdout", FREE, |d, n| {
        set(&mut d.options.attach_stdout, flag(n))
    }),
    ("AttachStderr", FREE, |d, n| {
        set(&mut d.options.attach_stderr, flag(n))
    }),
    ("Tty", FREE, |d, n| set(&mut d.options.tty, flag(n))),
    ("OpenStdin", FREE, |d, n| set(&mut d.options.open_stdin, flag(n))),
    ("StdinOnce", FREE, |d, n| set(&mut d.options.stdin_once, flag(n))),
    ("Env", FREE, |d, n| set(&mut d.options.env, env::environment(n))),
    ("Cmd", FREE, |d, n| set(&mut d.options.cmd, argv(n))),
    ("Entrypoint", FREE, |d, n| set(&mut d.options.entrypoint, argv(n))),
    ("Image", FREE, |d, _| {
        d.warn("Image", "what runs is the server's own image");
        Ok(())
    }),
    ("Volumes", FREE, |d, n| {
        extend(&mut d.options.volumes, binds::paths(n))
    }),
    ("WorkingDir", WORKING_DIR, |d, n| {
        set(&mut d.options.working_dir, names::absolute_path(n))
    }),
    ("NetworkDisabled", FREE, |d, n| {
        set(&mut d.options.network_disabled, flag(n))
    }),
    ("MacAddress", FREE, |d, n| {
        set(&mut d.options.mac_address, names::mac_address(n))
    }),
    ("ExposedPorts", FREE, |d, n| {
        extend(&mut d.options.exposed_ports, ports::exposed(n))
    }),
    ("PortSpecs", FREE, |d, n| {
        extend(&mut d.options.exposed_ports, ports::exposed(n))
    }),
    ("SecurityOpts", SECURITY_OPT, |d, n| {
        extend(&mut d.options.security_opt, texts(n))
    }),
    ("Labels", FREE, |d, n| {
        env::labels(n).map(|labels| d.options.labels.extend(labels))
    }),
    ("StopSignal", FREE, |d, n| {
        set(&mut d.options.stop_signal, text(n))
    }),
    ("HostConfig", FREE, host_config),
];

const HOST: &[Row] = &[
    ("Memory", FREE, |d, n| set(&mut d.options.memory, bytes(n))),
    ("MemorySwap", FREE, |d, n| {
        set(&mut d.options.memory_swap, bytes_or_unlimited(n))
    }),
    ("CpuShares", FREE, |d, n| {
        set(&mut d.options.cpu_shares, shares(n))
    }),
    ("CpusetCpus", FREE, |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("SecurityOpt", SECURITY_OPT, |d, n| {
        extend(&mut d.options.security_opt, texts(n))
    }),
    ("Binds", BINDS, |d, n| {
        extend(&mut d.options.binds, binds::binds(n))
    }),
    ("Links", LINKS, |d, n| extend(&mut d.options.links, texts(n))),
    ("LxcConf", FREE, |d, n| lxc::settings(d, "HostConfig.LxcConf", n)),
    ("PortBindings", PORT_BINDINGS, |d, n| {
        ports::bindings(n, ports::listed).map(|ports| d.options.port_bindings.extend(ports))
    }),
    ("PublishAllPorts", PUBLISH_ALL_PORTS, |d, n| {
        set(&mut d.options.publish_all_ports, flag(n))
    }),
    ("Privileged", PRIVILEGED, |d, n| {
        set(&mut d.options.privileged, flag(n))
    }),
    ("Dns", FREE, |d, n| {
        extend(&mut d.options.dns, names::addresses(n))
    }),
    ("DnsSearch", FREE, |d, n| {
        extend(&mut d.options.dns_search, texts(n))
    }),
    ("VolumesFrom", VOLUMES_FROM, |d, n| {
        extend(&mut d.options.volumes_from, texts(n))
    }),
    ("CapAdd", CAP_ADD, |d, n| extend(&mut d.options.cap_add, texts(n))),
    ("CapDrop", FREE, |d, n| extend(&mut d.options.cap_drop, texts(n))),
    ("RestartPolicy", FREE, |d, n| {
        set(&mut d.options.restart_policy, restart::policy(n))
    }),
    ("NetworkMode", NETWORK_MODE, |d, n| {
        set(&mut d.options.network_mode, text(n))
    }),
    ("Devices", DEVICES, |d, n| {
        devices::devices(n).map(|devices| d.options.devices.extend(devices))
    }),
    ("ExtraHosts", FREE, |d, n| {
        extend(&mut d.options.extra_hosts, texts(n))
    }),
    ("Ulimits", ULIMITS, |d, n| {
        ulimits::ulimits(n).map(|ulimits| d.options.ulimits.extend(ulimits))
    }),
    ("ShmSize", FREE, |d, n| {
        set(&mut d.options.shm_size, size::size(n))
    }),
    ("Sysctls", SYSCTLS, |d, n| {
        env::labels(n).map(|sysctls| d.options.sysctls.extend(sysctls))
    }),
    ("PidMode", PID_MODE, |d, n| {
        set(&mut d.options.pid_mode, host_side::pid_mode(n))
    }),
    ("IpcMode", IPC_MODE, |d, n| {
        set(&mut d.options.ipc_mode, host_side::ipc_mode(n))
    }),
    ("UTSMode", UTS_MODE, |d, n| {
        set(&mut d.options.uts_mode, host_side::own_or_host(n))
    }),
    ("UsernsMode", USERNS_MODE, |d, n| {
        set(&mut d.options.userns_mode, host_side::own_or_host(n))
    }),
    ("CgroupnsMode", CGROUPNS, |d, n| {
        set(&mut d.options.cgroupns_mode, host_side::own_or_host(n))
    }),
    ("Runtime", RUNTIME, |d, n| set(&mut d.options.runtime, text(n))),
    ("CgroupParent", CGROUP_PARENT, |d, n| {
        set(&mut d.options.cgroup_parent, text(n))
    }),
    ("LogConfig", LOG_CONFIG, |d, n| {
        set(&mut d.options.log_config, host_side::log_config(n))
    }),
    ("OomScoreAdj", OOM_SCORE_ADJ, |d, n| {
        set(&mut d.options.oom_score_adj, host_side::oom_score_adj(n))
    }),
    ("OomKillDisable", OOM_KILL_DISABLE, |d, n| {
        set(&mut d.options.oom_kill_disable, flag(n))
    }),
    ("DeviceRequests", DEVICE_REQUESTS, |d, n| {
        host_side::device_requests(n).map(|requests| d.options.device_requests.extend(requests))
    }),
    ("DeviceCgroupRules", DEVICE_CGROUP_RULES, |d, n| {
        extend(&mut d.options.device_cgroup_rules, texts(n))
    }),
    ("VolumeDriver", VOLUME_DRIVER, |d, n| {
        set(&mut d.options.volume_driver, text(n))
    }),
    ("Init", FREE, |d, n| set(&mut d.options.init, flag(n))),
    ("PidsLimit", FREE, |d, n| {
        set(&mut d.options.pids_limit, host_side::whole(n))
    }),
    ("ReadonlyRootfs", FREE, |d, n| {
        set(&mut d.options.readonly_rootfs, flag(n))
    }),
    ("GroupAdd", FREE, |d, n| {
        extend(&mut d.options.group_add, texts(n))
    }),
    ("Tmpfs", FREE, |d, n| {
        env::labels(n).map(|mounts| d.options.tmpfs.extend(mounts))
    }),
];

fn host_config(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    draft.fill(
        VOCABULARY.host,
        VOCABULARY.top,
        entries_of(node, "a mapping such as {\"Binds\": []}")?,
    )
}
