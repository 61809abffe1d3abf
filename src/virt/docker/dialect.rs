//! Lists of options in the engine client's types.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    DeviceMapping, DeviceRequest as EngineRequest, HealthConfig, HostConfigCgroupnsModeEnum,
    HostConfigLogConfig, PortBinding as EnginePort, ResourcesUlimits, RestartPolicy as EngineRestart,
    RestartPolicyNameEnum,
};

use crate::user_data::{ContainerOptions, DeviceRequest, Healthcheck, PortBinding, RestartPolicy};

pub(super) fn port_bindings(options: &ContainerOptions) -> Option<HashMap<String, Option<Vec<EnginePort>>>> {
    let engine = |port: &PortBinding| EnginePort {
        host_ip: port.host_ip.clone(),
        host_port: Some(port.host_port.clone()),
    };
    let bindings = options.port_bindings.iter();
    (!options.port_bindings.is_empty()).then(|| {
        bindings
            .map(|(port, to)| (port.clone(), Some(to.iter().map(engine).collect())))
            .collect()
    })
}

pub(super) fn restart_policy(policy: &RestartPolicy) -> EngineRestart {
    EngineRestart {
        name: Some(match policy.name.as_str() {
            "always" => RestartPolicyNameEnum::ALWAYS,
            "on-failure" => RestartPolicyNameEnum::ON_FAILURE,
            "unless-stopped" => RestartPolicyNameEnum::UNLESS_STOPPED,
            _ => RestartPolicyNameEnum::NO,
        }),
        maximum_retry_count: policy.maximum_retry_count,
    }
}

pub(super) fn devices(options: &ContainerOptions) -> Option<Vec<DeviceMapping>> {
    let devices = options.devices.iter().map(|device| DeviceMapping {
        path_on_host: Some(device.path_on_host.clone()),
        path_in_container: Some(device.path_in_container.clone()),
        cgroup_permissions: Some(device.cgroup_permissions.clone()),
    });
    (!options.devices.is_empty()).then(|| devices.collect())
}

pub(super) fn ulimits(options: &ContainerOptions) -> Option<Vec<ResourcesUlimits>> {
    let ulimits = options.ulimits.iter().map(|ulimit| ResourcesUlimits {
        name: Some(ulimit.name.clone()),
        soft: Some(ulimit.soft),
        hard: Some(ulimit.hard),
    });
    (!options.ulimits.is_empty()).then(|| ulimits.collect())
}

pub(super) fn device_requests(options: &ContainerOptions) -> Option<Vec<EngineRequest>> {
    let engine = |request: &DeviceRequest| EngineRequest {
        driver: request.driver.clone(),
        count: request.count,
        device_ids: some(&request.ids),
        capabilities: (!request.capabilities.is_empty()).then(|| request.capabilities.clone()),
        options: pairs(&request.options),
    };
    (!options.device_requests.is_empty()).then(|| options.device_requests.iter().map(engine).collect())
}

pub(super) fn log_config(options: &ContainerOptions) -> Option<HostConfigLogConfig> {
    options.log_config.as_ref().map(|log| HostConfigLogConfig {
        typ: log.driver.clone(),
        config: pairs(&log.options),
    })
}

pub(super) fn healthcheck(check: &Healthcheck) -> HealthConfig {
    HealthConfig {
        test: some(&check.test),
        interval: check.interval,
        timeout: check.timeout,
        retries: check.retries,
        start_period: check.start_period,
        start_interval: check.start_interval,
    }
}

pub(super) fn cgroupns_mode(options: &ContainerOptions) -> Option<HostConfigCgroupnsModeEnum> {
    options.cgroupns_mode.as_deref().map(|mode| match mode {
        "host" => HostConfigCgroupnsModeEnum::HOST,
        _ => HostConfigCgroupnsModeEnum::PRIVATE,
    })
}

/// The engine has no word for a namespace of the container's own.
pub(super) fn hosts_alone(mode: Option<&String>) -> Option<String> {
    mode.filter(|mode| *mode == "host").cloned()
}

/// Nothing for an empty mapping.
pub(super) fn pairs(map: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!map.is_empty()).then(|| map.clone().into_iter().collect())
}

/// Nothing for an empty list.
pub(super) fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}
