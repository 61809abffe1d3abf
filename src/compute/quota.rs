//! How much a project may have, and the words when that is not enough; pure.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::compute::{Error, Quotas};
use crate::objects::{Flavor, Instance, ProjectId, UserId, VmState};

/// What a project has, without the servers that wait for their end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) instances: u64,
    pub(super) cores: u64,
    pub(super) ram_mb: u64,
}

/// Of a project, or of one user in it. Who waits for the end takes no room.
pub(super) fn usage(instances: &[Arc<Instance>], project: &ProjectId, user: Option<&UserId>) -> Usage {
    let counted = |instance: &&Arc<Instance>| {
        instance.project_id == *project
            && instance.vm_state != VmState::SoftDeleted
            && user.is_none_or(|user| instance.user_id == *user)
    };
    let mut usage = Usage::default();
    for instance in instances.iter().filter(counted) {
        usage.instances += 1;
        usage.cores += u64::from(instance.flavor.vcpus);
        usage.ram_mb += instance.flavor.memory_mb;
    }
    usage
}

struct Resource {
    name: &'static str,
    limit: Option<u64>,
    used: u64,
    each: u64,
}

impl Resource {
    /// How many more servers there is room for.
    fn room(&self) -> Option<u64> {
        let free = self.limit?.saturating_sub(self.used);
        (self.each > 0).then(|| free / self.each)
    }
}

/// How many of the servers may be had: at most the end of the range, and an error below its start.
pub(super) fn check_servers(
    quotas: &Quotas,
    used: &Usage,
    flavor: &Flavor,
    count: RangeInclusive<u32>,
) -> Result<u32, Error> {
    let resources = [
        Resource {
            name: "cores",
            limit: quotas.cores,
            used: used.cores,
            each: flavor.vcpus.into(),
        },
        Resource {
            name: "instances",
            limit: quotas.instances,
            used: used.instances,
            each: 1,
        },
        Resource {
            name: "ram",
            limit: quotas.ram_mb,
            used: used.ram_mb,
            each: flavor.memory_mb,
        },
    ];
    let wanted = u64::from(*count.end());
    let room = resources
        .iter()
        .filter_map(Resource::room)
        .min()
        .unwrap_or(wanted)
        .min(wanted);
    if room >= u64::from(*count.start()) {
        return Ok(u32::try_from(room).unwrap_or_else(|_| *count.end()));
    }
    let over: Vec<&Resource> = resources
        .iter()
        .filter(|r| r.room().is_some_and(|room| room < wanted))
        .collect();
    Err(Error::OverQuota {
        message: too_many(&over, &count),
    })
}

fn too_many(over: &[&Resource], count: &RangeInclusive<u32>) -> String {
    let joined = |words: Vec<String>| words.join(", ");
    let requested = |r: &&Resource| match (r.name, count.start() == count.end()) {
        ("instances", false) => format!("{}-{}", count.start(), count.end()),
        _ => (u64::from(*count.end()) * r.each).to_string(),
    };
    let names = joined(over.iter().map(|r| r.name.to_owned()).collect());
    let requested = joined(over.iter().map(requested).collect());
    let used = joined(over.iter().map(|r| r.used.to_string()).collect());
    let allowed = joined(
        over.iter()
            .filter_map(|r| r.limit)
            .map(|limit| limit.to_string())
            .collect(),
    );
    format!("Quota exceeded for {names}: Requested {requested}, but already used {used} of {allowed} {names}")
}

/// Whether a project has room for what one of its servers is to have more.
pub(super) fn check_growth(quotas: &Quotas, used: &Usage, old: &Flavor, new: &Flavor) -> Result<(), Error> {
    let more = [
        Resource {
            name: "cores",
            limit: quotas.cores,
            used: used.cores,
            each: new.vcpus.saturating_sub(old.vcpus).into(),
        },
        Resource {
            name: "ram",
            limit: quotas.ram_mb,
            used: used.ram_mb,
            each: new.memory_mb.saturating_sub(old.memory_mb),
        },
    ];
    let over: Vec<&Resource> = more.iter().filter(|r| r.room() == Some(0)).collect();
    match over.is_empty() {
        true => Ok(()),
        false => Err(Error::OverQuota {
            message: too_many(&over, &(1..=1)),
        }),
    }
}

pub(super) fn check_metadata(quotas: &Quotas, items: usize) -> Result<(), Error> {
    match quotas.metadata_items {
        Some(allowed) if items as u64 > allowed => Err(Error::OverQuota {
            message: format!("Maximum number of metadata items exceeds {allowed}"),
        }),
        _ => Ok(()),
    }
}

pub(super) fn check_server_groups(quotas: &Quotas, have: u64) -> Result<(), Error> {
    match quotas.server_groups {
        Some(allowed) if have >= allowed => Err(Error::OverQuota {
            message: "Quota exceeded, too many server groups.".to_owned(),
        }),
        _ => Ok(()),
    }
}

pub(super) fn check_group_members(quotas: &Quotas, have: usize, more: u32) -> Result<(), Error> {
    match quotas.server_group_members {
        Some(allowed) if have as u64 + u64::from(more) > allowed => Err(Error::OverQuota {
            message: "Quota exceeded, too many servers in group".to_owned(),
        }),
        _ => Ok(()),
    }
}

pub(super) fn check_keypairs(quotas: &Quotas, have: usize) -> Result<(), Error> {
    match quotas.key_pairs {
        Some(allowed) if have as u64 >= allowed => Err(Error::OverQuota {
            message: "Quota exceeded, too many key pairs.".to_owned(),
        }),
        _ => Ok(()),
    }
}
