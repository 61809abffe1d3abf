//! The quotas that administrators set: for all projects, for one, for a user in one.

use std::collections::BTreeMap;

use super::core::{Compute, Core};
use super::{quota, server_groups};
use crate::compute::{Error, Quotas};
use crate::objects::{ProjectId, QuotaOwner, QuotaResource, QuotaSet, ServerGroup, UserId};

/// A limit, `-1` for none, and what is taken of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaDetail {
    pub limit: i64,
    pub in_use: u64,
}

type Limits = BTreeMap<QuotaResource, i64>;

/// The class that holds for all.
const DEFAULT: &str = "default";

impl Compute {
    /// What a project has that nobody set limits for.
    pub async fn default_quotas(&self) -> Result<Limits, Error> {
        self.core.default_limits().await
    }

    pub async fn class_quotas(&self, class: &str) -> Result<Limits, Error> {
        let mut limits = self.core.default_limits().await?;
        limits.extend(self.core.set_limits(QuotaOwner::Class(class.to_owned())).await?);
        Ok(limits)
    }

    pub async fn set_class_quotas(&self, class: &str, limits: Limits) -> Result<Limits, Error> {
        let _alone = self.core.claims.lock().await;
        self.core.set(QuotaOwner::Class(class.to_owned()), limits).await?;
        self.class_quotas(class).await
    }

    /// Of a project, or of a user in it, with what is in use.
    pub async fn quotas(
        &self,
        project: &ProjectId,
        user: Option<&UserId>,
    ) -> Result<BTreeMap<QuotaResource, QuotaDetail>, Error> {
        let limits = self.core.limits(project, user).await?;
        let used = self.core.used(project, user).await?;
        let detail = |(resource, limit)| {
            let in_use = used.get(&resource).copied().unwrap_or(0);
            (resource, QuotaDetail { limit, in_use })
        };
        Ok(limits.into_iter().map(detail).collect())
    }

    /// Limits below what is taken, or of a user above what the project has left, are only set by force.
    pub async fn set_quotas(
        &self,
        project: &ProjectId,
        user: Option<&UserId>,
        limits: Limits,
        force: bool,
    ) -> Result<(), Error> {
        let core = &self.core;
        let _alone = core.claims.lock().await;
        if !force {
            let used = core.used(project, user).await?;
            for (resource, limit) in &limits {
                let bounds = core.bounds(project, user, *resource, &used).await?;
                bounds.check(*resource, *limit)?;
            }
        }
        core.set(owner(project, user), limits).await
    }

    /// The defaults hold again: for the user, or for the project and all its users.
    pub async fn delete_quotas(&self, project: &ProjectId, user: Option<&UserId>) -> Result<(), Error> {
        let records = &self.core.records;
        let _alone = self.core.claims.lock().await;
        let sets: Vec<QuotaSet> = records.all_kept().await?;
        for set in sets {
            let meant = match (&set.owner, user) {
                (QuotaOwner::User(of, who), Some(user)) => of == project && who == user,
                (QuotaOwner::User(of, _) | QuotaOwner::Project(of), None) => of == project,
                _ => false,
            };
            if meant {
                records.drop_kept::<QuotaSet>(&set.owner.to_string()).await?;
            }
        }
        Ok(())
    }
}

fn owner(project: &ProjectId, user: Option<&UserId>) -> QuotaOwner {
    match user {
        Some(user) => QuotaOwner::User(project.clone(), user.clone()),
        None => QuotaOwner::Project(project.clone()),
    }
}

/// Between what a limit may be set.
struct Bounds {
    least: i64,
    /// `None` where only the sky is.
    most: Option<i64>,
}

impl Bounds {
    fn check(&self, resource: QuotaResource, limit: i64) -> Result<(), Error> {
        let name = resource.as_str();
        if limit != -1 && limit < self.least {
            return Err(Error::Invalid(format!(
                "Quota limit {limit} for {name} must be greater than or equal to already used and reserved {}.",
                self.least
            )));
        }
        match self.most {
            Some(most) if limit == -1 || limit > most => Err(Error::Invalid(format!(
                "Quota limit {limit} for {name} must be less than or equal to {most}."
            ))),
            _ => Ok(()),
        }
    }
}

impl Core {
    /// What counts for the next request of the project, or of the user in it.
    pub(super) async fn quotas(&self, project: &ProjectId, user: Option<&UserId>) -> Result<Quotas, Error> {
        let limits = self.limits(project, user).await?;
        let limit = |resource| limits.get(&resource).and_then(|limit| u64::try_from(*limit).ok());
        Ok(Quotas {
            instances: limit(QuotaResource::Instances),
            cores: limit(QuotaResource::Cores),
            ram_mb: limit(QuotaResource::Ram),
            metadata_items: limit(QuotaResource::MetadataItems),
            key_pairs: limit(QuotaResource::KeyPairs),
            server_groups: limit(QuotaResource::ServerGroups),
            server_group_members: limit(QuotaResource::ServerGroupMembers),
        })
    }

