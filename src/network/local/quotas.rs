//! How much of everything a project may have.

use std::collections::BTreeMap;

use super::error::Error;
use super::records::{
    FloatingIp, Network, Port, QuotaSet, Router, SecurityGroup, SecurityGroupRule, Subnet, SubnetPool,
};
use super::rights::Resource;
use super::state::State;
use crate::objects::ProjectId;

/// Neutron's own limits; -1 is none.
pub const DEFAULTS: [(&str, i64); 8] = [
    (Network::NAME, 100),
    (Subnet::NAME, 100),
    (SubnetPool::NAME, -1),
    (Port::NAME, 500),
    (Router::NAME, 10),
    (FloatingIp::NAME, 50),
    (SecurityGroup::NAME, 10),
    (SecurityGroupRule::NAME, 100),
];

/// A limit, and how much of it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    pub resource: &'static str,
    pub limit: i64,
    pub used: u64,
}

/// In the order of [`DEFAULTS`].
pub fn of(state: &State, project: &ProjectId) -> Vec<Usage> {
    let own = state.quotas.get(project);
    let limit = |name: &str, default| {
        own.and_then(|own| own.limits.get(name).copied())
            .unwrap_or(default)
    };
    DEFAULTS
        .iter()
        .map(|(resource, default)| Usage {
            resource,
            limit: limit(resource, *default),
            used: used(state, resource, project),
        })
        .collect()
}

/// How many more there may be; none is no limit.
pub fn left<T: Resource>(state: &State, project: &ProjectId) -> Option<u64> {
    let usage = of(state, project)
        .into_iter()
        .find(|usage| usage.resource == T::NAME)?;
    let limit = u64::try_from(usage.limit).ok()?;
    Some(limit.saturating_sub(usage.used))
}

pub(super) fn check<T: Resource>(state: &State, project: &ProjectId) -> Result<(), Error> {
    match left::<T>(state, project) {
        Some(0) => Err(Error::over_quota(T::NAME)),
        _ => Ok(()),
    }
}

/// Limits that are not named stay.
pub fn set(state: &mut State, project: &ProjectId, limits: BTreeMap<String, i64>) {
    let mut all = state
        .quotas
        .get(project)
        .map(|own| own.limits.clone())
        .unwrap_or_default();
    all.extend(limits);
    state.quotas.put(QuotaSet {
        project_id: project.clone(),
        limits: all,
    });
}

/// Back to the usual limits.
pub fn reset(state: &mut State, project: &ProjectId) {
    state.quotas.remove(project);
}

fn used(state: &State, resource: &str, project: &ProjectId) -> u64 {
    match resource {
        Network::NAME => count::<Network>(state, project),
        Subnet::NAME => count::<Subnet>(state, project),
        SubnetPool::NAME => count::<SubnetPool>(state, project),
        Port::NAME => count::<Port>(state, project),
        Router::NAME => count::<Router>(state, project),
        FloatingIp::NAME => count::<FloatingIp>(state, project),
        SecurityGroup::NAME => count::<SecurityGroup>(state, project),
        SecurityGroupRule::NAME => count::<SecurityGroupRule>(state, project),
        _ => 0,
    }
}

fn count<T: Resource>(state: &State, project: &ProjectId) -> u64 {
    let own = T::table(state)
        .values()
        .filter(|record| record.standard().project_id == *project);
    own.count() as u64
}
