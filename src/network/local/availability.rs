//! How full a subnet is.

use super::State;
use super::ranges::number;
use super::records::Subnet;

/// Of the addresses that the allocator may give out, and those given out of turn.
#[derive(Debug)]
pub struct Availability<'a> {
    pub subnet: &'a Subnet,
    pub total: u128,
    pub used: u128,
}

pub fn of<'a>(state: &State, subnet: &'a Subnet) -> Availability<'a> {
    let size = |start, end| number(end) - number(start) + 1;
    let pools = subnet.allocation_pools.iter();
    let total = pools.fold(0u128, |total, pool| {
        total.saturating_add(size(pool.start, pool.end))
    });
    let ports = state.ports_on(subnet.network_id);
    let here = ports
        .flat_map(|port| &port.fixed_ips)
        .filter(|fixed| fixed.subnet_id == subnet.standard.id);
    let used = here.count() as u128;
    Availability { subnet, total, used }
}
