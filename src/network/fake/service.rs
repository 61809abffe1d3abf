//! The fake service's verbs, and what tests arrange behind its back.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::faults::{FakeFaults, Plans, Verb};
use super::state::{KnownNetwork, State};
use crate::network::firewall::{Guard, Rule};
use crate::network::{
    Binding, Changed, Error, FloatingIp, Network, NetworkService, NewPort, Port, PortChange, PortStatus,
    SecurityGroup,
};
use crate::objects::{Cidr, InstanceId, ProjectId, RequestContext, Vif, vif};

/// Cheap to clone; clones share their networks.
#[derive(Debug, Clone, Default)]
pub struct FakeNetwork {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) plans: Mutex<Plans>,
    changes: broadcast::Sender<Changed>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            plans: Mutex::default(),
            changes: broadcast::channel(4096).0,
        }
    }
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, changed: Changed) {
        // Nobody listening is fine.
        self.changes.send(changed).ok();
    }
}

/// What tests arrange.
impl FakeNetwork {
    pub fn faults(&self) -> FakeFaults {
        FakeFaults(self.shared.clone())
    }

    /// With one subnet for each network in CIDR notation.
    pub fn add_network(&self, project: &str, name: &str, cidrs: &[Cidr]) -> Uuid {
        let mut state = self.shared.state();
        let id = state.id();
        let subnets: Vec<_> = cidrs.iter().map(|cidr| (state.id(), *cidr)).collect();
        let network = Network {
            id,
            name: name.to_owned(),
            project: project.into(),
            shared: false,
            external: false,
            admin_state_up: true,
            port_security_enabled: true,
            has_subnets: !subnets.is_empty(),
        };
        state.networks.insert(id, KnownNetwork { network, subnets });
        id
    }

    pub fn change_network(&self, id: Uuid, change: impl FnOnce(&mut Network)) {
        if let Some(known) = self.shared.state().networks.get_mut(&id) {
            change(&mut known.network);
        }
    }

    pub fn add_security_group(&self, project: &str, name: &str) -> Uuid {
        self.shared.state().group(&project.into(), name)
    }

    /// Lets something more pass; whose ports it concerns is told.
    pub fn add_rule(&self, group: Uuid, rule: Rule) {
        let mut state = self.shared.state();
        if let Some((_, rules)) = state.groups.get_mut(&group) {
            rules.push(rule);
        }
        let ports = state.ports.values();
        let members = ports.filter(|port| port.security_groups.contains(&group));
        let members = members.map(|port| port.id).collect();
        drop(state);
        self.tell(Changed::Ports(members));
    }

    /// A port that a user makes for themselves.
    pub fn add_port(&self, project: &str, network: Uuid) -> Result<Uuid, Error> {
        let mut state = self.shared.state();
        let port = make(&mut state, network, &project.into(), None, None)?;
        let id = port.id;
        state.ports.insert(id, port);
        Ok(id)
    }

    /// As somebody else may.
    pub fn change_port(&self, id: Uuid, change: impl FnOnce(&mut Port)) {
        if let Some(port) = self.shared.state().ports.get_mut(&id) {
            change(port);
        }
        self.tell(Changed::Ports(vec![id]));
    }

    /// Somebody deletes the port.
    pub fn remove_port(&self, id: Uuid) {
        self.shared.state().ports.remove(&id);
        self.tell(Changed::Ports(vec![id]));
    }

    /// It leads to the port, from a network that nobody knows.
    pub fn add_floating_ip(&self, port: Uuid, ip: vif::FloatingIp) {
        let mut state = self.shared.state();
        let id = state.id();
        let Some(known) = state.ports.get(&port) else {
            return;
        };
        let floating = FloatingIp {
            id,
            address: ip.floating,
            network: Uuid::nil(),
            network_name: String::new(),
            port: Some(port),
            fixed: Some(ip.fixed),
            device: None,
        };
        let owned = (known.project.clone(), floating);
        state.floating.insert(id, owned);
        drop(state);
        self.tell(Changed::Ports(vec![port]));
    }

