//! A VIF and its owner for the tests of this room.

use uuid::Uuid;

use super::owner::Owner;
use crate::objects::Vif;
use crate::objects::vif::{Details, HostRoute, Network, Subnet};
use crate::objects::{InstanceId, ProjectId};

pub(super) fn owner() -> Owner {
    Owner {
        id: InstanceId(Uuid::from_u128(1)),
        project_id: ProjectId::from("project"),
        name: "web".to_owned(),
    }
}

pub(super) fn vif(vif_type: &str) -> Vif {
    Vif {
        id: "5e2fa8f0-1d3c-4c8e-9a43-0242ac110002".parse().unwrap(),
        mac: "fa:16:3e:00:00:0a".parse().unwrap(),
        position: 0,
        preserve_on_delete: false,
        active: true,
        tag: None,
        floating_ips: Vec::new(),
        vif_type: Some(vif_type.to_owned()),
        details: Details::default(),
        ovs_interface_id: None,
        network: Network {
            id: Uuid::from_u128(2),
            label: "private".to_owned(),
            project: None,
            bridge: Some("br-int".to_owned()),
            mtu: Some(1450),
            should_create_vlan: false,
            vlan: None,
            bridge_interface: None,
            subnets: vec![
                Subnet {
                    id: None,
                    cidr: "10.0.0.0/24".parse().unwrap(),
                    gateway: Some("10.0.0.1".parse().unwrap()),
                    ips: vec!["10.0.0.5".parse().unwrap(), "10.0.0.6".parse().unwrap()],
                    routes: vec![HostRoute {
                        destination: "192.0.2.0/24".parse().unwrap(),
                        gateway: "10.0.0.9".parse().unwrap(),
                    }],
                    dns: vec!["10.0.0.2".parse().unwrap()],
                },
                Subnet {
                    id: None,
                    cidr: "fd00::/64".parse().unwrap(),
                    gateway: Some("fd00::1".parse().unwrap()),
                    ips: vec!["fd00::5".parse().unwrap()],
                    routes: Vec::new(),
                    dns: Vec::new(),
                },
            ],
        },
    }
}
