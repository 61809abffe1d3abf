//! The seam between servers and whoever gives out networks and ports: a real Neutron, or our own service.

use std::net::IpAddr;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use uuid::Uuid;

use super::firewall::Guard;
use super::{Error, NetworkProxy};
use crate::objects::{InstanceId, Mac, ProjectId, RequestContext, Vif};

/// A network as far as a boot must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    pub id: Uuid,
    pub name: String,
    pub project: ProjectId,
    pub shared: bool,
    /// `router:external`: only administrators put servers on it, unless it is shared too.
    pub external: bool,
    pub admin_state_up: bool,
    pub port_security_enabled: bool,
    /// Ports without an address make no sense for servers: a network without subnets is refused.
    pub has_subnets: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortStatus {
    Active,
    Build,
    Down,
    Error,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    pub id: Uuid,
    pub network: Uuid,
    pub project: ProjectId,
    pub mac: Mac,
    /// Subnet and address of each.
    pub fixed_ips: Vec<(Uuid, IpAddr)>,
    pub security_groups: Vec<Uuid>,
    pub status: PortStatus,
    /// Whose port it is: a server's id, mostly.
    pub device_id: Option<String>,
    pub device_owner: String,
    /// `binding:host_id`.
    pub host: Option<String>,
}

/// Where a port is to work: `binding:host_id`, `device_id` and `device_owner` (`compute:<zone>`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    pub instance: InstanceId,
    pub host: String,
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPort {
    pub network: Uuid,
    /// The server's, whoever asks.
    pub project: ProjectId,
    pub binding: Binding,
    /// This address, or any.
    pub fixed_ip: Option<IpAddr>,
    /// None leaves the project's default group to the service.
    pub security_groups: Option<Vec<Uuid>>,
    /// The server's hostname, for services that keep names.
    pub dns_name: Option<String>,
}

/// What of a port is to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortChange {
    /// Takes the port for a server.
    Bind {
        binding: Binding,
        dns_name: Option<String>,
    },
    /// Gives it back: no device, no host. The port stays.
    Release,
    SecurityGroups(Vec<Uuid>),
    /// One more address, in a subnet of the port's network with room.
    AddFixedIp,
    RemoveFixedIp(IpAddr),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    pub id: Uuid,
    pub name: String,
    pub description: String,
    pub project: ProjectId,
}

/// What may be different now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Addresses, groups, names or rules of these ports.
    Ports(Vec<Uuid>),
    /// Nobody knows: everything has to be asked again.
    Everything,
}

/// What booting needs of a network service. What says "for the caller" is done with the caller's rights; everything else is
/// nova-docker's own business, done with its own.
#[async_trait]
pub trait NetworkService: NetworkProxy {
    /// For the caller: those of `ids` that there are for them, in this order. Without ids, those on which their servers may
    /// be, as Nova has it: the project's own and after them all shared ones, external ones among both.
    async fn networks(&self, context: &RequestContext, ids: Option<&[Uuid]>) -> Result<Vec<Network>, Error>;
    /// For the caller: the network that the service makes for their project, which has none, out of what it has for that;
    /// none when it makes no such thing, or lacks something. Asked again it is the same network.
    async fn auto_allocated(&self, _context: &RequestContext) -> Result<Option<Network>, Error> {
        Ok(None)
    }

    /// For the caller.
    async fn port(&self, context: &RequestContext, id: Uuid) -> Result<Port, Error>;
    /// For the caller: the groups of their project, and after them those that others share with it.
    async fn security_groups(&self, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error>;
    /// For the caller: how many ports their project may still make; `None` is no limit.
    async fn ports_left(&self, context: &RequestContext) -> Result<Option<u64>, Error>;

    /// For the caller: whether a new port of this network could have this address. `Invalid` when no subnet has it,
    /// `Conflict` when somebody has it. A service that cannot tell lets it pass, and `create_port` finds out.
    async fn check_address(
        &self,
        _context: &RequestContext,
        _network: Uuid,
        _address: IpAddr,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// Makes a port bound to this host. On error there is none; only after `Unreachable` there may be one, that `ports_of`
    /// tells of.
    async fn create_port(&self, port: &NewPort) -> Result<Port, Error>;
    /// A port that is another server's is not bound: `Conflict`.
    async fn update_port(&self, id: Uuid, change: &PortChange) -> Result<Port, Error>;
    /// Succeeds when there is none.
    async fn delete_port(&self, id: Uuid) -> Result<(), Error>;
    async fn ports_of(&self, instance: InstanceId) -> Result<Vec<Port>, Error>;
    /// Everything that is needed to plug and show these ports, in the order asked for; ports that are gone are left out.
    /// `position`, `tag` and `preserve_on_delete` are the caller's to set.
    async fn vifs(&self, ports: &[Uuid]) -> Result<Vec<Vif>, Error>;
    /// What may pass these ports, in the order asked for; ports that are gone are left out.
    async fn guards(&self, ports: &[Uuid]) -> Result<Vec<Guard>, Error>;
    /// Tells what has changed, from the call on; never ends. A service that cannot tell is asked now and then.
    fn changes(&self) -> BoxStream<'static, Changed>;
}
