//! What the Compute API passes on to the fake service.

use std::net::IpAddr;

use async_trait::async_trait;
use uuid::Uuid;

use super::FakeNetwork;
use super::faults::Verb;
use super::state::{State, hosts};
use crate::network::{
    Admission, Changed, Error, FloatingIp, FloatingIps, Groups, Network, NetworkProxy, SecurityGroup,
    SecurityGroupRule,
};
use crate::objects::{ProjectId, RequestContext};

#[async_trait]
impl NetworkProxy for FakeNetwork {
    async fn seen_networks(&self, context: &RequestContext, external: bool) -> Result<Vec<Network>, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let state = self.shared.state();
        let all = state.networks.values().map(|known| &known.network);
        let seen =
            all.filter(|network| network.shared || network.external || owns(context, &network.project));
        Ok(seen
            .filter(|network| network.external || !external)
            .cloned()
            .collect())
    }

    async fn groups(&self, context: &RequestContext, which: Groups<'_>) -> Result<Vec<SecurityGroup>, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        state.default_group(&context.project_id);
        let all = state.groups.values().map(|(group, _)| group);
        let seen = all.filter(|group| owns(context, &group.project));
        let wanted = seen.filter(|group| match which {
            Groups::Own => group.project == context.project_id,
            Groups::All => true,
            Groups::These(ids) => ids.contains(&group.id),
        });
        Ok(wanted.cloned().collect())
    }

    async fn create_group(
        &self,
        context: &RequestContext,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        let id = state.group(&context.project_id, name);
        describe(&mut state, context, id, name, description)
    }

    async fn update_group(
        &self,
        context: &RequestContext,
        id: Uuid,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error> {
        self.shared.enter(Verb::Proxy).await?;
        describe(&mut self.shared.state(), context, id, name, description)
    }

    async fn delete_group(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        own_group(&mut state, context, id)?;
        if state
            .ports
            .values()
            .any(|port| port.security_groups.contains(&id))
        {
            return Err(Error::Conflict(format!("Security Group {id} in use.")));
        }
        state.groups.remove(&id);
        state
            .rules
            .retain(|_, rule| rule.group != id && rule.admits.remote_group != Some(id));
        Ok(())
    }

    async fn rules(
        &self,
        context: &RequestContext,
        groups: &[Uuid],
    ) -> Result<Vec<SecurityGroupRule>, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let state = self.shared.state();
        let seen = |rule: &&SecurityGroupRule| {
            let group = state.groups.get(&rule.group);
            group.is_some_and(|(group, _)| owns(context, &group.project))
        };
        let wanted = state.rules.values().filter(|rule| groups.contains(&rule.group));
        Ok(wanted.filter(seen).cloned().collect())
    }

    async fn create_rule(
        &self,
        context: &RequestContext,
        group: Uuid,
        admits: &Admission,
    ) -> Result<SecurityGroupRule, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        own_group(&mut state, context, group)?;
        let rule = SecurityGroupRule {
            id: state.id(),
            group,
            admits: admits.clone(),
        };
        state.rules.insert(rule.id, rule.clone());
        let members = members(&state, group);
        drop(state);
        self.tell(Changed::Ports(members));
        Ok(rule)
    }

    async fn delete_rule(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        let group = state.rules.get(&id).map(|rule| rule.group);
        let missing = || Error::NotFound(format!("Security group rule {id} does not exist"));
        let group = group.ok_or_else(missing)?;
        own_group(&mut state, context, group).map_err(|_| missing())?;
        state.rules.remove(&id);
        let members = members(&state, group);
        drop(state);
        self.tell(Changed::Ports(members));
        Ok(())
    }

    async fn floating_ips(
        &self,
        context: &RequestContext,
        which: FloatingIps,
    ) -> Result<Vec<FloatingIp>, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let state = self.shared.state();
        let seen = state.floating.values().filter(|(owner, _)| owns(context, owner));
        let wanted = seen.filter(|(owner, floating)| match which {
            FloatingIps::Own => *owner == context.project_id,
            FloatingIps::Id(id) => floating.id == id,
            FloatingIps::Address(address) => floating.address == address,
        });
        Ok(wanted.map(|(_, floating)| described(&state, floating)).collect())
    }

    async fn create_floating_ip(&self, context: &RequestContext, network: Uuid) -> Result<FloatingIp, Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        let known = state.network(network)?;
        if !known.network.external {
            return Err(Error::Invalid(format!(
                "Bad floatingip request: Network {network} is not a valid external network."
            )));
        }
        let floats = |ip: &IpAddr| {
            state
                .floating
                .values()
                .any(|(_, floating)| floating.address == *ip)
        };
        let mut all = known.subnets.iter().flat_map(|(_, cidr)| hosts(*cidr));
        let free = all.find(|ip| !floats(ip) && !state.is_taken(network, *ip));
        let exhausted = || Error::Exhausted(format!("No more IP addresses available on network {network}."));
        let floating = FloatingIp {
            id: Uuid::nil(),
            address: free.ok_or_else(exhausted)?,
            network,
            network_name: known.network.name.clone(),
            port: None,
            fixed: None,
            device: None,
        };
        let id = state.id();
        let floating = FloatingIp { id, ..floating };
        let owned = (context.project_id.clone(), floating.clone());
        state.floating.insert(id, owned);
        Ok(floating)
    }

    async fn lead_floating_ip(
        &self,
        context: &RequestContext,
        id: Uuid,
        to: Option<(Uuid, IpAddr)>,
    ) -> Result<(), Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        let taken = |floating: &FloatingIp| {
            let end = floating.port.zip(floating.fixed);
            floating.id != id && end.is_some() && end == to
        };
        if state.floating.values().any(|(_, floating)| taken(floating)) {
            return Err(Error::Conflict(format!(
                "Cannot associate floating IP {id}, as that fixed IP already has a floating IP."
            )));
        }
        let floating = own_floating(&mut state, context, id)?;
        let before = floating.port;
        (floating.port, floating.fixed) = (to.map(|(port, _)| port), to.map(|(_, fixed)| fixed));
        let ports = before.into_iter().chain(floating.port).collect();
        drop(state);
        self.tell(Changed::Ports(ports));
        Ok(())
    }

    async fn delete_floating_ip(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        self.shared.enter(Verb::Proxy).await?;
        let mut state = self.shared.state();
        let port = own_floating(&mut state, context, id)?.port;
        state.floating.remove(&id);
        drop(state);
        self.tell(Changed::Ports(port.into_iter().collect()));
        Ok(())
    }
}

