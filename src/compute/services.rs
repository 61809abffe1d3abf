//! The compute service of this host: whether it is up, and whether new servers may come.

use jiff::Timestamp;

use super::core::{Compute, Core};
use crate::compute::Error;
use crate::objects::{Aggregate, ComputeService, InstanceId};

/// The service, and what is seen of it at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub record: ComputeService,
    pub zone: String,
    pub is_up: bool,
    pub updated_at: Timestamp,
}

/// What is to change; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceChange {
    /// With the reason, if there is one.
    pub disabled: Option<(bool, Option<String>)>,
    pub forced_down: Option<bool>,
}

impl Compute {
    /// There is one, unless an administrator deleted it: then it comes back with the next start.
    pub async fn services(&self) -> Result<Vec<Service>, Error> {
        let mut services = Vec::new();
        if let Some(record) = self.core.service().await? {
            services.push(self.core.seen(record).await?);
        }
        Ok(services)
    }

    pub async fn change_service(&self, host: &str, change: ServiceChange) -> Result<Service, Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        let unmapped = || Error::NotFound(format!("Host '{host}' is not mapped to any cell"));
        let service = core.service().await?.filter(|service| service.host == host);
        let mut service = service.ok_or_else(unmapped)?;
        if let Some((disabled, reason)) = change.disabled {
            service.disabled = disabled;
            service.disabled_reason = reason;
        }
        service.forced_down = change.forced_down.unwrap_or(service.forced_down);
        core.records.keep(&service).await?;
        core.seen(service).await
    }

    /// Not while it has servers. Its host leaves all aggregates.
    pub async fn delete_service(&self, host: &str) -> Result<(), Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        if !core.servers_on(host).await?.is_empty() {
            return Err(Error::Conflict(
                "Unable to delete compute service that is hosting instances. Migrate or delete the instances first."
                    .to_owned(),
            ));
        }
        for mut aggregate in core.records.all_kept::<Aggregate>().await? {
            if aggregate.hosts.remove(host) {
                core.records.keep(&aggregate).await?;
            }
        }
        core.records.drop_kept::<ComputeService>(host).await?;
        Ok(())
    }
}

impl Core {
    /// A host that starts is known from then on, as it was left.
    pub(super) async fn register_service(&self) -> Result<(), Error> {
        if self.service().await?.is_some() {
            return Ok(());
        }
        let service = ComputeService {
            host: self.settings.host.clone(),
            uuid: self.world.uuid(),
            node: self.world.uuid(),
            disabled: false,
            disabled_reason: None,
            forced_down: false,
            created_at: self.now(),
        };
        Ok(self.records.keep(&service).await?)
    }

    pub(super) async fn service(&self) -> Result<Option<ComputeService>, Error> {
        Ok(self.records.kept(&self.settings.host).await?)
    }

    pub(super) async fn seen(&self, record: ComputeService) -> Result<Service, Error> {
        Ok(Service {
            zone: self.zone().await?,
            is_up: self.engine.is_present() && !record.forced_down,
            updated_at: self.now(),
            record,
        })
    }

    /// Why no new server may come to this host, for a person.
    pub(super) async fn service_refusal(&self) -> Result<Option<String>, Error> {
        let host = &self.settings.host;
        let reason = match self.service().await? {
            None => format!("the compute service of {host} was deleted"),
            Some(service) if service.disabled => match &service.disabled_reason {
                Some(reason) => format!("{host} is disabled ({reason})"),
                None => format!("{host} is disabled"),
            },
            Some(service) if service.forced_down => format!("{host} is forced down"),
            Some(_) => return Ok(None),
        };
        Ok(Some(format!("There are not enough hosts available: {reason}.")))
    }

    pub(super) async fn servers_on(&self, host: &str) -> Result<Vec<InstanceId>, Error> {
        let instances = self.records.instances().await?;
        let there = instances
            .iter()
            .filter(|instance| instance.host.as_deref() == Some(host));
        Ok(there.map(|instance| instance.id).collect())
    }
}
