//! Ports that change.

use super::*;
use crate::network::PortStatus;
use crate::network::local::ports::{Wanted, WantedIp};

#[test]
fn a_port_keeps_the_addresses_that_are_asked_for_again() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let (one, two) = (
        desk.subnet(network, "10.0.0.0/24").unwrap(),
        desk.subnet(network, "10.0.1.0/24").unwrap(),
    );
    let asking = |ips: Vec<WantedIp>| Wanted {
        fixed_ips: Some(ips),
        ..Wanted::default()
    };
    let both = || asking(vec![WantedIp::of(one), WantedIp::of(two)]);
    let port = desk.port(network, both()).unwrap();
    let id = port.standard.id;
    // Lower ones than it has are free now.
    let other = desk.port(network, asking(vec![ip("10.0.1.77")])).unwrap();
    desk.edit(|edit| ports::delete(edit, other.standard.id)).unwrap();
    let mut after = |wanted: Wanted| {
        desk.edit(|edit| ports::update(edit, id, wanted)).unwrap();
        texts(desk.state.ports.get(&id).unwrap())
    };
    assert_eq!(after(asking(vec![WantedIp::of(two)])), ["10.0.1.2"]);
    assert_eq!(after(both()), ["10.0.1.2", "10.0.0.2"]);
    assert_eq!(after(asking(vec![ip("10.0.0.9")])), ["10.0.0.9"]);
    assert_eq!(after(asking(vec![WantedIp::of(one)])), ["10.0.0.9"]);
    assert_eq!(after(asking(vec![])), Vec::<String>::new());
}

#[test]
fn a_port_is_active_while_it_is_bound_and_up() {
    let mut desk = Desk::of("admin");
    let network = desk.network();
    let id = desk.port(network, Wanted::default()).unwrap().standard.id;
    let mut status = |host: Option<&str>, up: Option<bool>| {
        let wanted = Wanted {
            host: host.map(str::to_owned),
            admin_state_up: up,
            ..Wanted::default()
        };
        desk.edit(|edit| ports::update(edit, id, wanted)).unwrap();
        desk.state.ports.get(&id).unwrap().status()
    };
    assert_eq!(status(None, None), PortStatus::Down);
    assert_eq!(status(Some("host"), None), PortStatus::Active);
    assert_eq!(status(None, Some(false)), PortStatus::Down);
    assert_eq!(status(None, Some(true)), PortStatus::Active);
    assert_eq!(status(Some(""), None), PortStatus::Down);
}

#[test]
fn a_mac_is_on_a_network_once_and_stays_while_the_port_is_bound() {
    let mut desk = Desk::of("admin");
    let network = desk.network();
    let with = |mac: &str| Wanted {
        mac_address: Some(mac.parse().unwrap()),
        ..Wanted::default()
    };
    let port = desk.port(network, with("fa:16:3e:00:00:01")).unwrap();
    assert_eq!(
        refusal(desk.port(network, with("fa:16:3e:00:00:01"))),
        (
            "MacAddressInUse",
            format!(
                "Unable to complete operation for network {network}. The mac address fa:16:3e:00:00:01 is in use."
            )
        )
    );
    let id = port.standard.id;
    let bound = Wanted {
        host: Some("host".to_owned()),
        ..Wanted::default()
    };
    desk.edit(|edit| ports::update(edit, id, bound)).unwrap();
    let moved = desk.edit(|edit| ports::update(edit, id, with("fa:16:3e:00:00:02")));
    assert_eq!(refusal(moved).0, "PortBound");
    let made_up = desk.port(network, Wanted::default()).unwrap();
    assert!(made_up.mac_address.to_string().starts_with("fa:16:3e:"));
}

#[test]
fn groups_need_port_security_and_a_port_without_word_has_the_default_one() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let port = desk.port(network, Wanted::default()).unwrap();
    let group = security_groups::default_of(&desk.state, &ProjectId::from("p")).unwrap();
    assert_eq!(port.security_groups, [group]);
    let id = port.standard.id;
    let open = || Wanted {
        port_security_enabled: Some(false),
        ..Wanted::default()
    };
    assert_eq!(
        refusal(desk.edit(|edit| ports::update(edit, id, open()))),
        (
            "PortSecurityPortHasSecurityGroup",
            "Port has security group associated. Cannot disable port security or IP address until security group is removed."
                .to_owned()
        )
    );
    let none = Wanted {
        security_groups: Some(vec![]),
        ..open()
    };
    desk.edit(|edit| ports::update(edit, id, none)).unwrap();
    let both = Wanted {
        security_groups: Some(vec![group]),
        ..open()
    };
    assert_eq!(
        refusal(desk.port(network, both)).0,
        "PortSecurityAndIPRequiredForSecurityGroups"
    );
    let unknown = Wanted {
        security_groups: Some(vec![network]),
        ..Wanted::default()
    };
    assert_eq!(
        refusal(desk.port(network, unknown)),
        (
            "SecurityGroupNotFound",
            format!("Security group {network} does not exist")
        )
    );
}

#[test]
fn a_routers_port_is_not_deleted_behind_its_back() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let wanted = Wanted {
        device_owner: Some("network:router_interface".to_owned()),
        ..Wanted::default()
    };
    let port = desk.port(network, wanted).unwrap();
    assert_eq!(port.security_groups, Vec::<Uuid>::new());
    let id = port.standard.id;
    assert_eq!(
        refusal(desk.edit(|edit| ports::delete(edit, id))),
        (
            "ServicePortInUse",
            format!(
                "Port {id} cannot be deleted directly via the port API: has device owner network:router_interface."
            )
        )
    );
}
