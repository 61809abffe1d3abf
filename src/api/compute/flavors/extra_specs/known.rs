//! The extra specs that Nova knows, as a table: a name may be anything in a namespace of nobody's, but not misspelt in Nova's.

use std::sync::LazyLock;

use regex::Regex;

use crate::compute;

/// What a value has to be.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Pattern(&'static str),
    OneOf(&'static [&'static str]),
    Bool,
    /// At least, at most.
    Int(i64, i64),
}

use Kind::{Bool, Int, OneOf, Pattern, Text};

const ANY: Kind = Int(i64::MIN, i64::MAX);
const NATURAL: Kind = Int(0, i64::MAX);
const POSITIVE: Kind = Int(1, i64::MAX);
const CPUS: &str = r"\^?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*";

/// Names as regular expressions, with what their values have to be.
const KNOWN: &[(&str, Kind)] = &[
    ("accel:device_profile", Text),
    ("aggregate_instance_extra_specs:.+", Text),
    (
        "capabilities:(id|uuid|service_id|host|vcpus|memory_mb|local_gb|vcpus_used|memory_mb_used|local_gb_used|\
         hypervisor_type|hypervisor_version|hypervisor_hostname|free_ram_mb|free_disk_gb|current_workload|running_vms|\
         disk_available_least|host_ip|mapped|cpu_allocation_ratio|ram_allocation_ratio|disk_allocation_ratio|\
         total_usable_ram_mb|total_usable_disk_gb|disk_mb_used|free_disk_mb|vcpus_total|num_instances|num_io_ops|\
         failed_builds|aggregates|cell_uuid|updated)",
        Text,
    ),
    (
        r"capabilities:(cpu_info|metrics|stats|numa_topology|supported_hv_specs|pci_device_pools|nodename|pci_stats|supported_instances|limits|instances)(:\w+)*",
        Text,
    ),
    (
        "hw:(cpu_realtime|hide_hypervisor_id|locked_memory|boot_menu|vif_multiqueue_enabled|mem_encryption|pmu|\
         virtio_packed_ring|ephemeral_encryption)",
        Bool,
    ),
    (
        "hw:cpu_realtime_mask",
        Pattern(r"(\^)?\d+((-\d+)?(,\^?\d+(-\d+)?)?)*"),
    ),
    ("hw:cpu_policy", OneOf(&["dedicated", "shared", "mixed"])),
    ("hw:cpu_thread_policy", OneOf(&["prefer", "isolate", "require"])),
    ("hw:emulator_threads_policy", OneOf(&["isolate", "share"])),
    ("hw:cpu_dedicated_mask", Pattern(CPUS)),
    (
        "hw:mem_page_size",
        Pattern(r"(large|small|any|\d+([kKMGT]i?)?(b|bit|B)?)"),
    ),
    (r"hw:numa_cpus\.\d+", Pattern(CPUS)),
    (
        r"hw:(numa_nodes|numa_mem\.\d+|cpu_(max_)?(sockets|cores|threads))",
        POSITIVE,
    ),
    (
        "hw:pci_numa_affinity_policy",
        OneOf(&["required", "preferred", "legacy", "socket"]),
    ),
    (
        "hw:mem_encryption_model",
        OneOf(&["amd-sev", "amd-sev-es", "amd-sev-snp", "intel-tdx"]),
    ),
    ("hw:pmem", Pattern(r"([a-zA-Z0-9_]+(,)?)+")),
    ("hw:serial_port_count", NATURAL),
    ("hw:tpm_model", OneOf(&["tpm-tis", "tpm-crb"])),
    ("hw:tpm_version", OneOf(&["1.2", "2.0"])),
    ("hw:tpm_secret_security", OneOf(&["user", "host", "deployment"])),
    (
        "hw:watchdog_action",
        OneOf(&["none", "pause", "poweroff", "reset", "disabled"]),
    ),
    ("hw:viommu_model", OneOf(&["intel", "smmuv3", "virtio", "auto"])),
    (
        "hw:sound_model",
        OneOf(&["sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio"]),
    ),
    ("hw:usb_model", OneOf(&["none", "nec-xhci", "qemu-xhci"])),
    ("hw:redirected_usb_ports", Int(0, 15)),
    (
        "hw:ephemeral_encryption_format",
        OneOf(&["plain", "luks", "luksv2"]),
    ),
    ("hw_rng:allowed", Bool),
    ("hw_rng:rate_(bytes|period)", NATURAL),
    ("hw_video:ram_max_mb", NATURAL),
    ("hide_hypervisor_id", Bool),
    ("group_policy", OneOf(&["isolate", "none"])),
    ("os:secure_boot", OneOf(&["disabled", "required"])),
    (
        "pci_passthrough:alias",
        Pattern(r"[^:]+:\d+(?:\s*,\s*[^:]+:\d+)*"),
    ),
    ("quota:(cpu|memory|disk_io|vif)_(limit|shares_share)", NATURAL),
    ("quota:(cpu|memory|disk_io|vif)_reservation", ANY),
    (
        "quota:(cpu|memory|disk_io|vif)_shares_level",
        OneOf(&["custom", "high", "normal", "low"]),
    ),
    (
        "quota:(cpu_shares|cpu_period|disk_(read|write|total)_(bytes|iops)_sec)",
        NATURAL,
    ),
    ("quota:cpu_quota", ANY),
    ("quota:vif_(inbound|outbound)_(average|peak|burst)", NATURAL),
    (
        "resources([a-zA-Z0-9_-]{1,64})?:(CUSTOM_[A-Z0-9_]+|VCPU|MEMORY_MB|DISK_GB|PCI_DEVICE|SRIOV_NET_VF|NUMA_SOCKET|\
         NUMA_CORE|NUMA_THREAD|NUMA_MEMORY_MB|IPV4_ADDRESS|VGPU|VGPU_DISPLAY_HEAD|NET_BW_EGR_KILOBIT_PER_SEC|\
         NET_BW_IGR_KILOBIT_PER_SEC|PCPU|MEM_ENCRYPTION_CONTEXT|FPGA|PGPU|NET_PACKET_RATE_KILOPACKET_PER_SEC|\
         NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC|NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC)",
        ANY,
    ),
    ("trait([a-zA-Z0-9_-]{1,64})?:CUSTOM_[A-Z0-9_]+", TRAIT),
    ("vmware:(hw_version|storage_policy)", Text),
];

