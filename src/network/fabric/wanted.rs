//! What the networks of a deployment should look like on this machine, as plain data.

use std::collections::BTreeSet;
use std::net::IpAddr;

use uuid::Uuid;

use crate::objects::vif::{FloatingIp, HostRoute};
use crate::objects::{Cidr, Mac};

/// Everything that should be there; whatever else this deployment has made goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Bridges that may stay though nothing is plugged into them: those of all networks that there are.
    pub bridges: BTreeSet<String>,
    pub externals: Vec<External>,
    pub routers: Vec<Router>,
}

/// A network that leads out: the host is its gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    pub network: Uuid,
    pub bridge: String,
    /// What the host answers to on it: the gateway address of each subnet, with the subnet's prefix.
    pub gateways: Vec<Cidr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Router {
    pub id: Uuid,
    /// One that is not enabled is not made.
    pub enabled: bool,
    pub interfaces: Vec<Interface>,
    pub gateway: Option<Gateway>,
    /// Those whose gateway is on none of the router's networks are left out.
    pub routes: Vec<HostRoute>,
    pub floating_ips: Vec<FloatingIp>,
}

/// A router's port on a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    pub port: Uuid,
    pub bridge: String,
    pub mac: Mac,
    pub mtu: u32,
    /// Each with the prefix of its subnet.
    pub addresses: Vec<Cidr>,
}

/// A router's way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    pub interface: Interface,
    /// What leaves has the address of the gateway; nobody outside can begin a conversation.
    pub snat: bool,
    /// The gateways of the external network's subnets, one for each family at most.
    pub next_hops: Vec<IpAddr>,
}
