//! What the Compute API passes on: asked of Neutron in the caller's name.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::calls::{Call, Caller};
use super::{Neutron, shown};
use crate::network::firewall::Direction;
use crate::network::{
    Admission, Error, FloatingIp, FloatingIps, Groups, Network, NetworkProxy, SecurityGroup,
    SecurityGroupRule,
};
use crate::objects::RequestContext;

const GROUP: [&str; 4] = ["id", "name", "description", "project_id"];

#[derive(Debug, Deserialize)]
struct GroupAnswer {
    security_group: shown::Group,
}

#[derive(Debug, Deserialize)]
struct RuleAnswer {
    security_group_rule: shown::Rule,
}

#[derive(Debug, Deserialize)]
struct FloatingAnswer {
    floatingip: Floating,
}

#[derive(Debug, Deserialize)]
struct Floating {
    id: Uuid,
    floating_ip_address: IpAddr,
    floating_network_id: Uuid,
    #[serde(default)]
    port_id: Option<Uuid>,
    #[serde(default)]
    fixed_ip_address: Option<IpAddr>,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: Uuid,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Holder {
    id: Uuid,
    #[serde(default)]
    device_id: String,
}

#[async_trait]
impl NetworkProxy for Neutron {
    async fn seen_networks(&self, context: &RequestContext, external: bool) -> Result<Vec<Network>, Error> {
        let only = [("router:external", "True".to_owned())];
        let filters = if external { only.as_slice() } else { &[] };
        let seen: Vec<shown::Network> = self.list(Caller::User(context), "networks", filters, &[]).await?;
        Ok(seen.into_iter().map(Network::from).collect())
    }

    async fn groups(&self, context: &RequestContext, which: Groups<'_>) -> Result<Vec<SecurityGroup>, Error> {
        let (caller, kind) = (Caller::User(context), "security-groups");
        let own = [("tenant_id", context.project_id.to_string())];
        let found: Vec<shown::Group> = match which {
            Groups::Own => self.list(caller, kind, &own, &GROUP).await?,
            Groups::All => self.list(caller, kind, &[], &GROUP).await?,
            Groups::These(ids) => {
                let ids = ids.iter().copied();
                self.list_by(caller, kind, "id", ids, &GROUP).await?
            }
        };
        Ok(found.into_iter().map(SecurityGroup::from).collect())
    }

