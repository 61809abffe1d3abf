//! The life of a port.

use std::net::IpAddr;

use nova_docker::network::{NetworkService, NewPort, Port, PortChange, PortStatus};
use nova_docker::objects::ProjectId;
use nova_docker::objects::vif::{Details, HostRoute, Network, Subnet, Vif};
use serde_json::json;

use crate::stage::{Stage, id};

#[tokio::test]
async fn a_port_is_made_shown_and_deleted_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, subnets) = stage.network(&["10.7.0.0/24", "fd07::/64"]).await;
    let address: IpAddr = "10.7.0.77".parse().unwrap();
    let wanted = NewPort {
        fixed_ip: Some(address),
        ..stage.wanted(network)
    };
    let made = stage.neutron.create_port(&wanted).await.unwrap();
    let default = stage.neutron.security_groups(&stage.context()).await.unwrap();
    let expected = Port {
        id: made.id,
        network,
        project: ProjectId(stage.project.clone()),
        mac: made.mac,
        fixed_ips: vec![(subnets[0], address)],
        security_groups: vec![default[0].id],
        status: PortStatus::Active,
        device_id: Some(wanted.binding.instance.to_string()),
        device_owner: "compute:nova".to_owned(),
        host: Some(stage.host.clone()),
    };
    assert_eq!(made, expected);
    let known = stage.neutron.ports_of(wanted.binding.instance).await.unwrap();
    assert_eq!(known, std::slice::from_ref(&expected));
    assert_eq!(
        stage
            .neutron
            .port(&stage.context(), made.id)
            .await
            .unwrap()
            .fixed_ips,
        expected.fixed_ips
    );
    let more = stage
        .neutron
        .update_port(made.id, &PortChange::AddFixedIp)
        .await
        .unwrap();
    assert_eq!(more.fixed_ips.len(), 2);
    let less = stage
        .neutron
        .update_port(made.id, &PortChange::RemoveFixedIp(address))
        .await
        .unwrap();
    assert_eq!(less.fixed_ips.len(), 1);
    assert!(!less.fixed_ips.contains(&(subnets[0], address)));
    stage.neutron.delete_port(made.id).await.unwrap();
    stage.neutron.delete_port(made.id).await.unwrap();
    assert_eq!(stage.neutron.ports_of(wanted.binding.instance).await.unwrap(), []);
    assert_eq!(stage.neutron.vifs(&[made.id]).await.unwrap(), []);
}

#[tokio::test]
async fn a_vif_is_all_that_neutron_knows_of_a_port_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, subnets) = stage.network(&["10.7.0.0/24", "fd07::/64"]).await;
    let port = json!({"network_id": network, "fixed_ips": [
        {"subnet_id": subnets[1], "ip_address": "fd07::7"}, {"subnet_id": subnets[0], "ip_address": "10.7.0.7"},
    ]});
    let port = id(&stage.user.make("port", port).await);
    let bind = PortChange::Bind {
        binding: stage.binding(),
        dns_name: Some("web".to_owned()),
    };
    let bound = stage.neutron.update_port(port, &bind).await.unwrap();
    let subnet = |id, cidr: &str, ip: &str, gateway: &str| Subnet {
        id: Some(id),
        cidr: cidr.parse().unwrap(),
        gateway: Some(gateway.parse().unwrap()),
        ips: vec![ip.parse().unwrap()],
        routes: Vec::new(),
        dns: Vec::new(),
    };
    let v4 = Subnet {
        routes: vec![HostRoute {
            destination: "198.51.100.0/24".parse().unwrap(),
            gateway: "10.7.0.9".parse().unwrap(),
        }],
        dns: vec!["192.0.2.53".parse().unwrap()],
        ..subnet(subnets[0], "10.7.0.0/24", "10.7.0.7", "10.7.0.1")
    };
    let v6 = subnet(subnets[1], "fd07::/64", "fd07::7", "fd07::");
    let in_order = match bound.fixed_ips[0].0 == subnets[0] {
        true => vec![v4, v6],
        false => vec![v6, v4],
    };
    let expected = Vif {
        id: port,
        mac: bound.mac,
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some("bridge".to_owned()),
        details: Details {
            bridge_name: None,
            ovs_hybrid_plug: false,
            port_filter: true,
        },
        ovs_interface_id: None,
        network: Network {
            id: network,
            label: "ours".to_owned(),
            project: Some(stage.project.clone()),
            bridge: Some(format!("brq{}", &network.to_string()[..11])),
            mtu: Some(1500),
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets: in_order,
        },
    };
    assert_eq!(stage.neutron.vifs(&[port]).await.unwrap(), [expected]);
}

#[tokio::test]
async fn a_users_port_is_taken_and_given_back_inside_a_cloud() {
    let stage = Stage::set().await;
    let (network, _) = stage.network(&["10.7.0.0/24"]).await;
    let port = id(&stage.user.make("port", json!({"network_id": network})).await);
    let bind = || PortChange::Bind {
        binding: stage.binding(),
        dns_name: Some("web".to_owned()),
    };
    let taken = stage.neutron.update_port(port, &bind()).await.unwrap();
    assert_eq!(
        (taken.status, taken.host.as_ref()),
        (PortStatus::Active, Some(&stage.host))
    );
    let refused = stage.neutron.update_port(port, &bind()).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("Port {port} is still in use."));
    let free = stage
        .neutron
        .update_port(port, &PortChange::Release)
        .await
        .unwrap();
    assert_eq!(
        (free.device_id, free.device_owner.as_str(), free.host),
        (None, "", None)
    );
    assert_eq!((free.id, free.fixed_ips), (port, taken.fixed_ips));
}

#[tokio::test]
async fn a_port_is_plugged_as_its_wire_wants_inside_a_cloud() {
    let stage = Stage::set().await;
    for (wire, vif_type, bridge, hybrid, active) in [
        ("ovs", "ovs", Some("br-int".to_owned()), false, true),
        ("hybrid", "ovs", Some("br-int".to_owned()), true, true),
        ("late", "bridge", None, false, false),
    ] {
        let network = stage.network_on(wire).await;
        let port = stage.neutron.create_port(&stage.wanted(network)).await.unwrap();
        let vif = stage.neutron.vifs(&[port.id]).await.unwrap().remove(0);
        let bridge = bridge.or_else(|| Some(format!("brq{}", &network.to_string()[..11])));
        let told = (
            vif.vif_type.as_deref(),
            vif.network.bridge,
            vif.details.ovs_hybrid_plug,
            vif.active,
        );
        assert_eq!(told, (Some(vif_type), bridge, hybrid, active), "{wire}");
    }
}
