//! Finds what the files set and nobody reads: most of it belongs to other services, some of it is a slip of the pen.

use crate::conf::error::Warning;
use crate::conf::oslo::ini::{Assignment, Texts};
use crate::conf::oslo::option::SectionSpec;

/// Options of Nova's `[DEFAULT]` that a shared `nova.conf` commonly holds.
const NOVAS: &[&str] = &[
    "bindir",
    "block_device_allocate_retries",
    "block_device_allocate_retries_interval",
    "control_exchange",
    "default_ephemeral_format",
    "default_log_levels",
    "default_schedule_zone",
    "enabled_apis",
    "enabled_ssl_apis",
    "executor_thread_pool_size",
    "firewall_driver",
    "flat_interface",
    "force_config_drive",
    "force_raw_images",
    "graceful_shutdown_timeout",
    "initial_cpu_allocation_ratio",
    "initial_disk_allocation_ratio",
    "initial_ram_allocation_ratio",
    "instance_build_timeout",
    "instance_usage_audit",
    "instance_usage_audit_period",
    "internal_service_availability_zone",
    "linuxnet_interface_driver",
    "lock_path",
    "log_config_append",
    "log_dir",
    "log_rotation_type",
    "logging_context_format_string",
    "logging_default_format_string",
    "logging_exception_prefix",
    "long_rpc_timeout",
    "max_concurrent_builds",
    "metadata_listen",
    "metadata_listen_port",
    "metadata_workers",
    "network_device_mtu",
    "osapi_compute_workers",
    "ovs_vsctl_timeout",
    "periodic_enable",
    "publish_errors",
    "pybasedir",
    "report_interval",
    "reserved_host_cpus",
    "reserved_host_disk_mb",
    "resume_guests_state_on_host_boot",
    "rootwrap_config",
    "rpc_backend",
    "rpc_response_timeout",
    "running_deleted_instance_action",
    "security_group_api",
    "service_down_time",
    "ssl_only",
    "tempdir",
    "transport_url",
    "update_resources_interval",
    "use_neutron",
    "use_rootwrap_daemon",
    "use_stderr",
    "vlan_interface",
    "web",
];

pub(crate) fn warnings(texts: &Texts, sections: &[SectionSpec]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = Vec::new();
    for assignment in texts.all() {
        let Some(message) = message(assignment, sections) else {
            continue;
        };
        // A misspelt section is told once, at its first option.
        if warnings.iter().all(|warning| warning.message != message) {
            warnings.push(Warning {
                place: assignment.place.clone(),
                message,
            });
        }
    }
    warnings
}

fn message(assignment: &Assignment, sections: &[SectionSpec]) -> Option<String> {
    let Assignment { section, name, .. } = assignment;
    if sections.iter().any(|known| known.reads(section, name)) {
        return None;
    }
    match sections.iter().find(|known| known.name == section) {
        Some(known) => unknown_option(known, name),
        None => unknown_section(section, sections),
    }
}

fn unknown_option(section: &SectionSpec, name: &str) -> Option<String> {
    if section.name == "DEFAULT" && NOVAS.contains(&name) {
        return None;
    }
    let ignored = format!(
        "[{}] {name} is not an option of nova-docker and is ignored",
        section.name
    );
    Some(match nearest(name, section.options().map(|option| option.name)) {
        Some(meant) => format!("{ignored}; did you mean {meant}?"),
        None => ignored,
    })
}

/// A section that resembles none of ours belongs to another service.
fn unknown_section(name: &str, sections: &[SectionSpec]) -> Option<String> {
    let names = sections.iter().map(|section| section.name);
    let meant = if name == "default" {
        Some("DEFAULT")
    } else {
        nearest(name, names)
    }?;
    Some(format!(
        "[{name}] is not a section of nova-docker and is ignored; did you mean [{meant}]?"
    ))
}

/// At most two slips, and at most one in three letters.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |other: &str| strsim::damerau_levenshtein(name, other);
    let near = known.filter(|other| distance(other) <= 2.min(name.len() / 3));
    near.min_by_key(|other| distance(other))
}
