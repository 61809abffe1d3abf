//! Which port gets which address.

use super::*;
use crate::network::local::ports::{Wanted, WantedIp};
use crate::network::local::records::{Ipv6Mode, Pool};

fn asking(ips: Vec<WantedIp>) -> Wanted {
    Wanted {
        fixed_ips: Some(ips),
        ..Wanted::default()
    }
}

fn slaac() -> subnets::Wanted {
    subnets::Wanted {
        ipv6_ra_mode: Some(Ipv6Mode::Slaac),
        ipv6_address_mode: Some(Ipv6Mode::Slaac),
        ..subnets::Wanted::default()
    }
}

#[test]
fn the_lowest_free_address_is_given_and_given_again() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    desk.subnet(network, "10.0.0.0/24").unwrap();
    let first = desk.port(network, Wanted::default()).unwrap();
    let second = desk.port(network, Wanted::default()).unwrap();
    assert_eq!(
        (texts(&first), texts(&second)),
        (vec!["10.0.0.2".to_owned()], vec!["10.0.0.3".to_owned()])
    );
    desk.edit(|edit| ports::delete(edit, first.standard.id)).unwrap();
    let third = desk.port(network, Wanted::default()).unwrap();
    assert_eq!(texts(&third), ["10.0.0.2"]);
}

#[test]
fn a_port_has_an_address_of_each_family_and_of_every_subnet_where_macs_make_them() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    for cidr in ["10.0.0.0/24", "10.0.1.0/24", "fd00:1::/64"] {
        desk.subnet(network, cidr).unwrap();
    }
    desk.subnet_with(network, "fd00:2::/64", slaac()).unwrap();
    let wanted = Wanted {
        mac_address: Some("fa:16:3e:01:02:03".parse().unwrap()),
        ..Wanted::default()
    };
    let port = desk.port(network, wanted).unwrap();
    let mut given = texts(&port);
    given.sort();
    let v4 = given.remove(0);
    assert!(["10.0.0.2", "10.0.1.2"].contains(&v4.as_str()), "{v4}");
    assert_eq!(given, ["fd00:1::2", "fd00:2::f816:3eff:fe01:203"]);
}

#[test]
fn a_full_subnet_leaves_its_place_to_the_next_and_the_last_one_says_so() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    desk.subnet(network, "10.0.0.0/30").unwrap();
    desk.subnet(network, "10.0.1.0/30").unwrap();
    let mut given: Vec<String> = (0..2)
        .flat_map(|_| texts(&desk.port(network, Wanted::default()).unwrap()))
        .collect();
    given.sort();
    assert_eq!(given, ["10.0.0.2", "10.0.1.2"]);
    assert_eq!(
        refusal(desk.port(network, Wanted::default())),
        (
            "IpAddressGenerationFailure",
            format!("No more IP addresses available on network {network}.")
        )
    );
}

#[test]
fn an_address_that_is_asked_for_is_given_once() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let pool = Pool {
        start: "10.0.0.100".parse().unwrap(),
        end: "10.0.0.110".parse().unwrap(),
    };
    let wanted = subnets::Wanted {
        allocation_pools: Some(vec![pool]),
        ..subnets::Wanted::default()
    };
    let subnet = desk.subnet_with(network, "10.0.0.0/24", wanted).unwrap();
    let port = desk.port(network, asking(vec![ip("10.0.0.7")])).unwrap();
    assert_eq!(texts(&port), ["10.0.0.7"]);
    assert_eq!(
        refusal(desk.port(network, asking(vec![ip("10.0.0.7")]))),
        (
            "IpAddressAlreadyAllocated",
            format!("IP address 10.0.0.7 already allocated in subnet {subnet}")
        )
    );
    assert_eq!(
        refusal(desk.port(network, asking(vec![ip("10.0.0.8"), ip("10.0.0.8")]))).0,
        "IpAddressAlreadyAllocated"
    );
    assert_eq!(
        refusal(desk.port(network, asking(vec![ip("10.1.0.1")]))),
        (
            "InvalidIpForNetwork",
            "IP address 10.1.0.1 is not a valid IP for any of the subnets on the specified network."
                .to_owned()
        )
    );
    let elsewhere = WantedIp {
        subnet_id: Some(subnet),
        ip_address: Some("10.1.0.1".parse().unwrap()),
    };
    for wrong in [elsewhere, ip("10.0.0.255"), ip("10.0.0.0")] {
        assert_eq!(
            refusal(desk.port(network, asking(vec![wrong]))).0,
            "InvalidIpForSubnet"
        );
    }
    let any = desk
        .port(network, asking(vec![WantedIp::of(subnet), WantedIp::of(subnet)]))
        .unwrap();
    assert_eq!(texts(&any), ["10.0.0.100", "10.0.0.101"]);
}

#[test]
fn a_subnet_of_another_network_is_no_place_for_a_port() {
    let mut desk = Desk::of("p");
    let (network, other) = (desk.network(), desk.network());
    let subnet = desk.subnet(other, "10.0.0.0/24").unwrap();
    assert_eq!(
        refusal(desk.port(network, asking(vec![WantedIp::of(subnet)]))),
        (
            "InvalidInput",
            format!(
                "Invalid input for operation: Failed to create port on network {network}, because fixed_ips included invalid \
                 subnet {subnet}."
            )
        )
    );
    assert_eq!(
        refusal(desk.port(network, asking(vec![WantedIp::default()]))).1,
        "Invalid input for operation: IP allocation requires subnet_id or ip_address."
    );
}

#[test]
fn where_macs_make_addresses_old_ports_get_one_and_none_can_be_chosen() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let wanted = Wanted {
        mac_address: Some("fa:16:3e:01:02:03".parse().unwrap()),
        ..Wanted::default()
    };
    let port = desk.port(network, wanted).unwrap();
    assert_eq!(texts(&port), Vec::<String>::new());
    let subnet = desk.subnet_with(network, "fd00::/64", slaac()).unwrap();
    let now = |desk: &Desk| texts(desk.state.ports.get(&port.standard.id).unwrap());
    assert_eq!(now(&desk), ["fd00::f816:3eff:fe01:203"]);
    assert_eq!(
        refusal(desk.port(network, asking(vec![ip("fd00::7")]))).0,
        "AllocationOnAutoAddressSubnet"
    );
    desk.edit(|edit| subnets::delete(edit, subnet)).unwrap();
    assert_eq!(now(&desk), Vec::<String>::new());
}

#[test]
fn a_subnet_with_addresses_in_use_stays() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let subnet = desk.subnet(network, "10.0.0.0/24").unwrap();
    desk.port(network, Wanted::default()).unwrap();
    assert_eq!(
        refusal(desk.edit(|edit| subnets::delete(edit, subnet))),
        (
            "SubnetInUse",
            format!(
                "Unable to complete operation on subnet {subnet}: One or more ports have an IP allocation from this subnet."
            )
        )
    );
}
