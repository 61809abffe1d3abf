//! What happens to an interface in the server's namespace.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::change::{Change, Place, Route};
use super::names::Names;
use super::namespace::Namespace;
use super::plan::Plan;
use crate::objects::vif::Subnet;
use crate::objects::{Cidr, Vif};

/// The kernel's own metric of IPv6 routes that name none.
const IPV6_METRIC: u32 = 1024;

/// Where in a server an interface belongs.
#[derive(Debug, Clone)]
pub struct Inside {
    pub namespace: Namespace,
    /// Its place in the order that the user asked for: the first is `eth0`, and its gateway is preferred.
    pub position: u32,
}

impl Inside {
    pub fn device(&self) -> String {
        format!("eth{}", self.position)
    }

    pub(super) fn place(&self) -> Place {
        Place::Server(self.namespace.clone())
    }

    /// From the host to the server.
    pub(super) fn moving(&self, vif: &Vif) -> (Place, Change) {
        let moving = Change::Move {
            link: Names::of(vif.id).ns,
            to: self.place(),
            named: self.device(),
        };
        (Place::Host, moving)
    }

    /// Addresses and routes; may be repeated.
    pub(super) fn configuring(&self, vif: &Vif) -> Plan {
        let link = self.device();
        let up = |link: &str| Change::Up {
            link: link.to_owned(),
            up: true,
        };
        let mut changes = vec![up("lo")];
        changes.extend(vif.network.mtu.map(|mtu| Change::Mtu {
            link: link.clone(),
            mtu,
        }));
        if vif.first_ip(false).is_some() {
            changes.push(Change::Ipv6 { link: link.clone() });
        }
        changes.extend(vif.fixed_ips().map(|(address, prefix)| Change::Address {
            link: link.clone(),
            address,
            prefix,
        }));
        changes.push(up(&link));
        changes.extend(self.routes(vif).into_iter().map(Change::Route));
        changes.into_iter().map(|change| (self.place(), change)).collect()
    }

    /// The subnets' own routes, then one way out per family: a host route to everywhere wins over a gateway.
    fn routes(&self, vif: &Vif) -> Vec<Route> {
        let subnets = &vif.network.subnets;
        let host_routes = subnets
            .iter()
            .flat_map(|subnet| subnet.routes.iter().map(move |route| (subnet, route)));
        let (mut ways_out, mut routes): (Vec<Route>, Vec<Route>) = host_routes
            .map(|(subnet, route)| self.route(subnet, route.destination, route.gateway))
            .partition(|route| route.destination.is_default());
        let gateways = subnets
            .iter()
            .filter_map(|subnet| Some(self.route(subnet, everywhere(subnet.gateway?), subnet.gateway?)));
        ways_out.extend(gateways);
        for ipv4 in [true, false] {
            let of_family = |route: &&Route| route.destination.address.is_ipv4() == ipv4;
            routes.extend(ways_out.iter().find(of_family).cloned());
        }
        routes
    }

    fn route(&self, subnet: &Subnet, destination: Cidr, gateway: IpAddr) -> Route {
        let via = (!gateway.is_unspecified()).then_some(gateway);
        Route {
            link: self.device(),
            destination,
            via,
            onlink: via.is_some_and(|via| !subnet.cidr.contains(via) && !is_link_local(via)),
            metric: destination
                .is_default()
                .then(|| self.metric(destination))
                .flatten(),
        }
    }

    fn metric(&self, destination: Cidr) -> Option<u32> {
        let base = if destination.address.is_ipv4() {
            0
        } else {
            IPV6_METRIC
        };
        (self.position > 0).then_some(base + self.position)
    }
}

fn everywhere(gateway: IpAddr) -> Cidr {
    let address = match gateway {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    Cidr { address, prefix: 0 }
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(address) if address.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use super::super::samples::vif;
    use super::*;
    use crate::objects::vif::HostRoute;

    fn routes(position: u32, vif: &Vif) -> Vec<String> {
        let inside = Inside {
            namespace: Namespace::current().unwrap(),
            position,
        };
        let shown = |route: Route| {
            let via = route.via.map(|via| format!(" via {via}")).unwrap_or_default();
            let onlink = if route.onlink { " onlink" } else { "" };
            let metric = route
                .metric
                .map(|metric| format!(" metric {metric}"))
                .unwrap_or_default();
            format!("{}{via} dev {}{onlink}{metric}", route.destination, route.link)
        };
        inside.routes(vif).into_iter().map(shown).collect()
    }

    #[test]
    fn the_first_interface_is_the_way_out() {
        assert_eq!(
            routes(0, &vif("ovs")),
            [
                "192.0.2.0/24 via 10.0.0.9 dev eth0",
                "0.0.0.0/0 via 10.0.0.1 dev eth0",
                "::/0 via fd00::1 dev eth0",
            ]
        );
        assert_eq!(
            routes(2, &vif("ovs")),
            [
                "192.0.2.0/24 via 10.0.0.9 dev eth2",
                "0.0.0.0/0 via 10.0.0.1 dev eth2 metric 2",
                "::/0 via fd00::1 dev eth2 metric 1026",
            ]
        );
    }

    #[test]
    fn a_host_route_to_everywhere_wins_over_the_gateway() {
        let mut vif = vif("ovs");
        vif.network.subnets[0].routes = vec![HostRoute {
            destination: "0.0.0.0/0".parse().unwrap(),
            gateway: "10.0.0.7".parse().unwrap(),
        }];
        vif.network.subnets.truncate(1);
        assert_eq!(routes(0, &vif), ["0.0.0.0/0 via 10.0.0.7 dev eth0"]);
    }

    #[test]
    fn gateways_outside_the_subnet_are_on_the_link() {
        let mut vif = vif("ovs");
        vif.network.subnets[0].routes.clear();
        vif.network.subnets[0].gateway = Some("203.0.113.1".parse().unwrap());
        vif.network.subnets[1].gateway = Some("fe80::1".parse().unwrap());
        vif.network.subnets[0].routes = vec![HostRoute {
            destination: "198.51.100.0/24".parse().unwrap(),
            gateway: "0.0.0.0".parse().unwrap(),
        }];
        assert_eq!(
            routes(0, &vif),
            [
                "198.51.100.0/24 dev eth0",
                "0.0.0.0/0 via 203.0.113.1 dev eth0 onlink",
                "::/0 via fe80::1 dev eth0",
            ]
        );
    }
}
