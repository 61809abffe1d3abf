//! A router: a namespace with a wire to each of its networks and to the outside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::vif::{Change, Error, Route};
use super::names;
use super::room::Room;
use super::sysctl;
use super::wanted::{Gateway, Interface, Router};
use super::wire::Wire;
use crate::objects::Cidr;

/// Takes away what the router should not have any more. Comes first for all routers, so that what one gives up another
/// can have.
pub(super) async fn strip(room: &mut Room, router: &Router) -> Result<(), Error> {
    let wires = wires(router);
    let mut stripped = false;
    for link in room.survey.links.keys() {
        if is_wire(link) && !wires.iter().any(|wire| wire.far == *link) {
            room.delete(link).await?;
            stripped = true;
        }
    }
    for wire in &wires {
        stripped |= wire.take_addresses(room).await?;
    }
    if stripped {
        room.look_again().await?;
    }
    Ok(())
}

/// Gives it everything that it should have but the rules.
pub(super) async fn furnish(switch: &mut Room, room: &mut Room, router: &Router) -> Result<(), Error> {
    sysctl::set(&room.namespace, sysctl::ROUTER).await?;
    room.up("lo").await?;
    for wire in wires(router) {
        wire.lay(switch, room).await?;
    }
    room.look_again().await?;
    route(room, &routes(router)).await
}

/// Takes the wires away with both their ends; the namespace would do so later, when nobody knows.
pub(super) async fn clear(room: &Room) -> Result<(), Error> {
    for link in room.survey.links.keys().filter(|link| is_wire(link)) {
        room.delete(link).await?;
    }
    Ok(())
}

/// Some kernels have tunnels in every namespace, which cannot be deleted.
fn is_wire(link: &str) -> bool {
    link.starts_with("qr-") || link.starts_with("qg-")
}

/// In both ways, so that nothing is left of what another one put there.
async fn route(room: &Room, wanted: &[Route]) -> Result<(), Error> {
    let made = || room.survey.routes.iter().filter(|route| route.made);
    let same = |wanted: &Route, present: &super::survey::Route| {
        wanted.link == present.link && wanted.destination == present.destination && wanted.via == present.via
    };
    for present in made().filter(|present| !wanted.iter().any(|wanted| same(wanted, present))) {
        room.survey.remove_route(present).await?;
    }
    for missing in wanted
        .iter()
        .filter(|wanted| !made().any(|present| same(wanted, present)))
    {
        room.change(Change::Route(missing.clone())).await?;
    }
    Ok(())
}

fn wires(router: &Router) -> Vec<Wire<'_>> {
    let wire = |far: String, interface: &Interface, addresses: Vec<Cidr>| Wire {
        near: names::tap(interface),
        far,
        mac: Some(interface.mac),
        mtu: interface.mtu,
        addresses,
        mark: None,
        bridge: "",
    };
    let inside = router.interfaces.iter().map(|interface| Wire {
        bridge: &interface.bridge,
        ..wire(
            names::interface(interface),
            interface,
            interface.addresses.clone(),
        )
    });
    let outside = router.gateway.iter().map(|Gateway { interface, .. }| {
        let floating = router.floating_ips.iter().map(|ip| alone(ip.floating));
        let addresses = interface.addresses.iter().copied().chain(floating).collect();
        Wire {
            bridge: &interface.bridge,
            ..wire(names::gateway(interface), interface, addresses)
        }
    });
    inside.chain(outside).collect()
}

/// The ways that a user asked for, and one out for each family.
fn routes(router: &Router) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    for route in &router.routes {
        routes.extend(towards(router, route.gateway).map(|link| Route {
            link,
            destination: route.destination.network(),
            via: Some(route.gateway),
            onlink: false,
            metric: None,
        }));
    }
    if let Some(gateway) = &router.gateway {
        for hop in &gateway.next_hops {
            let destination = everywhere(*hop);
            if !routes.iter().any(|route| route.destination == destination) {
                routes.push(way_out(&gateway.interface, *hop, destination));
            }
        }
    }
    routes
}

fn way_out(interface: &Interface, hop: IpAddr, destination: Cidr) -> Route {
    Route {
        link: names::gateway(interface),
        destination,
        via: Some(hop),
        onlink: !reaches(interface, hop),
        metric: None,
    }
}

/// The interface behind which an address is.
fn towards(router: &Router, address: IpAddr) -> Option<String> {
    let inside = router
        .interfaces
        .iter()
        .map(|inside| (names::interface(inside), inside));
    let outside = router.gateway.iter().map(|outside| &outside.interface);
    let outside = outside.map(|outside| (names::gateway(outside), outside));
    let mut all = inside.chain(outside);
    all.find_map(|(name, interface)| reaches(interface, address).then_some(name))
}

fn reaches(interface: &Interface, address: IpAddr) -> bool {
    interface.addresses.iter().any(|own| own.contains(address))
}

fn alone(address: IpAddr) -> Cidr {
    let prefix = if address.is_ipv4() { 32 } else { 128 };
    Cidr { address, prefix }
}

fn everywhere(hop: IpAddr) -> Cidr {
    let address = match hop {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    Cidr { address, prefix: 0 }
}
