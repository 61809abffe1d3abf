//! What a caller may use: networks, ports, security groups, and how many more ports.

use std::net::IpAddr;

use serde::Deserialize;
use uuid::Uuid;

use super::calls::{Call, Caller};
use super::{Neutron, shown};
use crate::network::{Error, Network, Port, SecurityGroup};
use crate::objects::{Cidr, RequestContext};

#[derive(Debug, Deserialize)]
struct QuotaAnswer {
    quota: Quota,
}

#[derive(Debug, Deserialize)]
struct Quota {
    /// Negative for no limit.
    #[serde(default = "unlimited")]
    port: i64,
}

fn unlimited() -> i64 {
    -1
}

#[derive(Debug, Deserialize)]
struct TopologyAnswer {
    auto_allocated_topology: Topology,
}

/// A network with a subnet, and a router that leads out.
#[derive(Debug, Deserialize)]
struct Topology {
    /// The network's.
    id: Uuid,
}

#[derive(Debug, Deserialize)]
struct Counted {}

#[derive(Debug, Deserialize)]
struct Range {
    cidr: Cidr,
}

/// Whoever has an address.
#[derive(Debug, Deserialize)]
struct Holder {
    device_id: String,
}

impl Neutron {
    pub(super) async fn named_networks(
        &self,
        context: &RequestContext,
        ids: &[Uuid],
    ) -> Result<Vec<Network>, Error> {
        let caller = Caller::User(context);
        let found: Vec<shown::Network> = self
            .list_by(caller, "networks", "id", ids.iter().copied(), &[])
            .await?;
        let mut found = shown::by_id(found, |network| network.id);
        let in_order = ids.iter().filter_map(|id| found.remove(id));
        Ok(in_order.map(Network::from).collect())
    }

    /// The project's own, then the shared ones.
    pub(super) async fn available_networks(&self, context: &RequestContext) -> Result<Vec<Network>, Error> {
        let caller = Caller::User(context);
        let own = [
            ("tenant_id", context.project_id.to_string()),
            ("shared", "False".to_owned()),
        ];
        let shared = [("shared", "True".to_owned())];
        let (own, shared): (Vec<shown::Network>, Vec<shown::Network>) = tokio::try_join!(
            self.list(caller, "networks", &own, &[]),
            self.list(caller, "networks", &shared, &[]),
        )?;
        Ok(own.into_iter().chain(shared).map(Network::from).collect())
    }

    /// Neutron says first whether there is all that it needs: half of a topology would be the project's only network then.
    pub(super) async fn topology(&self, context: &RequestContext) -> Result<Option<Network>, Error> {
        if !self.has_extension("auto-allocated-topology").await? {
            return Ok(None);
        }
        let caller = Caller::User(context);
        let path = format!("auto-allocated-topology/{}", context.project_id);
        let trial = vec![("fields".to_owned(), "dry-run".to_owned())];
        let trial = self.send(caller, &Call::get(path.as_str(), trial)).await;
        match trial {
            Ok(_) => {}
            Err(Error::Conflict(lacking)) => {
                tracing::info!(project.id = %context.project_id, lacking, "Neutron cannot make a network by itself");
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let call = Call::get(path, Vec::new());
        let id = match self.ask::<TopologyAnswer>(caller, &call).await {
            Err(Error::Conflict(_)) => return Ok(None),
            made => made?.auto_allocated_topology.id,
        };
        Ok(self.named_networks(context, &[id]).await?.pop())
    }

    pub(super) async fn offered_port(&self, context: &RequestContext, id: Uuid) -> Result<Port, Error> {
        let call = Call::get(format!("ports/{id}"), Vec::new());
        let answer: shown::PortAnswer = self.ask(Caller::User(context), &call).await?;
        Ok(answer.port.into())
    }

    pub(super) async fn offered_groups(&self, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
        let caller = Caller::User(context);
        let fields = ["id", "name", "description", "project_id"];
        let own = [("tenant_id", context.project_id.to_string())];
        let own: Vec<shown::Group> = self.list(caller, "security-groups", &own, &fields).await?;
        let mut groups: Vec<SecurityGroup> = own.into_iter().map(SecurityGroup::from).collect();
        if self.has_extension("security-groups-shared-filtering").await? {
            let shared = [("shared", "True".to_owned())];
            let shared: Vec<shown::Group> = self.list(caller, "security-groups", &shared, &fields).await?;
            let shared = shared.into_iter().map(SecurityGroup::from);
            // A name means the project's own group, if there is one: others have a `default` too.
            let new: Vec<_> = shared
                .filter(|group| groups.iter().all(|own| own.name != group.name))
                .collect();
            groups.extend(new);
        }
        Ok(groups)
    }

    pub(super) async fn offered_address(
        &self,
        context: &RequestContext,
        network: Uuid,
        address: IpAddr,
    ) -> Result<(), Error> {
        let caller = Caller::User(context);
        let here = [("network_id", network.to_string())];
        let holder = [here[0].clone(), ("fixed_ips", format!("ip_address={address}"))];
        let (subnets, holders): (Vec<Range>, Vec<Holder>) = tokio::try_join!(
            self.list(caller, "subnets", &here, &["cidr"]),
            self.list(caller, "ports", &holder, &["device_id"]),
        )?;
        if let Some(holder) = holders.first() {
            return Err(Error::Conflict(format!(
                "Fixed IP address {address} is already in use on instance {}.",
                holder.device_id
            )));
        }
        match subnets.iter().any(|subnet| subnet.cidr.contains(address)) {
            true => Ok(()),
            false => Err(Error::Invalid(format!(
                "Fixed IP {address} is not a valid ip address for network {network}."
            ))),
        }
    }

    pub(super) async fn port_quota_left(&self, context: &RequestContext) -> Result<Option<u64>, Error> {
        let caller = Caller::User(context);
        let call = Call::get(format!("quotas/{}", context.project_id), Vec::new());
        let answer: QuotaAnswer = self.ask(caller, &call).await?;
        let Ok(limit) = u64::try_from(answer.quota.port) else {
            return Ok(None);
        };
        let own = [("tenant_id", context.project_id.to_string())];
        let ports: Vec<Counted> = self.list(caller, "ports", &own, &["id"]).await?;
        Ok(Some(limit.saturating_sub(ports.len() as u64)))
    }
}
