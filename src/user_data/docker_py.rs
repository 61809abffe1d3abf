//! The arguments of docker-py's `create_container` and `create_host_config`, in each shape that it takes them.
//!
//! Memory and the like may be said both at the top, as docker-py once had them, and in `host_config`, which wins.

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
use super::shapes::values::{comma_list, entries_of, flag, shares, text, texts};
use super::shapes::{binds, devices, env, host_side, lxc, names, pairs, ports, restart, size, ulimits};
use super::vocabulary::{self, Place, Row, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    top: Place {
        prefix: "",
        rows: TOP,
    },
    host: Place {
        prefix: "host_config.",
        rows: HOST,
    },
};

const TOP: &[Row] = &[
    ("command", FREE, |d, n| set(&mut d.options.cmd, argv(n))),
    ("hostname", FREE, |d, n| {
        set(&mut d.options.hostname, names::hostname(n))
    }),
    ("domainname", FREE, |d, n| {
        set(&mut d.options.domainname, names::hostname(n))
    }),
    ("user", FREE, |d, n| set(&mut d.options.user, text(n))),
    ("detach", FREE, |d, n| set(&mut d.detach, flag(n))),
    ("stdin_open", FREE, |d, n| set(&mut d.options.open_stdin, flag(n))),
    ("tty", FREE, |d, n| set(&mut d.options.tty, flag(n))),
    ("mem_limit", FREE, |d, n| {
        set(&mut d.options.memory, size::memory(n))
    }),
    ("memswap_limit", FREE, |d, n| {
        set(&mut d.options.memory_swap, size::memory_or_unlimited(n))
    }),
    ("cpu_shares", FREE, |d, n| {
        set(&mut d.options.cpu_shares, shares(n))
    }),
    ("cpuset", FREE, |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("ports", FREE, |d, n| {
        extend(&mut d.options.exposed_ports, ports::exposed(n))
    }),
    ("environment", FREE, |d, n| {
        set(&mut d.options.env, env::environment(n))
    }),
    ("dns", FREE, |d, n| {
        extend(&mut d.options.dns, names::addresses(n))
    }),
    ("volumes", BINDS, volumes),
    ("volumes_from", VOLUMES_FROM, |d, n| {
        extend(&mut d.options.volumes_from, comma_list(n))
    }),
    ("network_disabled", FREE, |d, n| {
        set(&mut d.options.network_disabled, flag(n))
    }),
    ("image", FREE, |d, _| {
        d.warn("image", "what runs is the server's own image");
        Ok(())
    }),
    ("name", FREE, |d, _| {
        d.warn("name", "the container is named after the server");
        Ok(())
    }),
    ("entrypoint", FREE, |d, n| set(&mut d.options.entrypoint, argv(n))),
    ("working_dir", WORKING_DIR, |d, n| {
        set(&mut d.options.working_dir, names::absolute_path(n))
    }),
    ("mac_address", FREE, |d, n| {
        set(&mut d.options.mac_address, names::mac_address(n))
    }),
    ("labels", FREE, |d, n| {
        env::labels(n).map(|labels| d.options.labels.extend(labels))
    }),
    ("stop_signal", FREE, |d, n| {
        set(&mut d.options.stop_signal, text(n))
    }),
    ("host_config", FREE, host_config),
];

const HOST: &[Row] = &[
    ("mem_limit", FREE, |d, n| {
        set(&mut d.options.memory, size::memory(n))
    }),
    ("memswap_limit", FREE, |d, n| {
        set(&mut d.options.memory_swap, size::memory_or_unlimited(n))
    }),
    ("cpu_shares", FREE, |d, n| {
        set(&mut d.options.cpu_shares, shares(n))
    }),
    ("cpuset_cpus", FREE, |d, n| {
        set(&mut d.options.cpuset_cpus, names::cpuset(n))
    }),
    ("security_opt", SECURITY_OPT, |d, n| {
        extend(&mut d.options.security_opt, texts(n))
    }),
    ("binds", BINDS, volumes),
    ("links", LINKS, |d, n| {
        extend(&mut d.options.links, pairs::pairs(n))
    }),
    ("lxc_conf", FREE, |d, n| {
        lxc::settings(d, "host_config.lxc_conf", n)
    }),
    ("port_bindings", PORT_BINDINGS, |d, n| {
        ports::bindings(n, ports::in_any_shape).map(|ports| d.options.port_bindings.extend(ports))
    }),
    ("publish_all_ports", PUBLISH_ALL_PORTS, |d, n| {
        set(&mut d.options.publish_all_ports, flag(n))
    }),
    ("privileged", PRIVILEGED, |d, n| {
        set(&mut d.options.privileged, flag(n))
    }),
    ("dns", FREE, |d, n| {
        extend(&mut d.options.dns, names::addresses(n))
    }),
    ("dns_search", FREE, |d, n| {
        extend(&mut d.options.dns_search, texts(n))
    }),
    ("volumes_from", VOLUMES_FROM, |d, n| {
        extend(&mut d.options.volumes_from, comma_list(n))
    }),
    ("cap_add", CAP_ADD, |d, n| {
        extend(&mut d.options.cap_add, texts(n))
    }),
    ("cap_drop", FREE, |d, n| extend(&mut d.options.cap_drop, texts(n))),
    ("restart_policy", FREE, |d, n| {
        set(&mut d.options.restart_policy, restart::policy(n))
    }),
    ("network_mode", NETWORK_MODE, |d, n| {
        set(&mut d.options.network_mode, text(n))
    }),
    ("devices", DEVICES, |d, n| {
        devices::devices(n).map(|devices| d.options.devices.extend(devices))
    }),
    ("extra_hosts", FREE, |d, n| {
        extend(&mut d.options.extra_hosts, pairs::pairs(n))
    }),
    ("ulimits", ULIMITS, |d, n| {
        ulimits::ulimits(n).map(|ulimits| d.options.ulimits.extend(ulimits))
    }),
    ("shm_size", FREE, |d, n| {
        set(&mut d.options.shm_size, size::size(n))
    }),
    ("sysctls", SYSCTLS, |d, n| {
        env::labels(n).map(|sysctls| d.options.sysctls.extend(sysctls))
    }),
    ("pid_mode", PID_MODE, |d, n| {
        set(&mut d.options.pid_mode, host_side::pid_mode(n))
    }),
    ("ipc_mode", IPC_MODE, |d, n| {
        set(&mut d.options.ipc_mode, host_side::ipc_mode(n))
    }),
    ("uts_mode", UTS_MODE, |d, n| {
        set(&mut d.options.uts_mode, host_side::own_or_host(n))
    }),
    ("userns_mode", USERNS_MODE, |d, n| {
        set(&mut d.options.userns_mode, host_side::own_or_host(n))
    }),
    ("cgroupns", CGROUPNS, |d, n| {
        set(&mut d.options.cgroupns_mode, host_side::own_or_host(n))
    }),
    ("runtime", RUNTIME, |d, n| set(&mut d.options.runtime, text(n))),
    ("cgroup_parent", CGROUP_PARENT, |d, n| {
        set(&mut d.options.cgroup_parent, text(n))
    }),
    ("log_config", LOG_CONFIG, |d, n| {
        set(&mut d.options.log_config, host_side::log_config(n))
    }),
    ("oom_score_adj", OOM_SCORE_ADJ, |d, n| {
        set(&mut d.options.oom_score_adj, host_side::oom_score_adj(n))
    }),
    ("oom_kill_disable", OOM_KILL_DISABLE, |d, n| {
        set(&mut d.options.oom_kill_disable, flag(n))
    }),
    ("device_requests", DEVICE_REQUESTS, |d, n| {
        host_side::device_requests(n).map(|requests| d.options.device_requests.extend(requests))
    }),
    ("device_cgroup_rules", DEVICE_CGROUP_RULES, |d, n| {
        extend(&mut d.options.device_cgroup_rules, texts(n))
    }),
    ("volume_driver", VOLUME_DRIVER, |d, n| {
        set(&mut d.options.volume_driver, text(n))
    }),
    ("init", FREE, |d, n| set(&mut d.options.init, flag(n))),
    ("pids_limit", FREE, |d, n| {
        set(&mut d.options.pids_limit, host_side::whole(n))
    }),
    ("read_only", FREE, |d, n| {
        set(&mut d.options.readonly_rootfs, flag(n))
    }),
    ("group_add", FREE, |d, n| {
        extend(&mut d.options.group_add, texts(n))
    }),
    ("tmpfs", FREE, |d, n| {
        env::labels(n).map(|mounts| d.options.tmpfs.extend(mounts))
    }),
];

/// A path alone is a volume of the container, a path with where it comes from is a bind.
fn volumes(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let mounts = binds::mounts(node)?;
    extend(&mut draft.options.volumes, Ok(mounts.volumes))?;
    extend(&mut draft.options.binds, Ok(mounts.binds))
}

fn host_config(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let entries = entries_of(node, "a mapping such as {binds: []}")?;
    draft.fill(vocabulary::of_host_config(entries)?, VOCABULARY.top, entries)
}
