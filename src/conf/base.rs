//! `[DEFAULT]`: what concerns the whole host.

use std::path::PathBuf;

use crate::conf::oslo::option::section;

section! {
    /// What concerns the whole host.
    pub struct Base in "DEFAULT" {
        /// Where nova-docker keeps what it must remember. A user other than root keeps it in `$XDG_STATE_HOME/nova-docker`
        /// or `~/.local/state/nova-docker`.
        state_path: PathBuf = "/var/lib/nova-docker" from state_path,
        /// Where files of single servers are kept.
        instances_path: PathBuf = "$state_path/instances",
        /// The name of this compute host, as clients see it.
        host: String = "<the machine's host name>" from host_name,
        /// The address of this host on the management network.
        my_ip: String = "127.0.0.1",
        /// Log more than what an operator needs every day.
        debug: bool = "false",
        /// Log to this file; to standard error when unset. SIGHUP opens it anew.
        log_file: Option<PathBuf>,
        /// The folder of `log_file`; alone, the file in it is `nova-docker.log`.
        log_dir: Option<PathBuf>,
        /// What is logged by which part, `nova_docker.compute=DEBUG, sqlx=WARN`: read again at SIGHUP, as `debug` is.
        default_log_levels: Vec<String> = "",
        /// Log one JSON object per line.
        use_json: bool = "false",
        /// Log to the system log, instead of standard error.
        use_syslog: bool = "false",
        /// The facility of lines in the system log.
        syslog_log_facility: String = "LOG_USER" where one_of "LOG_USER" | "LOG_DAEMON" | "LOG_LOCAL0" | "LOG_LOCAL1" | "LOG_LOCAL2"
            | "LOG_LOCAL3" | "LOG_LOCAL4" | "LOG_LOCAL5" | "LOG_LOCAL6" | "LOG_LOCAL7",
        /// Log to systemd's journal with a field for each value, instead of standard error.
        use_journal: bool = "false",
        /// The driver that runs servers. The old name `novadocker.virt.docker.DockerDriver` means the same.
        compute_driver: String = "docker.DockerDriver",
        /// The address on which the compute API listens.
        osapi_compute_listen: String = "127.0.0.1",
        /// The port on which the compute API listens.
        osapi_compute_listen_port: u16 = "8774",
        /// How many virtual CPUs may be promised for each real one.
        cpu_allocation_ratio: f64 = "16.0",
        /// How much memory may be promised for each real byte of it.
        ram_allocation_ratio: f64 = "1.5",
        /// How much disk may be promised for each real byte of it. Not used yet: disk is not claimed.
        disk_allocation_ratio: f64 = "1.0",
        /// Memory that is never given to servers, in MiB.
        reserved_host_memory_mb: u64 = "512",
        /// The availability zone of this host.
        default_availability_zone: String = "nova",
        /// The name of a server on its host, of its number.
        instance_name_template: String = "instance-%08x",
        /// Every new server gets a config drive, whether its user asks for one or not.
        force_config_drive: bool = "false",
        /// Seconds between two looks at what the containers really do; negative for never.
        sync_power_state_interval: i64 = "60",
        /// Seconds that a server has to stop by itself before it is killed.
        shutdown_timeout: u64 = "10",
        /// Seconds after which a resize that its user did not confirm is confirmed by itself; 0 waits for ever.
        resize_confirm_window: u64 = "0",
        /// Seconds that a shelved server keeps its container; 0 is not at all, -1 for ever.
        shelved_offload_time: i64 = "0",
        /// Seconds that a deleted server can be restored; 0 deletes at once.
        reclaim_instance_interval: u64 = "0",
        /// Seconds to wait until Neutron says that a port is plugged; 0 waits for nothing.
        vif_plugging_timeout: u64 = "300",
        /// A port that is not plugged in time fails the server.
        vif_plugging_is_fatal: bool = "true",
        /// Seconds between two questions to Neutron about the ports of all servers; 0 or less for never.
        heal_instance_info_cache_interval: i64 = "60",
    }
}
