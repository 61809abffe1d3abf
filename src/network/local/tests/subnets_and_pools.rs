//! Subnets and the pools they come from.

use super::*;
use crate::network::local::records::{Ipv6Mode, Pool};

fn pools(subnet: &Subnet) -> Vec<String> {
    let pools = subnet.allocation_pools.iter();
    pools.map(|pool| format!("{}-{}", pool.start, pool.end)).collect()
}

fn pool(start: &str, end: &str) -> Pool {
    Pool {
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
    }
}

fn with_pools(pools: Vec<Pool>) -> subnets::Wanted {
    subnets::Wanted {
        allocation_pools: Some(pools),
        ..subnets::Wanted::default()
    }
}

#[test]
fn a_subnet_gives_out_everything_but_its_gateway() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let gateway = |text: Option<&str>| subnets::Wanted {
        gateway_ip: Some(text.map(|text| text.parse().unwrap())),
        ..subnets::Wanted::default()
    };
    let cases = [
        (
            "10.0.0.0/24",
            subnets::Wanted::default(),
            Some("10.0.0.1"),
            vec!["10.0.0.2-10.0.0.254"],
        ),
        ("10.0.1.0/24", gateway(None), None, vec!["10.0.1.1-10.0.1.254"]),
        (
            "10.0.2.0/24",
            gateway(Some("10.0.2.9")),
            Some("10.0.2.9"),
            vec!["10.0.2.1-10.0.2.8", "10.0.2.10-10.0.2.254"],
        ),
        (
            "10.0.3.0/24",
            gateway(Some("10.0.3.254")),
            Some("10.0.3.254"),
            vec!["10.0.3.1-10.0.3.253"],
        ),
        (
            "fd00::/64",
            subnets::Wanted::default(),
            Some("fd00::1"),
            vec!["fd00::2-fd00::ffff:ffff:ffff:ffff"],
        ),
    ];
    for (cidr, wanted, gateway, expected) in cases {
        let id = desk.subnet_with(network, cidr, wanted).unwrap();
        let subnet = desk.shown(id);
        assert_eq!(subnet.gateway_ip.map(|ip| ip.to_string()).as_deref(), gateway);
        assert_eq!(pools(subnet), expected);
    }
}

#[test]
fn what_no_subnet_can_be_is_refused_in_neutrons_words() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    desk.subnet(network, "10.9.0.0/24").unwrap();
    let gateway = |text: &str| subnets::Wanted {
        gateway_ip: Some(Some(text.parse().unwrap())),
        ..subnets::Wanted::default()
    };
    let overlap = format!(
        "Invalid input for operation: Requested subnet with cidr: 10.9.0.128/25 for network: {network} overlaps with another \
         subnet."
    );
    let cases = [
        (
            "10.9.0.128/25",
            subnets::Wanted::default(),
            "InvalidInput",
            overlap.as_str(),
        ),
        (
            "10.9.3.0/24",
            with_pools(vec![pool("10.9.4.2", "10.9.4.20")]),
            "OutOfBoundsAllocationPool",
            "The allocation pool 10.9.4.2-10.9.4.20 spans beyond the subnet cidr 10.9.3.0/24.",
        ),
        (
            "10.9.3.0/24",
            with_pools(vec![
                pool("10.9.3.2", "10.9.3.20"),
                pool("10.9.3.10", "10.9.3.30"),
            ]),
            "OverlappingAllocationPools",
            "Found overlapping allocation pools: 10.9.3.2-10.9.3.20 10.9.3.10-10.9.3.30 for subnet 10.9.3.0/24.",
        ),
        (
            "10.9.3.0/24",
            with_pools(vec![pool("10.9.3.1", "10.9.3.20")]),
            "GatewayConflictWithAllocationPools",
            "Gateway ip 10.9.3.1 conflicts with allocation pool 10.9.3.1-10.9.3.20.",
        ),
        (
            "10.9.3.0/24",
            gateway("10.9.3.0"),
            "InvalidInput",
            "Invalid input for operation: Gateway is not valid on subnet.",
        ),
    ];
    for (cidr, wanted, kind, message) in cases {
        let refused = refusal(desk.subnet_with(network, cidr, wanted));
        assert_eq!(refused, (kind, message.to_owned()));
    }
}

