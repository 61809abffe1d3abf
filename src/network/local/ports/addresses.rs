//! Who gets which address: the lowest that is free, the one asked for, or the one that the MAC makes.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use uuid::Uuid;

use super::super::error::Error;
use super::super::ranges::{address, eui64, hosts, number};
use super::super::records::{FixedIp, Port, Subnet};
use super::super::state::State;
use super::WantedIp;
use crate::objects::{Mac, ProjectId};

/// The addresses of a new port: those asked for; or, when nothing is said, one of each family, and one of every subnet in
/// which MACs make them.
pub(super) fn allocate(
    state: &State,
    port: &Port,
    wanted: Option<&[WantedIp]>,
) -> Result<Vec<FixedIp>, Error> {
    let mut draft = Draft::new(state, port);
    match wanted {
        Some(wanted) => {
            for ip in wanted {
                draft.add(ip)?;
            }
        }
        None => draft.add_usual()?,
    }
    Ok(draft.given)
}

/// The addresses of a port that is to have these from now on. What it has already it keeps, and what its MAC makes too.
pub(super) fn reallocate(state: &State, port: &Port, wanted: &[WantedIp]) -> Result<Vec<FixedIp>, Error> {
    let mut draft = Draft::new(state, port);
    let mut old = port.fixed_ips.clone();
    let mut fresh = Vec::new();
    for ip in wanted {
        let fits = |fixed: &FixedIp| {
            ip.subnet_id.is_none_or(|subnet| subnet == fixed.subnet_id)
                && ip.ip_address.is_none_or(|address| address == fixed.ip_address)
                && (ip.subnet_id.is_some() || ip.ip_address.is_some())
        };
        match old.iter().position(fits) {
            Some(at) => draft.given.push(old.remove(at)),
            None => fresh.push(*ip),
        }
    }
    draft
        .given
        .extend(old.into_iter().filter(|fixed| made_of_mac(state, fixed)));
    for ip in &fresh {
        draft.add(ip)?;
    }
    Ok(draft.given)
}

/// What the port has, and one address more, in any subnet with room.
pub fn one_more(state: &State, port: &Port) -> Result<Vec<FixedIp>, Error> {
    let mut draft = Draft::new(state, port);
    draft.given.clone_from(&port.fixed_ips);
    let subnets: Vec<_> = draft
        .subnets()
        .filter(|subnet| !subnet.is_auto_addressed())
        .collect();
    draft.add_from_any(&subnets)?;
    Ok(draft.given)
}

/// Whether a new port of the network could have this address.
pub fn check_address(state: &State, network: Uuid, address: IpAddr) -> Result<(), Error> {
    let nobody = Port::new(Uuid::nil(), ProjectId::from(""), network, Mac([0; 6]));
    let wanted = WantedIp {
        subnet_id: None,
        ip_address: Some(address),
    };
    Draft::new(state, &nobody).add(&wanted)
}

/// The lowest address of the subnet that nobody has; none when all are taken.
pub fn free_address(state: &State, subnet: &Subnet) -> Option<IpAddr> {
    lowest_free(subnet, &taken(state, subnet, None))
}

fn made_of_mac(state: &State, fixed: &FixedIp) -> bool {
    let subnet = state.subnets.get(&fixed.subnet_id);
    subnet.is_some_and(|subnet| subnet.is_auto_addressed())
}

/// Addresses that a MAC made are made anew.
pub(super) fn follow_mac(state: &State, port: &mut Port) {
    for fixed in &mut port.fixed_ips {
        let subnet = state.subnets.get(&fixed.subnet_id);
        let made = subnet
            .filter(|subnet| subnet.is_auto_addressed())
            .and_then(|subnet| eui64(&subnet.cidr, port.mac_address));
        fixed.ip_address = made.unwrap_or(fixed.ip_address);
    }
}

/// A new subnet in which MACs make addresses gives one to every port that is there already.
pub(in super::super) fn give_addresses_of_macs(state: &mut State, subnet: &Subnet) {
    if !subnet.is_auto_addressed() {
        return;
    }
    let ports: Vec<Uuid> = state
        .ports_on(subnet.network_id)
        .filter(|port| !port.is_of_network())
        .map(|port| port.standard.id)
        .collect();
    for id in ports {
        if let Some(port) = state.ports.get_mut(&id)
            && let Some(ip_address) = eui64(&subnet.cidr, port.mac_address)
        {
            port.fixed_ips.push(FixedIp {
                subnet_id: subnet.standard.id,
                ip_address,
            });
        }
    }
}

/// Before the subnet goes.
pub(in super::super) fn take_addresses_back(state: &mut State, subnet: &Subnet) {
    let id = subnet.standard.id;
    let has = |port: &&Arc<Port>| port.fixed_ips.iter().any(|fixed| fixed.subnet_id == id);
    let ports: Vec<Uuid> = state
        .ports_on(subnet.network_id)
        .filter(has)
        .map(|port| port.standard.id)
        .collect();
    for port in ports {
        if let Some(port) = state.ports.get_mut(&port) {
            port.fixed_ips.retain(|fixed| fixed.subnet_id != id);
        }
    }
}

/// Addresses being given to one port.
struct Draft<'a> {
    state: &'a State,
    port: &'a Port,
    given: Vec<FixedIp>,
}

impl<'a> Draft<'a> {
    fn new(state: &'a State, port: &'a Port) -> Self {
        let given = Vec::new();
        Self { state, port, given }
    }

    /// Of the port's network, oldest first.
    fn subnets(&self) -> impl Iterator<Item = &'a Arc<Subnet>> + use<'a> {
        let mut subnets: Vec<_> = self.state.subnets_of(self.port.network_id).collect();
        subnets.sort_by_key(|subnet| (subnet.standard.created_at, subnet.standard.id));
        subnets.into_iter()
    }