const TRAIT: Kind = OneOf(&["required", "forbidden"]);

/// The standard traits, one a line, sorted.
const TRAITS: &str = include_str!("traits.txt");

/// What stands before the colon where Nova has a say.
const NAMESPACES: &str = "^(accel|aggregate_instance_extra_specs|capabilities|hw|hw_rng|hw_video|os|pci_passthrough|quota|\
                          vmware|(resources|trait)([a-zA-Z0-9_-]{1,64})?):";

static COMPILED: LazyLock<Option<Compiled>> = LazyLock::new(|| Compiled::new().ok());

struct Compiled {
    known: Vec<(Regex, Kind)>,
    trait_name: Regex,
    namespaces: Regex,
}

impl Compiled {
    fn new() -> Result<Self, regex::Error> {
        let rows = KNOWN.iter().map(|(name, kind)| Ok((whole(name)?, *kind)));
        Ok(Self {
            known: rows.collect::<Result<_, regex::Error>>()?,
            trait_name: whole("trait([a-zA-Z0-9_-]{1,64})?:([A-Z0-9_]+)")?,
            namespaces: Regex::new(NAMESPACES)?,
        })
    }

    fn kind(&self, name: &str) -> Option<Kind> {
        let standard = self
            .trait_name
            .captures(name)
            .and_then(|parts| parts.get(2))
            .is_some_and(|part| TRAITS.lines().any(|line| line == part.as_str()));
        if standard {
            return Some(TRAIT);
        }
        let row = self.known.iter().find(|(pattern, _)| pattern.is_match(name));
        row.map(|(_, kind)| *kind)
    }
}

fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

/// Why the extra spec cannot be what it says, in Nova's words.
pub(super) fn check(name: &str, value: &str) -> Result<(), String> {
    if name.starts_with("docker:") {
        return compute::check_docker_spec(name, value)
            .map_err(|reason| format!("Validation failed; {reason}"));
    }
    let Some(compiled) = &*COMPILED else { return Ok(()) };
    match compiled.kind(name) {
        Some(kind) => kind.check(value),
        None if compiled.namespaces.is_match(name) => Err(format!(
            "Validation failed; extra spec '{name}' does not appear to be a valid extra spec."
        )),
        None => Ok(()),
    }
}