#[test]
fn modes_of_ipv6_go_together_or_are_refused_in_neutrons_words() {
    let mut desk = Desk::of("p");
    let network = desk.network();
    let mode = |ra, address| subnets::Wanted {
        ipv6_ra_mode: ra,
        ipv6_address_mode: address,
        ..subnets::Wanted::default()
    };
    let (slaac, stateful) = (Some(Ipv6Mode::Slaac), Some(Ipv6Mode::Stateful));
    let cases = [
        (
            "10.9.3.0/24",
            mode(slaac, None),
            "InvalidInput",
            "Invalid input for operation: ipv6_ra_mode is not valid when ip_version is 4.",
        ),
        (
            "fd00::/64",
            mode(slaac, stateful),
            "InvalidInput",
            "Invalid input for operation: ipv6_ra_mode set to 'slaac' with ipv6_address_mode set to 'dhcpv6-stateful' is not \
             valid. If both attributes are set, they must be the same value.",
        ),
        (
            "fd00::/48",
            mode(slaac, slaac),
            "InvalidInput",
            "Invalid input for operation: Invalid CIDR fd00::/48 for IPv6 address mode. OpenStack uses the EUI-64 address \
             format, which requires the prefix to be /64.",
        ),
    ];
    for (cidr, wanted, kind, message) in cases {
        let refused = refusal(desk.subnet_with(network, cidr, wanted));
        assert_eq!(refused, (kind, message.to_owned()));
    }
}

fn new_pool(desk: &mut Desk, prefixes: &[&str], wanted: subnet_pools::Wanted) -> Result<Uuid, Error> {
    let prefixes = prefixes.iter().map(|prefix| prefix.parse().unwrap()).collect();
    let wanted = subnet_pools::Wanted {
        prefixes: Some(prefixes),
        ..wanted
    };
    desk.edit(|edit| subnet_pools::create(edit, wanted))
}

fn cut(desk: &mut Desk, pool: Uuid, prefixlen: Option<u8>) -> Result<String, Error> {
    let network = desk.network();
    let wanted = subnets::Wanted {
        network_id: Some(network),
        ip_version: Some(4),
        subnetpool_id: Some(pool),
        prefixlen,
        ..subnets::Wanted::default()
    };
    let id = desk.edit(|edit| subnets::create(edit, wanted))?;
    Ok(desk.shown(id).cidr.to_string())
}

#[test]
fn a_pool_gives_each_subnet_a_range_of_its_own_until_it_has_no_more() {
    let mut desk = Desk::of("p");
    let wanted = subnet_pools::Wanted {
        default_prefixlen: Some(26),
        ..subnet_pools::Wanted::default()
    };
    let pool = new_pool(&mut desk, &["10.1.0.0/25", "10.0.0.0/25"], wanted).unwrap();
    assert_eq!(cut(&mut desk, pool, None).unwrap(), "10.0.0.0/26");
    assert_eq!(cut(&mut desk, pool, Some(25)).unwrap(), "10.1.0.0/25");
    assert_eq!(cut(&mut desk, pool, None).unwrap(), "10.0.0.64/26");
    assert_eq!(
        refusal(cut(&mut desk, pool, None)),
        (
            "SubnetAllocationError",
            "Failed to allocate subnet: Insufficient prefix space to allocate subnet size.".to_owned()
        )
    );
    assert_eq!(
        refusal(cut(&mut desk, pool, Some(7))),
        (
            "MinPrefixSubnetAllocationError",
            "Unable to allocate subnet with prefix length 7, minimum allowed prefix is 8.".to_owned()
        )
    );
    assert_eq!(
        refusal(desk.edit(|edit| subnet_pools::delete(edit, pool))),
        (
            "SubnetPoolDeleteError",
            "Unable to delete subnet pool: Subnet pool has existing allocations.".to_owned()
        )
    );
}

#[test]
fn pools_of_one_scope_do_not_overlap() {
    let mut desk = Desk::of("p");
    let scope = desk
        .edit(|edit| address_scopes::create(edit, address_scopes::Wanted::default()))
        .unwrap();
    let scoped = || subnet_pools::Wanted {
        address_scope_id: Some(Some(scope)),
        ..subnet_pools::Wanted::default()
    };
    new_pool(&mut desk, &["10.0.0.0/16"], scoped()).unwrap();
    let refused = refusal(new_pool(&mut desk, &["10.0.7.0/24"], scoped()));
    assert_eq!(
        refused,
        (
            "AddressScopePrefixConflict",
            "Failed to associate address scope: subnetpools within an address scope must have unique prefixes.".to_owned()
        )
    );
    assert_eq!(
        refusal(desk.edit(|edit| address_scopes::delete(edit, scope))).0,
        "AddressScopeInUse"
    );
}

#[test]
fn a_pool_is_of_one_family_and_its_bounds_are_in_order() {
    let mut desk = Desk::of("p");
    assert_eq!(
        refusal(new_pool(
            &mut desk,
            &["10.0.0.0/24", "fd00::/48"],
            subnet_pools::Wanted::default()
        )),
        (
            "PrefixVersionMismatch",
            "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.".to_owned()
        )
    );
    let wanted = subnet_pools::Wanted {
        min_prefixlen: Some(28),
        default_prefixlen: Some(26),
        ..subnet_pools::Wanted::default()
    };
    assert_eq!(
        refusal(new_pool(&mut desk, &["10.0.0.0/24"], wanted)),
        (
            "IllegalSubnetPoolPrefixBounds",
            "Illegal prefix bounds: default_prefixlen=26, min_prefixlen=28.".to_owned()
        )
    );
}
