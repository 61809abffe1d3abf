//! Which addresses of a subnet are given out when nobody says it, and which cannot be.

use std::net::IpAddr;

use super::super::error::Error;
use super::super::ranges::{address, hosts, in_pool, number};
use super::super::records::{Pool, Subnet};
use crate::objects::Cidr;

/// The first address that a machine can have.
pub(super) fn usual_gateway(cidr: &Cidr) -> Option<IpAddr> {
    address(hosts(cidr).0, cidr.address)
}

/// All addresses that machines can have, but for the gateway.
pub(super) fn usual(cidr: &Cidr, gateway: Option<IpAddr>) -> Vec<Pool> {
    let (first, last) = hosts(cidr);
    let pool = |first: u128, last: u128| {
        let (start, end) = (address(first, cidr.address)?, address(last, cidr.address)?);
        (first <= last).then_some(Pool { start, end })
    };
    let gateway = gateway.filter(|gateway| cidr.contains(*gateway)).map(number);
    let parts = match gateway.filter(|gateway| (first..=last).contains(gateway)) {
        None => vec![pool(first, last)],
        Some(gateway) => vec![
            gateway.checked_sub(1).and_then(|end| pool(first, end)),
            gateway.checked_add(1).and_then(|start| pool(start, last)),
        ],
    };
    parts.into_iter().flatten().collect()
}

pub(super) fn check(subnet: &Subnet) -> Result<(), Error> {
    let (cidr, pools) = (&subnet.cidr, &subnet.allocation_pools);
    let (first, last) = hosts(cidr);
    for pool in pools {
        let Pool { start, end } = pool;
        let mixed = start.is_ipv4() != cidr.address.is_ipv4() || end.is_ipv4() != cidr.address.is_ipv4();
        if mixed || number(*start) > number(*end) {
            let message = format!("The allocation pool {start}-{end} is not valid.");
            return Err(Error::invalid("InvalidAllocationPool", message));
        }
        if number(*start) < first || number(*end) > last {
            let message = format!("The allocation pool {start}-{end} spans beyond the subnet cidr {cidr}.");
            return Err(Error::invalid("OutOfBoundsAllocationPool", message));
        }
        if let Some(gateway) = subnet
            .gateway_ip
            .filter(|gateway| in_pool(pool, number(*gateway)))
        {
            let message = format!("Gateway ip {gateway} conflicts with allocation pool {start}-{end}.");
            return Err(Error::conflict("GatewayConflictWithAllocationPools", message));
        }
    }
    refuse_overlap(cidr, pools)
}

fn refuse_overlap(cidr: &Cidr, pools: &[Pool]) -> Result<(), Error> {
    for (at, a) in pools.iter().enumerate() {
        let meets = |b: &&Pool| in_pool(a, number(b.start)) || in_pool(b, number(a.start));
        if let Some(b) = pools[at + 1..].iter().find(meets) {
            let message = format!(
                "Found overlapping allocation pools: {}-{} {}-{} for subnet {cidr}.",
                a.start, a.end, b.start, b.end
            );
            return Err(Error::conflict("OverlappingAllocationPools", message));
        }
    }
    Ok(())
}