impl Kind {
    fn check(self, value: &str) -> Result<(), String> {
        let reason = match self {
            Text => return Ok(()),
            Pattern(pattern) => {
                let fits = whole(pattern).is_ok_and(|pattern| pattern.is_match(value));
                (!fits).then(|| format!("is not of the format '{pattern}'."))
            }
            OneOf(words) => {
                (!words.contains(&value)).then(|| format!("is not one of: {}.", words.join(", ")))
            }
            Bool => (!is_bool(value)).then(|| "is not a valid boolean-like value.".to_owned()),
            Int(min, max) => match value.trim().parse::<i64>() {
                Err(_) => Some("is not a valid integer value.".to_owned()),
                Ok(number) if number > max => Some(format!("is greater than the max value of '{max}'.")),
                Ok(number) if number < min => Some(format!("is less than the min value of '{min}'.")),
                Ok(_) => None,
            },
        };
        match reason {
            Some(reason) => Err(format!("Validation failed; '{value}' {reason}")),
            None => Ok(()),
        }
    }
}

fn is_bool(value: &str) -> bool {
    const WORDS: [&str; 12] = [
        "1", "t", "true", "on", "y", "yes", "0", "f", "false", "off", "n", "no",
    ];
    WORDS.contains(&value.trim().to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_of_containers_that_there_is_not_is_told_with_those_that_there_are() {
        let unknown = check("docker:priviledged", "true").unwrap_err();
        let begins = "Validation failed; extra spec 'docker:priviledged': there is no such option; there are auto_remove, binds, ";
        assert!(unknown.starts_with(begins), "{unknown}");
    }

    #[test]
    fn every_pattern_of_the_table_compiles() {
        assert!(Compiled::new().is_ok());
        for (_, kind) in KNOWN {
            if let Pattern(pattern) = kind {
                assert!(whole(pattern).is_ok(), "{pattern}");
            }
        }
    }

    #[test]
    fn what_nova_knows_is_checked_and_what_nobody_knows_is_not() {
        for (name, value) in [
            ("hw:cpu_policy", "dedicated"),
            ("hw:numa_cpus.0", "0-3,^1"),
            ("trait:HW_CPU_X86_AVX2", "required"),
            ("trait1:CUSTOM_GOLD", "forbidden"),
            ("resources:CUSTOM_THING", "3"),
            ("quota:cpu_quota", "-1"),
            ("docker:cap_add", "NET_ADMIN, SYS_PTRACE"),
            ("docker:binds", "*"),
            ("dockers:anything", "at all"),
            ("plain", "x"),
        ] {
            assert_eq!(check(name, value), Ok(()), "{name}");
        }
        for (name, value, said) in [
            (
                "hw:cpu_policy",
                "x",
                "'x' is not one of: dedicated, shared, mixed.",
            ),
            ("hw:numa_nodes", "a", "'a' is not a valid integer value."),
            ("hw:numa_nodes", "0", "'0' is less than the min value of '1'."),
            (
                "hw:redirected_usb_ports",
                "16",
                "'16' is greater than the max value of '15'.",
            ),
            (
                "hw_rng:allowed",
                "maybe",
                "'maybe' is not a valid boolean-like value.",
            ),
            ("hw:pmem", "-", "'-' is not of the format '([a-zA-Z0-9_]+(,)?)+'."),
            (
                "hw:cpu_polcy",
                "x",
                "extra spec 'hw:cpu_polcy' does not appear to be a valid extra spec.",
            ),
            (
                "docker:privileged",
                "perhaps",
                "extra spec 'docker:privileged': `privileged`: expected true or false, found string \"perhaps\"",
            ),
            (
                "trait:HW_CPU_X86_NOPE",
                "required",
                "extra spec 'trait:HW_CPU_X86_NOPE' does not appear to be a valid extra spec.",
            ),
        ] {
            assert_eq!(
                check(name, value),
                Err(format!("Validation failed; {said}")),
                "{name}"
            );
        }
    }
}