    pub(super) async fn limits(&self, project: &ProjectId, user: Option<&UserId>) -> Result<Limits, Error> {
        let mut limits = self.default_limits().await?;
        limits.extend(self.set_limits(owner(project, None)).await?);
        if user.is_some() {
            limits.extend(self.set_limits(owner(project, user)).await?);
        }
        Ok(limits)
    }

    async fn default_limits(&self) -> Result<Limits, Error> {
        let mut limits = configured(&self.settings.quotas);
        limits.extend(self.set_limits(QuotaOwner::Class(DEFAULT.to_owned())).await?);
        Ok(limits)
    }

    async fn set_limits(&self, owner: QuotaOwner) -> Result<Limits, Error> {
        let set: Option<QuotaSet> = self.records.kept(&owner.to_string()).await?;
        Ok(set.map(|set| set.limits).unwrap_or_default())
    }

    async fn set(&self, owner: QuotaOwner, new: Limits) -> Result<(), Error> {
        let mut limits = self.set_limits(owner.clone()).await?;
        limits.extend(new);
        Ok(self.records.keep(&QuotaSet { owner, limits }).await?)
    }

    /// Of what is counted here. Keys are a user's wherever they are, and members a group's: nobody's are counted here.
    pub(super) async fn used(
        &self,
        project: &ProjectId,
        user: Option<&UserId>,
    ) -> Result<BTreeMap<QuotaResource, u64>, Error> {
        let usage = quota::usage(&self.records.instances().await?, project, user);
        let groups: Vec<ServerGroup> = self.records.all_kept().await?;
        let groups = server_groups::count(&groups, project, user);
        Ok(BTreeMap::from([
            (QuotaResource::Instances, usage.instances),
            (QuotaResource::Cores, usage.cores),
            (QuotaResource::Ram, usage.ram_mb),
            (QuotaResource::ServerGroups, groups),
        ]))
    }

    /// A project's limit is at least what it uses and what its users were promised; a user's at most what is left of the
    /// project's.
    async fn bounds(
        &self,
        project: &ProjectId,
        user: Option<&UserId>,
        resource: QuotaResource,
        used: &BTreeMap<QuotaResource, u64>,
    ) -> Result<Bounds, Error> {
        let in_use = used
            .get(&resource)
            .map_or(0, |used| i64::try_from(*used).unwrap_or(i64::MAX));
        let sets: Vec<QuotaSet> = self.records.all_kept().await?;
        let (mut promised, mut own) = (0, 0);
        for set in &sets {
            let QuotaOwner::User(of, who) = &set.owner else {
                continue;
            };
            let limit = set.limits.get(&resource).copied().unwrap_or(0).max(0);
            promised += if of == project { limit } else { 0 };
            own += if of == project && Some(who) == user {
                limit
            } else {
                0
            };
        }
        let all = self
            .limits(project, None)
            .await?
            .get(&resource)
            .copied()
            .unwrap_or(-1);
        Ok(match user {
            None => Bounds {
                least: in_use.max(promised),
                most: None,
            },
            Some(_) => Bounds {
                least: in_use,
                most: (all >= 0).then_some(all - promised + own),
            },
        })
    }
}

/// What `nova.conf` says. Files are injected into no server, and addresses and groups are the network service's to count.
fn configured(quotas: &Quotas) -> Limits {
    let limit = |quota: Option<u64>| quota.and_then(|quota| i64::try_from(quota).ok()).unwrap_or(-1);
    let of = |resource: &QuotaResource| match resource {
        QuotaResource::Instances => limit(quotas.instances),
        QuotaResource::Cores => limit(quotas.cores),
        QuotaResource::Ram => limit(quotas.ram_mb),
        QuotaResource::MetadataItems => limit(quotas.metadata_items),
        QuotaResource::KeyPairs => limit(quotas.key_pairs),
        QuotaResource::ServerGroups => limit(quotas.server_groups),
        QuotaResource::ServerGroupMembers => limit(quotas.server_group_members),
        QuotaResource::InjectedFiles
        | QuotaResource::InjectedFileContentBytes
        | QuotaResource::InjectedFilePathBytes => 0,
        QuotaResource::FixedIps
        | QuotaResource::FloatingIps
        | QuotaResource::SecurityGroups
        | QuotaResource::SecurityGroupRules => -1,
    };
    QuotaResource::ALL
        .iter()
        .map(|resource| (*resource, of(resource)))
        .collect()
}
