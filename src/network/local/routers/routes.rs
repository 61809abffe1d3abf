//! Ways through a router that its user asks for.

use std::net::IpAddr;

use uuid::Uuid;

use super::super::error::Error;
use super::super::records::{Route, Subnet};
use super::super::state::State;

/// Whether each next hop is on a network of the router, and not the router itself.
pub(super) fn check(state: &State, id: Uuid, routes: &[Route]) -> Result<(), Error> {
    let ports = || state.ports_of_device(id);
    let subnets: Vec<&Subnet> = ports()
        .flat_map(|port| &port.fixed_ips)
        .filter_map(|fixed| state.subnets.get(&fixed.subnet_id))
        .map(AsRef::as_ref)
        .collect();
    let own: Vec<IpAddr> = ports().flat_map(|port| port.addresses()).collect();
    for Route { nexthop, .. } in routes {
        if !subnets.iter().any(|subnet| subnet.cidr.contains(*nexthop)) {
            return Err(invalid(routes, "the nexthop is not connected with router"));
        }
        if own.contains(nexthop) {
            return Err(invalid(routes, "the nexthop is used by router"));
        }
    }
    Ok(())
}

/// Those that the router has.
pub(super) fn check_all(state: &State, id: Uuid) -> Result<(), Error> {
    let routes = state.routers.get(&id).map(|router| router.routes.clone());
    check(state, id, &routes.unwrap_or_default())
}

fn invalid(routes: &[Route], reason: &str) -> Error {
    let shown: Vec<String> = routes
        .iter()
        .map(|route| {
            let Route { destination, nexthop } = route;
            format!("{{'destination': '{destination}', 'nexthop': '{nexthop}'}}")
        })
        .collect();
    let message = format!("Invalid format for routes: [{}], {reason}", shown.join(", "));
    Error::invalid("InvalidRoutes", message)
}
