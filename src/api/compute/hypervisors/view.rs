//! How a hypervisor is shown.

use serde_json::json;
use uuid::Uuid;

use crate::api::compute::services::{state, status};
use crate::compute::{self, Hypervisor};
use crate::objects::{ComputeService, InstanceId};
use crate::view;

view! {
    pub(super) struct HypervisorItem {
        number as "id": i64 = ..2.53,
        id: Uuid = 2.53..,
        hypervisor_hostname: String,
        state: &'static str,
        status: &'static str,
    }
}

view! {
    pub(super) struct HypervisorRest {
        hypervisor_type: String,
        hypervisor_version: u64,
        host_ip: String,
        service: ServiceView,
        vcpus: u64 = ..2.88,
        memory_mb: u64 = ..2.88,
        local_gb: u64 = ..2.88,
        vcpus_used: u64 = ..2.88,
        memory_mb_used: u64 = ..2.88,
        local_gb_used: u64 = ..2.88,
        free_ram_mb: i64 = ..2.88,
        free_disk_gb: i64 = ..2.88,
        current_workload: u64 = ..2.88,
        running_vms: u64 = ..2.88,
        disk_available_least: u64 = ..2.88,
        cpu_info_text as "cpu_info": String = ..2.28,
        cpu_info: CpuInfo = 2.28..2.88,
        uptime: Option<String> = 2.88..,
    }
}

view! {
    pub(super) struct ServiceView {
        number as "id": i64 = ..2.53,
        id: Uuid = 2.53..,
        host: String,
        disabled_reason: Option<String>,
    }
}

view! {
    /// Only where it is asked for.
    pub(super) struct Servers {
        servers: Vec<ServerView>,
    }
}

view! {
    pub(super) struct Uptime {
        uptime: String,
    }
}

view! {
    pub(super) struct Statistics {
        count: u64,
        vcpus: u64,
        vcpus_used: u64,
        memory_mb: u64,
        memory_mb_used: u64,
        local_gb: u64,
        local_gb_used: u64,
        free_ram_mb: i64,
        free_disk_gb: i64,
        current_workload: u64,
        running_vms: u64,
        disk_available_least: u64,
    }
}

view! {
    pub(super) struct ServerView {
        name: String,
        uuid: InstanceId,
    }
}

view! {
    /// The engine tells no more of the processor than its architecture.
    pub(super) struct CpuInfo {
        arch: String,
    }
}

impl HypervisorItem {
    pub(super) fn of(hypervisor: &Hypervisor) -> Self {
        let service = &hypervisor.service;
        Self {
            number: ComputeService::NUMBER,
            id: service.record.node,
            hypervisor_hostname: hypervisor.resources.hypervisor_hostname.clone(),
            state: state(service.is_up),
            status: status(service.record.disabled),
        }
    }
}

impl HypervisorRest {
    pub(super) fn of(hypervisor: &Hypervisor, uptime: Option<String>) -> Self {
        let (host, sums) = (&hypervisor.resources, &hypervisor.statistics);
        Self {
            hypervisor_type: host.hypervisor_type.clone(),
            hypervisor_version: version_number(&host.version),
            host_ip: hypervisor.host_ip.clone(),
            service: ServiceView::of(&hypervisor.service.record),
            vcpus: sums.vcpus,
            memory_mb: sums.memory_mb,
            local_gb: sums.local_gb,
            vcpus_used: sums.vcpus_used,
            memory_mb_used: sums.memory_mb_used,
            local_gb_used: sums.local_gb_used,
            free_ram_mb: sums.free_ram_mb,
            free_disk_gb: sums.free_disk_gb,
            current_workload: sums.current_workload,
            running_vms: sums.running_vms,
            disk_available_least: sums.disk_available_least,
            cpu_info_text: json!({ "arch": host.architecture }).to_string(),
            cpu_info: CpuInfo {
                arch: host.architecture.clone(),
            },
            uptime,
        }
    }
}

impl ServiceView {
    fn of(service: &ComputeService) -> Self {
        Self {
            number: ComputeService::NUMBER,
            id: service.uuid,
            host: service.host.clone(),
            disabled_reason: service.disabled_reason.clone(),
        }
    }
}

impl Servers {
    pub(super) fn of(hypervisor: &Hypervisor) -> Self {
        let views = hypervisor.servers.iter().map(|server| ServerView {
            name: server.name.clone(),
            uuid: server.id,
        });
        Self {
            servers: views.collect(),
        }
    }
}

impl Statistics {
    pub(super) fn of(sums: &compute::Statistics) -> Self {
        Self {
            count: sums.count,
            vcpus: sums.vcpus,
            vcpus_used: sums.vcpus_used,
            memory_mb: sums.memory_mb,
            memory_mb_used: sums.memory_mb_used,
            local_gb: sums.local_gb,
            local_gb_used: sums.local_gb_used,
            free_ram_mb: sums.free_ram_mb,
            free_disk_gb: sums.free_disk_gb,
            current_workload: sums.current_workload,
            running_vms: sums.running_vms,
            disk_available_least: sums.disk_available_least,
        }
    }
}

/// `20.10.24` is 20010024.
fn version_number(version: &str) -> u64 {
    let parts = version
        .split(['.', '-', '+'])
        .map(|part| part.parse::<u64>().unwrap_or(0));
    parts
        .chain(std::iter::repeat(0))
        .take(3)
        .fold(0, |number, part| number * 1000 + part)
}

#[cfg(test)]
mod tests {
    use super::version_number;

    #[test]
    fn a_version_is_a_number_of_three_parts() {
        let numbers = ["20.10.24", "28.0", "1.0", "20.10.24+dfsg1"].map(version_number);
        assert_eq!(numbers, [20_010_024, 28_000_000, 1_000_000, 20_010_024]);
    }
}
