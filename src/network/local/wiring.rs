//! From what the network service knows to the wires that this machine should have. Pure.

use std::collections::BTreeSet;
use std::net::IpAddr;

use uuid::Uuid;

use super::records::{self, FixedIp, Port, Subnet};
use super::state::State;
use crate::network::fabric::{External, Gateway, Interface, Router, Wanted};
use crate::objects::{Cidr, vif};

/// Routers and ways out are there for servers: without a server that could use it, none is made.
pub(super) fn wanted(state: &State) -> Wanted {
    let inhabited: BTreeSet<Uuid> = state
        .ports
        .values()
        .filter(|port| !port.host.is_empty())
        .map(|port| port.network_id)
        .collect();
    let routers: Vec<&records::Router> = state
        .routers
        .values()
        .filter(|router| is_useful(state, router, &inhabited))
        .map(AsRef::as_ref)
        .collect();
    let led_to = |id: Uuid| routers.iter().any(|router| router.leads_to(id));
    let externals = state.networks.values().filter(|network| {
        let id = network.standard.id;
        network.external && (inhabited.contains(&id) || led_to(id))
    });
    Wanted {
        bridges: state.networks.values().map(|network| network.bridge()).collect(),
        externals: externals.map(|network| external(state, network)).collect(),
        routers: routers.iter().map(|router| wired(state, router)).collect(),
    }
}

/// One that has ways of its own may be on the way between others.
fn is_useful(state: &State, router: &records::Router, inhabited: &BTreeSet<Uuid>) -> bool {
    let mut interfaces = state.interfaces_of(router.standard.id).peekable();
    let is_between = !router.routes.is_empty() && interfaces.peek().is_some();
    router.admin_state_up && (is_between || interfaces.any(|port| inhabited.contains(&port.network_id)))
}

fn external(state: &State, network: &records::Network) -> External {
    let id = network.standard.id;
    let gateway = |subnet: &Subnet| {
        let address = subnet.gateway_ip?;
        let prefix = subnet.cidr.prefix;
        Some(Cidr { address, prefix })
    };
    External {
        network: id,
        bridge: network.bridge(),
        gateways: state
            .subnets_of(id)
            .filter_map(|subnet| gateway(subnet))
            .collect(),
    }
}

fn wired(state: &State, router: &records::Router) -> Router {
    let id = router.standard.id;
    let outside = state.gateway_of(id);
    let floating = state.floating_ips.values();
    let floating = floating.filter(|floating| floating.router_id == Some(id));
    let routes = router.routes.iter().map(|route| vif::HostRoute {
        destination: route.destination,
        gateway: route.nexthop,
    });
    Router {
        id,
        enabled: router.admin_state_up,
        interfaces: state
            .interfaces_of(id)
            .filter_map(|port| interface(state, port))
            .collect(),
        gateway: outside.and_then(|port| gateway(state, router, port)),
        routes: routes.collect(),
        floating_ips: floating
            .filter_map(|floating| {
                Some(vif::FloatingIp {
                    fixed: floating.fixed_ip_address?,
                    floating: floating.floating_ip_address,
                })
            })
            .collect(),
    }
}

fn interface(state: &State, port: &Port) -> Option<Interface> {
    let network = state.networks.get(&port.network_id)?;
    let address = |fixed: &FixedIp| {
        let subnet = state.subnets.get(&fixed.subnet_id)?;
        Some(Cidr {
            address: fixed.ip_address,
            prefix: subnet.cidr.prefix,
        })
    };
    Some(Interface {
        port: port.standard.id,
        bridge: network.bridge(),
        mac: port.mac_address,
        mtu: network.mtu,
        addresses: port.fixed_ips.iter().filter_map(address).collect(),
    })
}

