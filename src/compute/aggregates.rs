//! Host aggregates, and the availability zones that their metadata makes.

use std::collections::{BTreeMap, BTreeSet};

use super::core::{Compute, Core};
use crate::compute::Error;
use crate::objects::Aggregate;

/// What of an aggregate is to change; a metadata value of `None` takes the key away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AggregateChange {
    pub name: Option<String>,
    pub metadata: BTreeMap<String, Option<String>>,
}

/// How refusals call what was tried.
const ADD: &str = "add host to";
const REMOVE: &str = "remove host from";

/// Where the last number that was given out is kept.
const NUMBERS: (&str, &str) = ("last_number", "aggregate");

impl Compute {
    pub async fn aggregates(&self) -> Result<Vec<Aggregate>, Error> {
        Ok(self.core.records.all_kept().await?)
    }

    pub async fn aggregate(&self, id: i64) -> Result<Aggregate, Error> {
        self.core.aggregate(id).await
    }

    pub async fn create_aggregate(&self, name: String, zone: Option<String>) -> Result<Aggregate, Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        core.check_name(&name, None).await?;
        let zone = zone.map(|zone| (Aggregate::ZONE.to_owned(), zone));
        let aggregate = Aggregate {
            id: core.next_aggregate().await?,
            uuid: core.world.uuid(),
            name,
            hosts: BTreeSet::new(),
            metadata: zone.into_iter().collect(),
            created_at: core.now(),
            updated_at: None,
        };
        core.records.keep(&aggregate).await?;
        Ok(aggregate)
    }

    /// `what` is how a refusal calls it: `aggregate`, `metadata of aggregate`.
    pub async fn change_aggregate(
        &self,
        id: i64,
        what: &str,
        change: AggregateChange,
    ) -> Result<Aggregate, Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        let mut aggregate = core.aggregate(id).await?;
        if let Some(name) = change.name {
            core.check_name(&name, Some(id)).await?;
            aggregate.name = name;
        }
        if let Some(zone) = change.metadata.get(Aggregate::ZONE) {
            let refusal = core.zone_refusal(&aggregate, zone.as_deref()).await?;
            if let Some(reason) = refusal {
                let words = format!("Cannot update {what} {id}. Reason: {reason}.");
                return Err(Error::Invalid(words));
            }
        }
        for (key, value) in change.metadata {
            match value {
                Some(value) => aggregate.metadata.insert(key, value),
                None => aggregate.metadata.remove(&key),
            };
        }
        aggregate.updated_at = Some(core.now());
        core.records.keep(&aggregate).await?;
        Ok(aggregate)
    }

    pub async fn delete_aggregate(&self, id: i64) -> Result<(), Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        let aggregate = core.aggregate(id).await?;
        if !aggregate.hosts.is_empty() {
            return Err(Error::Invalid(cannot(REMOVE, id, "Host aggregate is not empty")));
        }
        core.records.drop_kept::<Aggregate>(&key(id)).await?;
        Ok(())
    }

    /// Not when the host's servers would find themselves in another zone.
    pub async fn add_host(&self, id: i64, host: &str) -> Result<Aggregate, Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        core.check_is_host(host).await?;
        let mut aggregate = core.aggregate(id).await?;
        let others = core.zones_of(host, None).await?;
        if let Some(zone) = aggregate.zone() {
            if let Some(other) = others.iter().find(|other| *other != zone) {
                let reason = format!("One or more hosts already in availability zone(s) ['{other}']");
                return Err(Error::Conflict(cannot(ADD, id, &reason)));
            }
            core.check_nobody_moves(ADD, &aggregate, host, others.first(), Some(zone))
                .await?;
        }
        if !aggregate.hosts.insert(host.to_owned()) {
            return Err(Error::Conflict(format!(
                "Aggregate {id} already has host {host}."
            )));
        }
        aggregate.updated_at = Some(core.now());
        core.records.keep(&aggregate).await?;
        Ok(aggregate)
    }

    pub async fn remove_host(&self, id: i64, host: &str) -> Result<Aggregate, Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        let mut aggregate = core.aggregate(id).await?;
        if !aggregate.hosts.contains(host) {
            return Err(Error::NotFound(format!("Aggregate {id} has no host {host}.")));
        }
        if let Some(zone) = aggregate.zone() {
            let others = core.zones_of(host, Some(id)).await?;
            core.check_nobody_moves(REMOVE, &aggregate, host, Some(zone), others.first())
                .await?;
        }
        aggregate.hosts.remove(host);
        aggregate.updated_at = Some(core.now());
        core.records.keep(&aggregate).await?;
        Ok(aggregate)
    }
}

