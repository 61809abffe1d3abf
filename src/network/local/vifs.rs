//! A port as whoever plugs it has to know it.

use std::net::IpAddr;

use uuid::Uuid;

use super::State;
use super::records::{Network, Port, Route, Subnet};
use crate::network::PortStatus;
use crate::objects::{Vif, vif};

/// None when the port is gone.
pub(super) fn vif(state: &State, id: Uuid) -> Option<Vif> {
    let port = state.ports.get(&id)?;
    let network = state.networks.get(&port.network_id)?;
    Some(Vif {
        id,
        mac: port.mac_address,
        position: 0,
        preserve_on_delete: false,
        active: port.status() == PortStatus::Active,
        tag: None,
        floating_ips: floating(state, id),
        vif_type: Some(vif_type(port).to_owned()),
        details: vif::Details {
            port_filter: true,
            ..vif::Details::default()
        },
        ovs_interface_id: None,
        network: described(state, network, port),
    })
}

/// `binding:vif_type`: nothing until it is bound, then a Linux bridge.
pub fn vif_type(port: &Port) -> &'static str {
    match port.host.is_empty() {
        true => "unbound",
        false => "bridge",
    }
}

fn floating(state: &State, port: Uuid) -> Vec<vif::FloatingIp> {
    let here = state
        .floating_ips
        .values()
        .filter(|floating| floating.port_id == Some(port));
    here.filter_map(|floating| {
        Some(vif::FloatingIp {
            fixed: floating.fixed_ip_address?,
            floating: floating.floating_ip_address,
        })
    })
    .collect()
}

fn described(state: &State, network: &Network, port: &Port) -> vif::Network {
    let mut subnets: Vec<vif::Subnet> = Vec::new();
    for fixed in &port.fixed_ips {
        match subnets
            .iter_mut()
            .find(|subnet| subnet.id == Some(fixed.subnet_id))
        {
            Some(subnet) => subnet.ips.push(fixed.ip_address),
            None => subnets.extend(
                state
                    .subnets
                    .get(&fixed.subnet_id)
                    .map(|subnet| with_address(subnet, fixed.ip_address)),
            ),
        }
    }
    vif::Network {
        id: network.standard.id,
        label: network.name.clone(),
        project: Some(network.standard.project_id.0.clone()),
        bridge: Some(network.bridge()),
        mtu: Some(network.mtu),
        should_create_vlan: false,
        vlan: None,
        bridge_interface: None,
        subnets,
    }
}

fn with_address(subnet: &Subnet, ip: IpAddr) -> vif::Subnet {
    let route = |route: &Route| vif::HostRoute {
        destination: route.destination,
        gateway: route.nexthop,
    };
    vif::Subnet {
        id: Some(subnet.standard.id),
        cidr: subnet.cidr,
        gateway: subnet.gateway_ip,
        ips: vec![ip],
        routes: subnet.host_routes.iter().map(route).collect(),
        dns: subnet.dns_nameservers.clone(),
    }
}