    /// Projects that have no network get one of this range when they ask for one.
    pub fn allocate_automatically(&self, range: Cidr) {
        self.shared.state().topology = Some(range);
    }

    pub fn limit_ports(&self, project: &str, limit: u64) {
        self.shared.state().limits.insert(project.into(), limit);
    }

    /// Ports that are bound from now on are in BUILD until `change_port` says otherwise.
    pub fn bind_slowly(&self) {
        self.shared.state().slow = true;
    }

    pub fn networks(&self) -> Vec<Uuid> {
        self.shared.state().networks.keys().copied().collect()
    }

    /// All there are, in the order in which they were made.
    pub fn ports(&self) -> Vec<Port> {
        self.shared.state().ports.values().cloned().collect()
    }

    pub fn tell(&self, changed: Changed) {
        self.shared.tell(changed);
    }
}

fn make(
    state: &mut State,
    network: Uuid,
    project: &ProjectId,
    fixed_ip: Option<IpAddr>,
    groups: Option<Vec<Uuid>>,
) -> Result<Port, Error> {
    state.network(network)?;
    state.check_quota(project)?;
    let fixed_ips = match fixed_ip {
        Some(ip) => vec![(state.check_address(network, ip)?, ip)],
        None => state.free_address(network, None)?.into_iter().collect(),
    };
    if let Some(unknown) = groups
        .iter()
        .flatten()
        .find(|group| !state.groups.contains_key(group))
    {
        return Err(Error::NotFound(format!(
            "Security group {unknown} does not exist"
        )));
    }
    let security_groups = match groups {
        Some(groups) => groups,
        None => vec![state.default_group(project)],
    };
    Ok(Port {
        id: state.id(),
        network,
        project: project.clone(),
        mac: state.mac(),
        fixed_ips,
        security_groups,
        status: PortStatus::Down,
        device_id: None,
        device_owner: String::new(),
        host: None,
    })
}

fn bind(port: &mut Port, binding: &Binding, status: PortStatus) {
    port.device_id = Some(binding.instance.to_string());
    port.device_owner = format!("compute:{}", binding.zone);
    port.host = Some(binding.host.clone());
    port.status = status;
}

fn change(state: &mut State, id: Uuid, change: &PortChange) -> Result<Port, Error> {
    let mut port = state.port(id)?.clone();
    match change {
        PortChange::Bind { binding, .. } => {
            let ours = binding.instance.to_string();
            if port.device_id.as_ref().is_some_and(|device| *device != ours) {
                return Err(Error::Conflict(format!("Port {id} is still in use.")));
            }
            bind(&mut port, binding, state.status());
        }
        PortChange::Release => {
            port.device_id = None;
            port.device_owner.clear();
            port.host = None;
            port.status = PortStatus::Down;
        }
        PortChange::SecurityGroups(groups) => port.security_groups.clone_from(groups),
        PortChange::AddFixedIp => port.fixed_ips.extend(state.free_address(port.network, None)?),
        PortChange::RemoveFixedIp(address) => port.fixed_ips.retain(|(_, ip)| ip != address),
    }
    state.ports.insert(id, port.clone());
    Ok(port)
}

#[async_trait]
impl NetworkService for FakeNetwork {
    async fn networks(&self, context: &RequestContext, ids: Option<&[Uuid]>) -> Result<Vec<Network>, Error> {
        self.shared.enter(Verb::Networks).await?;
        let state = self.shared.state();
        let all = state.networks.values().map(|known| known.network.clone());
        let own = |network: &Network| network.project == context.project_id;
        let Some(ids) = ids else {
            let (own, others): (Vec<_>, Vec<_>) = all.partition(own);
            let shared = others.into_iter().filter(|network| network.shared).collect();
            return Ok(if own.is_empty() { shared } else { own });
        };
        let seen = all.filter(|n| own(n) || n.shared || n.external || context.is_admin());
        Ok(seen.filter(|network| ids.contains(&network.id)).collect())
    }