impl Core {
    async fn aggregate(&self, id: i64) -> Result<Aggregate, Error> {
        let found = self.records.kept(&key(id)).await?;
        found.ok_or_else(|| Error::NotFound(format!("Aggregate {id} could not be found.")))
    }

    async fn check_name(&self, name: &str, but: Option<i64>) -> Result<(), Error> {
        let aggregates: Vec<Aggregate> = self.records.all_kept().await?;
        let taken = aggregates
            .iter()
            .any(|aggregate| aggregate.name == name && Some(aggregate.id) != but);
        match taken {
            true => Err(Error::Conflict(format!("Aggregate {name} already exists."))),
            false => Ok(()),
        }
    }

    async fn next_aggregate(&self) -> Result<i64, Error> {
        let (kind, key) = NUMBERS;
        let last = self.records.entry(kind, key).await?;
        let next = last.and_then(|last| last.parse::<i64>().ok()).unwrap_or(0) + 1;
        self.records.put_entry(kind, key, &next.to_string()).await?;
        Ok(next)
    }

    async fn check_is_host(&self, host: &str) -> Result<(), Error> {
        match self.service().await? {
            Some(service) if service.host == host => Ok(()),
            _ => Err(Error::NotFound(format!(
                "Compute host {host} could not be found."
            ))),
        }
    }

    /// The zone that this host is in.
    pub(super) async fn zone(&self) -> Result<String, Error> {
        let zones = self.zones_of(&self.settings.host, None).await?;
        let first = zones.into_iter().next();
        Ok(first.unwrap_or_else(|| self.settings.availability_zone.clone()))
    }

    /// Of the aggregates that the host is in, but one.
    async fn zones_of(&self, host: &str, but: Option<i64>) -> Result<Vec<String>, Error> {
        let aggregates: Vec<Aggregate> = self.records.all_kept().await?;
        let its = aggregates
            .iter()
            .filter(|aggregate| aggregate.hosts.contains(host) && Some(aggregate.id) != but);
        Ok(its.filter_map(|aggregate| aggregate.zone().cloned()).collect())
    }

    /// Why the aggregate cannot have the zone.
    async fn zone_refusal(&self, aggregate: &Aggregate, zone: Option<&str>) -> Result<Option<String>, Error> {
        let Some(zone) = zone.filter(|zone| !zone.is_empty()) else {
            let name = &aggregate.name;
            return Ok(Some(format!(
                "Aggregate {name} does not support empty named availability zone"
            )));
        };
        let changes = aggregate.zone().is_none_or(|before| before != zone);
        for host in &aggregate.hosts {
            let others = self.zones_of(host, Some(aggregate.id)).await?;
            if let Some(other) = others.iter().find(|other| *other != zone) {
                let words = format!("One or more hosts already in availability zone(s) ['{other}']");
                return Ok(Some(words));
            }
            if changes && !self.servers_on(host).await?.is_empty() {
                return Ok(Some(
                    "One or more hosts contain instances in this zone".to_owned(),
                ));
            }
        }
        Ok(None)
    }

    async fn check_nobody_moves(
        &self,
        verb: &str,
        aggregate: &Aggregate,
        host: &str,
        before: Option<&String>,
        after: Option<&String>,
    ) -> Result<(), Error> {
        let count = self.servers_on(host).await?.len();
        if count == 0 || before == after {
            return Ok(());
        }
        let done = if verb == ADD { "added to" } else { "removed from" };
        let named = |zone: Option<&String>| zone.map_or("None", String::as_str).to_owned();
        let reason = format!(
            "The host cannot be {done} the aggregate as the availability zone of the host would change from '{}' to \
             '{}' but the host already has {count} instance(s). Changing the AZ of an existing instance is not \
             supported by this action. Move the instances away from this host then try again. If you need to move \
             the instances between AZs then you can use shelve_offload and unshelve to achieve this.",
            named(before),
            named(after)
        );
        Err(Error::Conflict(cannot(verb, aggregate.id, &reason)))
    }
}

fn cannot(verb: &str, id: i64, reason: &str) -> String {
    format!("Cannot {verb} aggregate {id}. Reason: {reason}.")
}

/// Sorted as numbers are.
fn key(id: i64) -> String {
    format!("{id:020}")
}