fn owns(context: &RequestContext, project: &ProjectId) -> bool {
    context.is_admin() || *project == context.project_id
}

fn own_group<'a>(
    state: &'a mut State,
    context: &RequestContext,
    id: Uuid,
) -> Result<&'a mut SecurityGroup, Error> {
    let group = state.groups.get_mut(&id).map(|(group, _)| group);
    group
        .filter(|group| owns(context, &group.project))
        .ok_or_else(|| Error::NotFound(format!("Security group {id} does not exist")))
}

fn own_floating<'a>(
    state: &'a mut State,
    context: &RequestContext,
    id: Uuid,
) -> Result<&'a mut FloatingIp, Error> {
    let floating = state.floating.get_mut(&id);
    floating
        .filter(|(owner, _)| owns(context, owner))
        .map(|(_, floating)| floating)
        .ok_or_else(|| Error::NotFound(format!("Floating IP {id} could not be found")))
}

fn describe(
    state: &mut State,
    context: &RequestContext,
    id: Uuid,
    name: &str,
    description: &str,
) -> Result<SecurityGroup, Error> {
    let group = own_group(state, context, id)?;
    name.clone_into(&mut group.name);
    description.clone_into(&mut group.description);
    Ok(group.clone())
}

fn members(state: &State, group: Uuid) -> Vec<Uuid> {
    let ports = state
        .ports
        .values()
        .filter(|port| port.security_groups.contains(&group));
    ports.map(|port| port.id).collect()
}

/// With whose port it is now.
fn described(state: &State, floating: &FloatingIp) -> FloatingIp {
    let port = floating.port.and_then(|port| state.ports.get(&port));
    FloatingIp {
        device: port.and_then(|port| port.device_id.clone()),
        ..floating.clone()
    }
}
