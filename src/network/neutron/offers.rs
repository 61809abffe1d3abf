//! What a caller may use: networks, ports, security groups, and how many more ports.

use serde::Deserialize;
use uuid::Uuid;

use super::calls::{Call, Caller};
use super::{Neutron, shown};
use crate::network::{Error, Network, Port, SecurityGroup};
use crate::objects::RequestContext;

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
struct Counted {}

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

    pub(super) async fn offered_port(&self, context: &RequestContext, id: Uuid) -> Result<Port, Error> {
        let call = Call::get(format!("ports/{id}"), Vec::new());
        let answer: shown::PortAnswer = self.ask(Caller::User(context), &call).await?;
        Ok(answer.port.into())
    }

    pub(super) async fn offered_groups(&self, context: &RequestContext) -> Result<Vec<SecurityGroup>, Error> {
        let own = [("tenant_id", context.project_id.to_string())];
        let fields = ["id", "name", "description", "project_id"];
        let groups: Vec<shown::Group> = self
            .list(Caller::User(context), "security-groups", &own, &fields)
            .await?;
        Ok(groups.into_iter().map(SecurityGroup::from).collect())
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
