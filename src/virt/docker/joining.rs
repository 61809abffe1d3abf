//! The part of a create body that says to what a container is connected.

use std::collections::HashMap;
use std::net::IpAddr;

use bollard::models::{ContainerCreateBody, EndpointSettings, HostConfig, NetworkingConfig};
use bytes::Bytes;

use super::dialect::{port_bindings, some};
use crate::network::firewall::METADATA;
use crate::objects::Vif;
use crate::user_data::ContainerOptions;

/// The network of an empty namespace.
pub(super) const NONE: &str = "none";

/// How a container comes to its networks.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::virt) enum Joining {
    /// It has no interface of ours: `user_data` may say a network of the engine's, and is on none else.
    AsSaid,
    /// An empty namespace of its own, into which its interfaces are brought once it runs.
    Empty { address: Option<IpAddr> },
    /// The engine connects it: this is the first of its networks.
    Engine {
        network: String,
        endpoint: Box<EndpointSettings>,
        dns: Vec<String>,
    },
}

impl Joining {
    /// For a server whose interfaces are plugged by us; also for one that has none yet, unless its `user_data` asks for
    /// a network of the engine's.
    pub(in crate::virt) fn ours(options: &ContainerOptions, vifs: &[Vif]) -> Self {
        let elsewhere = options.network_mode.as_deref().is_some_and(|mode| mode != NONE);
        if vifs.is_empty() && elsewhere {
            return Self::AsSaid;
        }
        Self::Empty {
            address: first_address(vifs),
        }
    }

    /// Completes a body that says nothing of networks yet.
    pub(super) fn complete(
        &self,
        hostname: &str,
        options: &ContainerOptions,
        body: ContainerCreateBody,
    ) -> ContainerCreateBody {
        let host = body.host_config.unwrap_or_default();
        let part = match self {
            Self::AsSaid => as_said(hostname, options, host),
            Self::Empty { address } => empty(hostname, *address, options, host),
            Self::Engine {
                network,
                endpoint,
                dns,
            } => engine(hostname, network, endpoint, dns, options, host),
        };
        ContainerCreateBody {
            hostname: part.hostname,
            network_disabled: part.network_disabled,
            networking_config: part.networking,
            host_config: Some(part.host),
            ..body
        }
    }
}

/// The address that a server's own name stands for.
fn first_address(vifs: &[Vif]) -> Option<IpAddr> {
    vifs.iter()
        .find_map(|vif| vif.fixed_ips().next())
        .map(|(ip, _)| ip)
}

struct Part {
    hostname: Option<String>,
    network_disabled: Option<bool>,
    networking: Option<NetworkingConfig>,
    host: HostConfig,
}

fn as_said(hostname: &str, options: &ContainerOptions, host: HostConfig) -> Part {
    let mode = options.network_mode.clone().unwrap_or_else(|| NONE.to_owned());
    let endpoint = options.mac_address.clone().map(|mac| EndpointSettings {
        mac_address: Some(mac),
        ..EndpointSettings::default()
    });
    Part {
        // A container that shares another's network has that one's name.
        hostname: (!mode.starts_with("container:")).then(|| hostname.to_owned()),
        network_disabled: options.network_disabled,
        networking: endpoint
            .filter(|_| mode != NONE)
            .map(|endpoint| connected(&mode, endpoint)),
        host: HostConfig {
            network_mode: Some(mode),
            links: some(&options.links),
            port_bindings: port_bindings(options),
            publish_all_ports: options.publish_all_ports,
            dns: some(&options.dns),
            dns_search: some(&options.dns_search),
            extra_hosts: some(&options.extra_hosts),
            ..host
        },
    }
}

fn empty(hostname: &str, address: Option<IpAddr>, options: &ContainerOptions, host: HostConfig) -> Part {
    let itself = address.map(|address| format!("{hostname}:{address}"));
    let hosts: Vec<String> = itself
        .into_iter()
        .chain(options.extra_hosts.iter().cloned())
        .collect();
    // The engine would put the host's own search domains there.
    let nowhere = vec![".".to_owned()];
    Part {
        hostname: Some(hostname.to_owned()),
        network_disabled: None,
        networking: None,
        host: HostConfig {
            network_mode: Some(NONE.to_owned()),
            dns: Some(vec![METADATA.to_string()]),
            dns_search: Some(some(&options.dns_search).unwrap_or(nowhere)),
            extra_hosts: some(&hosts),
            ..host
        },
    }
}

fn engine(
    hostname: &str,
    network: &str,
    endpoint: &EndpointSettings,
    dns: &[String],
    options: &ContainerOptions,
    host: HostConfig,
) -> Part {
    Part {
        hostname: Some(hostname.to_owned()),
        network_disabled: None,
        networking: Some(connected(network, endpoint.clone())),
        host: HostConfig {
            network_mode: Some(network.to_owned()),
            port_bindings: port_bindings(options),
            publish_all_ports: options.publish_all_ports,
            dns: some(dns),
            dns_search: some(&options.dns_search),
            extra_hosts: some(&options.extra_hosts),
            ..host
        },
    }
}

fn connected(network: &str, endpoint: EndpointSettings) -> NetworkingConfig {
    NetworkingConfig {
        endpoints_config: Some(HashMap::from([(network.to_owned(), endpoint)])),
    }
}

/// The body with the hardware address where engines before 25 look for it, which the client library does not know. `None`
/// when it says none.
pub(super) fn with_mac_for_old_engines(body: &ContainerCreateBody) -> Option<Bytes> {
    let networking = body.networking_config.as_ref()?;
    let mut endpoints = networking.endpoints_config.iter().flatten();
    let mac = endpoints.find_map(|(_, endpoint)| endpoint.mac_address.clone())?;
    let mut value = serde_json::to_value(body).ok()?;
    value.as_object_mut()?.insert("MacAddress".to_owned(), mac.into());
    serde_json::to_vec(&value).ok().map(Bytes::from)
}