fn gateway(state: &State, router: &records::Router, port: &Port) -> Option<Gateway> {
    let info = router.external_gateway_info.as_ref()?;
    let subnets = port
        .fixed_ips
        .iter()
        .filter_map(|fixed| state.subnets.get(&fixed.subnet_id));
    let hops: Vec<IpAddr> = subnets.filter_map(|subnet| subnet.gateway_ip).collect();
    let first = |ipv4: bool| hops.iter().find(|hop| hop.is_ipv4() == ipv4).copied();
    Some(Gateway {
        interface: interface(state, port)?,
        snat: info.enable_snat,
        next_hops: first(true).into_iter().chain(first(false)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::founding::{Founding, service};
    use super::super::{LocalNetworks, floating_ips, ports, routers};
    use super::*;
    use crate::db::Db;
    use crate::objects::{ProjectId, SystemWorld};

    async fn founded() -> LocalNetworks {
        let db = Db::in_memory().await.unwrap();
        let networks = LocalNetworks::open(db.networks(), Arc::new(SystemWorld))
            .await
            .unwrap();
        let founding = Founding {
            private: "10.1.0.0/24".parse().unwrap(),
            public: "203.0.113.0/24".parse().unwrap(),
            admin_project: ProjectId::from("admin"),
        };
        networks.found(&founding).await.unwrap();
        networks
    }

    fn named(state: &State, name: &str) -> Arc<records::Network> {
        let mut networks = state.networks.values();
        networks.find(|network| network.name == name).unwrap().clone()
    }

    /// A server's port on the private network, and a floating IP that leads to it.
    async fn inhabited(networks: &LocalNetworks) -> (Uuid, std::sync::Arc<State>) {
        let admin = service(&ProjectId::from("admin"));
        let made = networks.change(&admin, |edit| {
            let (private, public) = (named(edit.state, "private"), named(edit.state, "public"));
            let port = ports::Wanted {
                network_id: Some(private.standard.id),
                host: Some("edge-1".to_owned()),
                ..ports::Wanted::default()
            };
            let port = ports::make(edit, ProjectId::from("admin"), port)?;
            let floating = floating_ips::Wanted {
                floating_network_id: Some(public.standard.id),
                port_id: Some(Some(port)),
                ..floating_ips::Wanted::default()
            };
            floating_ips::create(edit, floating)?;
            Ok(port)
        });
        made.await.unwrap()
    }

    #[tokio::test]
    async fn without_servers_nothing_is_wired() {
        let state = founded().await.state();
        let bridges = ["private", "public"].map(|name| named(&state, name).bridge());
        let expected = Wanted {
            bridges: bridges.into_iter().collect(),
            ..Wanted::default()
        };
        assert_eq!(wanted(&state), expected);
    }

    #[tokio::test]
    async fn a_server_brings_its_networks_router_and_the_way_out() {
        let networks = founded().await;
        let (_, state) = inhabited(&networks).await;
        let (private, public) = (named(&state, "private"), named(&state, "public"));
        let router = state.routers.values().next().unwrap().standard.id;
        let inside = state.interfaces_of(router).next().unwrap();
        let outside = state.gateway_of(router).unwrap();
        let end = |port: &Port, network: &records::Network, address: &str| Interface {
            port: port.standard.id,
            bridge: network.bridge(),
            mac: port.mac_address,
            mtu: 1500,
            addresses: vec![address.parse().unwrap()],
        };
        let expected = Wanted {
            bridges: [private.bridge(), public.bridge()].into_iter().collect(),
            externals: vec![External {
                network: public.standard.id,
                bridge: public.bridge(),
                gateways: vec!["203.0.113.1/24".parse().unwrap()],
            }],
            routers: vec![Router {
                id: router,
                enabled: true,
                interfaces: vec![end(inside, &private, "10.1.0.1/24")],
                gateway: Some(Gateway {
                    interface: end(outside, &public, "203.0.113.2/24"),
                    snat: true,
                    next_hops: vec!["203.0.113.1".parse().unwrap()],
                }),
                routes: Vec::new(),
                floating_ips: vec![vif::FloatingIp {
                    fixed: "10.1.0.2".parse().unwrap(),
                    floating: "203.0.113.3".parse().unwrap(),
                }],
            }],
        };
        assert_eq!(wanted(&state), expected);
    }

    #[tokio::test]
    async fn a_router_that_is_off_is_not_wired() {
        let networks = founded().await;
        let (_, state) = inhabited(&networks).await;
        let router = state.routers.values().next().unwrap().standard.id;
        let off = routers::Wanted {
            admin_state_up: Some(false),
            ..routers::Wanted::default()
        };
        let admin = service(&ProjectId::from("admin"));
        let changed = networks
            .change(&admin, |edit| routers::update(edit, router, off))
            .await;
        let wanted = wanted(&changed.unwrap().1);
        assert_eq!((wanted.routers, wanted.externals), (Vec::new(), Vec::new()));
    }
}
