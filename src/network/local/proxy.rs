//! What the Compute API passes on, done with our own networks as their own API would do it.

use std::net::IpAddr;

use async_trait::async_trait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::edit::Edit;
use super::protocols::family_name;
use super::records::{self, Standard};
use super::service::{named, told};
use super::{LocalNetworks, Resource, State, floating_ips, security_group_rules, security_groups};
use crate::network::firewall::Direction;
use crate::network::{
    Admission, Error, FloatingIp, FloatingIps, Groups, Network, NetworkProxy, SecurityGroup,
    SecurityGroupRule,
};
use crate::objects::RequestContext;

#[async_trait]
impl NetworkProxy for LocalNetworks {
    async fn seen_networks(&self, context: &RequestContext, external: bool) -> Result<Vec<Network>, Error> {
        let state = self.state();
        let seen = seen::<records::Network>(&state, context);
        let wanted = seen.filter(|network| network.external || !external);
        Ok(wanted.map(|network| told(&state, network)).collect())
    }

    async fn groups(&self, context: &RequestContext, which: Groups<'_>) -> Result<Vec<SecurityGroup>, Error> {
        let (_, state) = self.change(context, security_groups::ensure_own_default).await?;
        let wanted = |standard: &Standard| match which {
            Groups::Own => standard.project_id == context.project_id,
            Groups::All => true,
            Groups::These(ids) => ids.contains(&standard.id),
        };
        let seen = seen::<records::SecurityGroup>(&state, context);
        let wanted = seen.filter(|group| wanted(&group.standard));
        Ok(wanted.map(named).collect())
    }

    async fn create_group(
        &self,
        context: &RequestContext,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error> {
        let wanted = group(name, description);
        let (id, state) = self
            .change(context, |edit| security_groups::create(edit, wanted))
            .await?;
        Ok(named(state.get::<records::SecurityGroup>(id)?))
    }

    async fn update_group(
        &self,
        context: &RequestContext,
        id: Uuid,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error> {
        let wanted = group(name, description);
        let (_, state) = self
            .change(context, |edit| security_groups::update(edit, id, wanted))
            .await?;
        Ok(named(state.get::<records::SecurityGroup>(id)?))
    }

    async fn delete_group(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        self.change(context, |edit| security_groups::delete(edit, id))
            .await?;
        Ok(())
    }

    async fn rules(
        &self,
        context: &RequestContext,
        groups: &[Uuid],
    ) -> Result<Vec<SecurityGroupRule>, Error> {
        let state = self.state();
        let seen = seen::<records::SecurityGroupRule>(&state, context);
        let wanted = seen
            .filter(|rule| rule.direction == Direction::Ingress && groups.contains(&rule.security_group_id));
        Ok(wanted.map(admission).collect())
    }

    async fn create_rule(
        &self,
        context: &RequestContext,
        group: Uuid,
        admits: &Admission,
    ) -> Result<SecurityGroupRule, Error> {
        let wanted = rule(group, admits);
        let (id, state) = self
            .change(context, |edit| security_group_rules::create(edit, wanted))
            .await?;
        Ok(admission(state.get::<records::SecurityGroupRule>(id)?))
    }

    async fn delete_rule(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        self.change(context, |edit| security_group_rules::delete(edit, id))
            .await?;
        Ok(())
    }

    async fn floating_ips(
        &self,
        context: &RequestContext,
        which: FloatingIps,
    ) -> Result<Vec<FloatingIp>, Error> {
        let state = self.state();
        let wanted = |floating: &records::FloatingIp| match which {
            FloatingIps::Own => floating.standard.project_id == context.project_id,
            FloatingIps::Id(id) => floating.standard.id == id,
            FloatingIps::Address(address) => floating.floating_ip_address == address,
        };
        let seen = seen::<records::FloatingIp>(&state, context).filter(|floating| wanted(floating));
        Ok(seen.map(|it| floating(&state, it)).collect())
    }

    async fn create_floating_ip(&self, context: &RequestContext, network: Uuid) -> Result<FloatingIp, Error> {
        let wanted = floating_ips::Wanted {
            floating_network_id: Some(network),
            ..floating_ips::Wanted::default()
        };
        let (id, state) = self
            .change(context, |edit| floating_ips::create(edit, wanted))
            .await?;
        Ok(floating(&state, state.get::<records::FloatingIp>(id)?))
    }

    async fn lead_floating_ip(
        &self,
        context: &RequestContext,
        id: Uuid,
        to: Option<(Uuid, IpAddr)>,
    ) -> Result<(), Error> {
        let wanted = floating_ips::Wanted {
            port_id: Some(to.map(|(port, _)| port)),
            fixed_ip_address: to.map(|(_, fixed)| fixed),
            ..floating_ips::Wanted::default()
        };
        let lead = |edit: &mut Edit<'_>| floating_ips::update(edit, id, wanted);
        self.change(context, lead).await?;
        Ok(())
    }

    async fn delete_floating_ip(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        self.change(context, |edit| floating_ips::delete(edit, id))
            .await?;
        Ok(())
    }
}

fn seen<'a, T: Resource>(state: &'a State, context: &'a RequestContext) -> impl Iterator<Item = &'a T> {
    let all = T::table(state).values().map(AsRef::as_ref);
    all.filter(|record: &&T| record.is_seen_by(state, context))
}

fn group(name: &str, description: &str) -> security_groups::Wanted {
    security_groups::Wanted {
        name: Some(name.to_owned()),
        description: Some(description.to_owned()),
        ..security_groups::Wanted::default()
    }
}

fn rule(group: Uuid, admits: &Admission) -> security_group_rules::Wanted {
    let number = |port: Option<u16>| port.map_or(Value::Null, Value::from);
    security_group_rules::Wanted {
        direction: Some(Direction::Ingress),
        security_group_id: group.to_string(),
        ethertype: family_name(admits.ethertype).into(),
        protocol: json!(admits.protocol),
        port_range_min: number(admits.min),
        port_range_max: number(admits.max),
        remote_ip_prefix: json!(admits.remote_prefix),
        remote_group_id: admits.remote_group.map(|group| group.to_string()),
        ..security_group_rules::Wanted::default()
    }
}

fn admission(rule: &records::SecurityGroupRule) -> SecurityGroupRule {
    SecurityGroupRule {
        id: rule.standard.id,
        group: rule.security_group_id,
        admits: Admission {
            ethertype: rule.ethertype,
            protocol: rule.protocol.clone(),
            min: rule.port_range_min,
            max: rule.port_range_max,
            remote_group: rule.remote_group_id,
            remote_prefix: rule.remote_ip_prefix,
        },
    }
}

fn floating(state: &State, floating: &records::FloatingIp) -> FloatingIp {
    let network = state.networks.get(&floating.floating_network_id);
    let port = floating.port_id.and_then(|port| state.ports.get(&port));
    FloatingIp {
        id: floating.standard.id,
        address: floating.floating_ip_address,
        network: floating.floating_network_id,
        network_name: network.map_or_else(String::new, |network| network.name.clone()),
        port: floating.port_id,
        fixed: floating.fixed_ip_address,
        device: port
            .map(|port| port.device_id.clone())
            .filter(|device| !device.is_empty()),
    }
}