    async fn create_group(
        &self,
        context: &RequestContext,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error> {
        let body = json!({"security_group": {"name": name, "description": description}});
        let call = Call::post("security-groups", body);
        let answer: GroupAnswer = self.ask(Caller::User(context), &call).await?;
        Ok(answer.security_group.into())
    }

    async fn update_group(
        &self,
        context: &RequestContext,
        id: Uuid,
        name: &str,
        description: &str,
    ) -> Result<SecurityGroup, Error> {
        let body = json!({"security_group": {"name": name, "description": description}});
        let call = Call::put(format!("security-groups/{id}"), body, None);
        let answer: GroupAnswer = self.ask(Caller::User(context), &call).await?;
        Ok(answer.security_group.into())
    }

    async fn delete_group(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        let call = Call::delete(format!("security-groups/{id}"));
        self.send(Caller::User(context), &call).await.map(drop)
    }

    async fn rules(
        &self,
        context: &RequestContext,
        groups: &[Uuid],
    ) -> Result<Vec<SecurityGroupRule>, Error> {
        let (kind, filter) = ("security-group-rules", "security_group_id");
        let groups = groups.iter().copied();
        let rules: Vec<shown::Rule> = self
            .list_by(Caller::User(context), kind, filter, groups, &[])
            .await?;
        let inbound = rules
            .into_iter()
            .filter(|rule| rule.direction == Direction::Ingress);
        Ok(inbound.map(SecurityGroupRule::from).collect())
    }

    async fn create_rule(
        &self,
        context: &RequestContext,
        group: Uuid,
        admits: &Admission,
    ) -> Result<SecurityGroupRule, Error> {
        let call = Call::post("security-group-rules", rule(group, admits));
        let answer: RuleAnswer = self.ask(Caller::User(context), &call).await?;
        Ok(answer.security_group_rule.into())
    }

    async fn delete_rule(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        let call = Call::delete(format!("security-group-rules/{id}"));
        self.send(Caller::User(context), &call).await.map(drop)
    }

    async fn floating_ips(
        &self,
        context: &RequestContext,
        which: FloatingIps,
    ) -> Result<Vec<FloatingIp>, Error> {
        let filter = match which {
            FloatingIps::Own => ("tenant_id", context.project_id.to_string()),
            FloatingIps::Id(id) => ("id", id.to_string()),
            FloatingIps::Address(address) => ("floating_ip_address", address.to_string()),
        };
        let found = self
            .list(Caller::User(context), "floatingips", &[filter], &[])
            .await;
        match found {
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            found => self.described(context, found?).await,
        }
    }

    async fn create_floating_ip(&self, context: &RequestContext, network: Uuid) -> Result<FloatingIp, Error> {
        let call = Call::post(
            "floatingips",
            json!({"floatingip": {"floating_network_id": network}}),
        );
        let made: FloatingAnswer = self.ask(Caller::User(context), &call).await?;
        let mut described = self.described(context, vec![made.floatingip]).await?;
        let gone = || Error::NotFound("The new floating IP is gone already.".to_owned());
        described.pop().ok_or_else(gone)
    }

    async fn lead_floating_ip(
        &self,
        context: &RequestContext,
        id: Uuid,
        to: Option<(Uuid, IpAddr)>,
    ) -> Result<(), Error> {
        let leads = match to {
            Some((port, fixed)) => json!({"port_id": port, "fixed_ip_address": fixed}),
            None => json!({"port_id": null}),
        };
        let call = Call::put(format!("floatingips/{id}"), json!({"floatingip": leads}), None);
        self.send(Caller::User(context), &call).await.map(drop)
    }

    async fn delete_floating_ip(&self, context: &RequestContext, id: Uuid) -> Result<(), Error> {
        let call = Call::delete(format!("floatingips/{id}"));
        self.send(Caller::User(context), &call).await.map(drop)
    }
}

impl Neutron {
    /// With what their networks are called, and whose ports they lead to.
    async fn described(
        &self,
        context: &RequestContext,
        floating: Vec<Floating>,
    ) -> Result<Vec<FloatingIp>, Error> {
        let caller = Caller::User(context);
        let networks: BTreeSet<Uuid> = floating.iter().map(|ip| ip.floating_network_id).collect();
        let ports: BTreeSet<Uuid> = floating.iter().filter_map(|ip| ip.port_id).collect();
        let (networks, ports): (Vec<Named>, Vec<Holder>) = tokio::try_join!(
            self.list_by(caller, "networks", "id", networks, &["id", "name"]),
            self.list_by(caller, "ports", "id", ports, &["id", "device_id"]),
        )?;
        let names: HashMap<Uuid, String> = networks.into_iter().map(|it| (it.id, it.name)).collect();
        let devices: HashMap<Uuid, String> = ports.into_iter().map(|it| (it.id, it.device_id)).collect();
        let described = floating.into_iter().map(|ip| FloatingIp {
            id: ip.id,
            address: ip.floating_ip_address,
            network: ip.floating_network_id,
            network_name: names.get(&ip.floating_network_id).cloned().unwrap_or_default(),
            port: ip.port_id,
            fixed: ip.fixed_ip_address,
            device: ip
                .port_id
                .and_then(|port| devices.get(&port).cloned())
                .filter(|device| !device.is_empty()),
        });
        Ok(described.collect())
    }
}

fn rule(group: Uuid, admits: &Admission) -> serde_json::Value {
    json!({"security_group_rule": {
        "security_group_id": group,
        "direction": "ingress",
        "ethertype": admits.ethertype,
        "protocol": admits.protocol,
        "port_range_min": admits.min,
        "port_range_max": admits.max,
        "remote_group_id": admits.remote_group,
        "remote_ip_prefix": admits.remote_prefix,
    }})
}