    fn add(&mut self, wanted: &WantedIp) -> Result<(), Error> {
        let subnet = match (wanted.subnet_id, wanted.ip_address) {
            (Some(id), _) => self.subnet(id)?,
            (None, Some(ip)) => self.subnet_with(ip)?,
            (None, None) => return Err(Error::input("IP allocation requires subnet_id or ip_address")),
        };
        match wanted.ip_address {
            Some(ip) => self.add_this(subnet, ip),
            None if subnet.is_auto_addressed() && !self.port.is_of_network() => self.add_made_of_mac(subnet),
            None => self.add_from_any(&[subnet]),
        }
    }

    fn add_usual(&mut self) -> Result<(), Error> {
        let by_mac = |subnet: &&Arc<Subnet>| subnet.is_auto_addressed();
        for version in [4, 6] {
            let chosen: Vec<_> = self
                .subnets()
                .filter(|subnet| subnet.ip_version == version && !by_mac(subnet))
                .collect();
            if !chosen.is_empty() {
                self.add_from_any(&chosen)?;
            }
        }
        let made: Vec<_> = self.subnets().filter(by_mac).collect();
        made.into_iter()
            .try_for_each(|subnet| self.add_made_of_mac(subnet))
    }

    fn subnet(&self, id: Uuid) -> Result<&'a Arc<Subnet>, Error> {
        let subnet = self.state.get::<Subnet>(id)?;
        let network = self.port.network_id;
        match subnet.network_id == network {
            true => Ok(subnet),
            false => Err(Error::input(format!(
                "Failed to create port on network {network}, because fixed_ips included invalid subnet {id}"
            ))),
        }
    }

    fn subnet_with(&self, ip: IpAddr) -> Result<&'a Arc<Subnet>, Error> {
        let found = self.subnets().find(|subnet| subnet.cidr.contains(ip));
        found.ok_or_else(|| {
            let message =
                format!("IP address {ip} is not a valid IP for any of the subnets on the specified network.");
            Error::invalid("InvalidIpForNetwork", message)
        })
    }

    fn add_this(&mut self, subnet: &Subnet, ip: IpAddr) -> Result<(), Error> {
        let id = subnet.standard.id;
        let (first, last) = hosts(&subnet.cidr);
        if !subnet.cidr.contains(ip) || !(first..=last).contains(&number(ip)) {
            let message = format!("IP address {ip} is not a valid IP for the specified subnet.");
            return Err(Error::invalid("InvalidIpForSubnet", message));
        }
        let own = eui64(&subnet.cidr, self.port.mac_address) == Some(ip);
        if subnet.is_auto_addressed() && !own && !self.port.is_of_network() {
            let message = format!(
                "IPv6 address {ip} can not be directly assigned to a port on subnet {id} since the subnet is configured for \
                 automatic addresses"
            );
            return Err(Error::invalid("AllocationOnAutoAddressSubnet", message));
        }
        self.give(subnet, ip)
    }

    fn add_made_of_mac(&mut self, subnet: &Subnet) -> Result<(), Error> {
        match eui64(&subnet.cidr, self.port.mac_address) {
            Some(ip) => self.give(subnet, ip),
            None => Err(self.no_more()),
        }
    }

    fn add_from_any(&mut self, subnets: &[&'a Arc<Subnet>]) -> Result<(), Error> {
        let free = subnets.iter().find_map(|subnet| {
            let free = lowest_free(subnet, &self.taken(subnet))?;
            Some((*subnet, free))
        });
        let (subnet, ip) = free.ok_or_else(|| self.no_more())?;
        self.give(subnet, ip)
    }

    fn give(&mut self, subnet: &Subnet, ip_address: IpAddr) -> Result<(), Error> {
        let subnet_id = subnet.standard.id;
        if self.taken(subnet).contains(&number(ip_address)) {
            let message = format!("IP address {ip_address} already allocated in subnet {subnet_id}");
            return Err(Error::conflict("IpAddressAlreadyAllocated", message));
        }
        self.given.push(FixedIp {
            subnet_id,
            ip_address,
        });
        Ok(())
    }

    /// By others, and by what this port has been given so far.
    fn taken(&self, subnet: &Subnet) -> BTreeSet<u128> {
        let mut taken = taken(self.state, subnet, Some(self.port.standard.id));
        let given = self
            .given
            .iter()
            .filter(|fixed| fixed.subnet_id == subnet.standard.id);
        taken.extend(given.map(|fixed| number(fixed.ip_address)));
        taken
    }

    fn no_more(&self) -> Error {
        let message = format!(
            "No more IP addresses available on network {}.",
            self.port.network_id
        );
        Error::exhausted("IpAddressGenerationFailure", message)
    }
}

fn taken(state: &State, subnet: &Subnet, but_for: Option<Uuid>) -> BTreeSet<u128> {
    state
        .ports_on(subnet.network_id)
        .filter(|port| Some(port.standard.id) != but_for)
        .flat_map(|port| &port.fixed_ips)
        .filter(|fixed| fixed.subnet_id == subnet.standard.id)
        .map(|fixed| number(fixed.ip_address))
        .collect()
}

fn lowest_free(subnet: &Subnet, taken: &BTreeSet<u128>) -> Option<IpAddr> {
    subnet.allocation_pools.iter().find_map(|pool| {
        let mut candidates = number(pool.start)..=number(pool.end);
        let free = candidates.find(|candidate| !taken.contains(candidate))?;
        address(free, subnet.cidr.address)
    })
}
