//! The arguments of docker-py's `create_container` and `create_host_config`, in each shape that it takes them.
//!
//! Memory and the like may be said both at the top, as docker-py once had them, and in `host_config`, which wins.

use super::document::Node;
use super::draft::Draft;
use super::error::Mistake;
use super::meaning::{Meaning, gone, host, limits, network, process, storage};
use super::shapes::values::entries_of;
use super::vocabulary::{self, Area, Row, Vocabulary, the_hosts_part};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    top: Area {
        prefix: "",
        rows: TOP,
    },
    host: Area {
        prefix: "host_config.",
        rows: HOST,
    },
};

const HOST_CONFIG: Meaning = the_hosts_part(host_config);

const TOP: &[Row] = &[
    ("command", &process::COMMAND),
    ("entrypoint", &process::ENTRYPOINT),
    ("environment", &process::ENV),
    ("labels", &process::LABELS),
    ("hostname", &process::HOSTNAME),
    ("domainname", &process::DOMAINNAME),
    ("user", &process::USER),
    ("working_dir", &process::WORKING_DIR),
    ("detach", &process::DETACH),
    ("stdin_open", &process::OPEN_STDIN),
    ("tty", &process::TTY),
    ("stop_signal", &process::STOP_SIGNAL),
    ("stop_timeout", &process::STOP_TIMEOUT),
    ("healthcheck", &process::HEALTHCHECK),
    ("platform", &process::PLATFORM),
    ("mem_limit", &limits::MEM_LIMIT),
    ("memswap_limit", &limits::MEMSWAP_LIMIT),
    ("cpu_shares", &limits::CPU_SHARES),
    ("cpuset", &limits::CPUSET_CPUS),
    ("volumes", &storage::PATHS_AND_BINDS),
    ("volumes_from", &storage::VOLUMES_FROM),
    ("ports", &network::EXPOSED_PORTS),
    ("dns", &network::DNS),
    ("network_disabled", &network::NETWORK_DISABLED),
    ("mac_address", &network::MAC_ADDRESS),
    ("runtime", &host::RUNTIME),
    ("image", &gone::IMAGE),
    ("name", &gone::NAME),
    ("networking_config", &gone::NETWORKS),
    ("use_config_proxy", &gone::OF_CLIENTS),
    ("host_config", &HOST_CONFIG),
];

const HOST: &[Row] = &[
    ("mem_limit", &limits::MEM_LIMIT),
    ("memswap_limit", &limits::MEMSWAP_LIMIT),
    ("mem_reservation", &limits::MEM_RESERVATION),
    ("mem_swappiness", &limits::MEMORY_SWAPPINESS),
    ("cpu_shares", &limits::CPU_SHARES),
    ("cpu_period", &limits::CPU_PERIOD),
    ("cpu_quota", &limits::CPU_QUOTA),
    ("nano_cpus", &limits::NANO_CPUS),
    ("cpu_rt_period", &limits::CPU_RT_PERIOD),
    ("cpu_rt_runtime", &limits::CPU_RT_RUNTIME),
    ("cpuset_cpus", &limits::CPUSET_CPUS),
    ("cpuset_mems", &limits::CPUSET_MEMS),
    ("blkio_weight", &limits::BLKIO_WEIGHT),
    ("blkio_weight_device", &limits::BLKIO_WEIGHT_DEVICE),
    ("device_read_bps", &limits::DEVICE_READ_BPS),
    ("device_write_bps", &limits::DEVICE_WRITE_BPS),
    ("device_read_iops", &limits::DEVICE_READ_IOPS),
    ("device_write_iops", &limits::DEVICE_WRITE_IOPS),
    ("pids_limit", &limits::PIDS_LIMIT),
    ("ulimits", &limits::ULIMITS),
    ("shm_size", &limits::SHM_SIZE),
    ("oom_score_adj", &limits::OOM_SCORE_ADJ),
    ("oom_kill_disable", &limits::OOM_KILL_DISABLE),
    ("binds", &storage::PATHS_AND_BINDS),
    ("mounts", &storage::MOUNTS),
    ("volumes_from", &storage::VOLUMES_FROM),
    ("volume_driver", &storage::VOLUME_DRIVER),
    ("tmpfs", &storage::TMPFS),
    ("read_only", &storage::READONLY_ROOTFS),
    ("devices", &storage::DEVICES),
    ("device_requests", &storage::DEVICE_REQUESTS),
    ("device_cgroup_rules", &storage::DEVICE_CGROUP_RULES),
    ("network_mode", &network::NETWORK_MODE),
    ("port_bindings", &network::PORT_BINDINGS),
    ("publish_all_ports", &network::PUBLISH_ALL_PORTS),
    ("links", &network::LINKS),
    ("extra_hosts", &network::EXTRA_HOSTS),
    ("dns", &network::DNS),
    ("dns_search", &network::DNS_SEARCH),
    ("dns_opt", &network::DNS_OPTIONS),
    ("privileged", &host::PRIVILEGED),
    ("cap_add", &host::CAP_ADD),
    ("cap_drop", &host::CAP_DROP),
    ("security_opt", &host::SECURITY_OPT),
    ("pid_mode", &host::PID_MODE),
    ("ipc_mode", &host::IPC_MODE),
    ("uts_mode", &host::UTS_MODE),
    ("userns_mode", &host::USERNS_MODE),
    ("cgroupns", &host::CGROUPNS_MODE),
    ("runtime", &host::RUNTIME),
    ("cgroup_parent", &host::CGROUP_PARENT),
    ("sysctls", &host::SYSCTLS),
    ("group_add", &host::GROUP_ADD),
    ("restart_policy", &process::RESTART_POLICY),
    ("auto_remove", &process::AUTO_REMOVE),
    ("log_config", &process::LOG_CONFIG),
    ("init", &process::INIT),
    ("lxc_conf", &gone::LXC_CONF),
    ("kernel_memory", &gone::KERNEL_MEMORY),
    ("storage_opt", &gone::DISK),
    ("init_path", &gone::INIT_PATH),
    ("isolation", &gone::OF_WINDOWS),
    ("cpu_count", &gone::OF_WINDOWS),
    ("cpu_percent", &gone::OF_WINDOWS),
];

fn host_config(draft: &mut Draft, node: &Node) -> Result<(), Mistake> {
    let entries = entries_of(node, "a mapping such as {binds: []}")?;
    draft.fill(vocabulary::of_host_config(entries)?, VOCABULARY.top, entries)
}