    async fn auto_allocated(&self, context: &RequestContext) -> Result<Option<Network>, Error> {
        self.shared.enter(Verb::AutoAllocated).await?;
        let topology = self.shared.state().topology.take();
        let Some(range) = topology else {
            return Ok(None);
        };
        let id = self.add_network(context.project_id.as_str(), "auto_allocated_network", &[range]);
        let state = self.shared.state();
        Ok(Some(state.network(id)?.network.clone()))
    }

    async fn port(&self, context: &RequestContext, id: Uuid) -> Result<Port, Error> {
        self.shared.enter(Verb::Port).await?;
        let port = self.shared.state().ports.get(&id).cloned();
        let seen = |port: &Port| port.project == context.project_id || context.is_admin();
        port.filter(seen)
            .ok_or_else(|| Error::NotFound(format!("Port id {id} could not be found.")))
    }

    async fn security_groups(&self, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
        self.shared.enter(Verb::SecurityGroups).await?;
        let mut state = self.shared.state();
        state.default_group(&context.project_id);
        let groups = state.groups.values().map(|(group, _)| group);
        Ok(groups
            .filter(|group| group.project == context.project_id)
            .cloned()
            .collect())
    }

    async fn ports_left(&self, context: &RequestContext) -> Result<Option<u64>, Error> {
        self.shared.enter(Verb::PortsLeft).await?;
        Ok(self.shared.state().ports_left(&context.project_id))
    }

    async fn check_address(
        &self,
        _context: &RequestContext,
        network: Uuid,
        address: IpAddr,
    ) -> Result<(), Error> {
        self.shared.enter(Verb::CheckAddress).await?;
        self.shared.state().check_address(network, address).map(drop)
    }

    async fn create_port(&self, new: &NewPort) -> Result<Port, Error> {
        self.shared.enter(Verb::CreatePort).await?;
        let made = {
            let mut state = self.shared.state();
            let groups = new.security_groups.clone();
            let status = state.status();
            let made = make(&mut state, new.network, &new.project, new.fixed_ip, groups);
            made.inspect(|port| {
                let mut port = port.clone();
                bind(&mut port, &new.binding, status);
                state.ports.insert(port.id, port);
            })
        };
        let bound = made.and_then(|port| self.shared.state().port(port.id).cloned());
        self.shared.answer(Verb::CreatePort, bound)
    }

    async fn update_port(&self, id: Uuid, wanted: &PortChange) -> Result<Port, Error> {
        self.shared.enter(Verb::UpdatePort).await?;
        let changed = change(&mut self.shared.state(), id, wanted);
        self.tell(Changed::Ports(vec![id]));
        self.shared.answer(Verb::UpdatePort, changed)
    }

    async fn delete_port(&self, id: Uuid) -> Result<(), Error> {
        self.shared.enter(Verb::DeletePort).await?;
        self.shared.state().ports.remove(&id);
        self.tell(Changed::Ports(vec![id]));
        self.shared.answer(Verb::DeletePort, Ok(()))
    }

    async fn ports_of(&self, instance: InstanceId) -> Result<Vec<Port>, Error> {
        self.shared.enter(Verb::PortsOf).await?;
        let device = instance.to_string();
        let state = self.shared.state();
        let ports = state.ports.values();
        Ok(ports
            .filter(|port| port.device_id.as_ref() == Some(&device))
            .cloned()
            .collect())
    }

    async fn vifs(&self, ports: &[Uuid]) -> Result<Vec<Vif>, Error> {
        self.shared.enter(Verb::Vifs).await?;
        let state = self.shared.state();
        Ok(ports.iter().filter_map(|id| state.vif(*id)).collect())
    }

    async fn guards(&self, ports: &[Uuid]) -> Result<Vec<Guard>, Error> {
        self.shared.enter(Verb::Guards).await?;
        let state = self.shared.state();
        Ok(ports.iter().filter_map(|id| state.guard(*id)).collect())
    }

    fn changes(&self) -> BoxStream<'static, Changed> {
        let told = stream::unfold(self.shared.changes.subscribe(), |mut changes| async {
            match changes.recv().await {
                Ok(changed) => Some((changed, changes)),
                Err(RecvError::Lagged(_)) => Some((Changed::Everything, changes)),
                Err(RecvError::Closed) => None,
            }
        });
        told.boxed()
    }
}
