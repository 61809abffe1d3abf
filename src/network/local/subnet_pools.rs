//! Subnet pools: ranges out of which subnets are cut.

use serde::Deserialize;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::ranges::{compact, free_range, holds, overlap, version, width};
use super::records::{AddressScope, Standard, SubnetPool};
use super::state::State;
use super::subnets::said;
use crate::objects::{Cidr, ProjectId};

/// What a client says of a pool; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub prefixes: Option<Vec<Cidr>>,
    #[serde(deserialize_with = "said")]
    pub default_quota: Option<Option<u64>>,
    pub default_prefixlen: Option<u8>,
    pub min_prefixlen: Option<u8>,
    pub max_prefixlen: Option<u8>,
    pub shared: Option<bool>,
    pub is_default: Option<bool>,
    #[serde(deserialize_with = "said")]
    pub address_scope_id: Option<Option<Uuid>>,
}

/// What a subnet wants of its pool: this range, or any of a size, or any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) version: u8,
    pub(super) cidr: Option<Cidr>,
    pub(super) prefixlen: Option<u8>,
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    edit.claim::<SubnetPool>(&project)?;
    let prefixes = wanted.prefixes.clone().unwrap_or_default();
    let ip_version = one_version(&prefixes)?;
    let (least, most) = if ip_version == 4 { (8, 32) } else { (64, 128) };
    let min_prefixlen = wanted.min_prefixlen.unwrap_or(least);
    let mut pool = SubnetPool {
        standard: Standard::new(edit.uuid(), project),
        name: String::new(),
        ip_version,
        prefixes: Vec::new(),
        default_quota: None,
        default_prefixlen: min_prefixlen,
        min_prefixlen,
        max_prefixlen: most,
        shared: wanted.shared.unwrap_or(false),
        is_default: false,
        address_scope_id: None,
    };
    apply(&mut pool, wanted);
    check(edit, &pool)?;
    let id = pool.standard.id;
    edit.state.subnet_pools.put(pool);
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let before = edit.own::<SubnetPool>("update", id)?.clone();
    let mut after = before.clone();
    apply(&mut after, wanted);
    let kept = |old: &Cidr| after.prefixes.iter().any(|new| holds(new, old));
    if !before.prefixes.iter().all(kept) {
        let message = "Illegal subnetpool update : Existing prefixes must be a subset of the new prefixes.";
        return Err(Error::invalid("IllegalSubnetPoolUpdate", message));
    }
    check(edit, &after)?;
    edit.state.subnet_pools.put(after);
    Ok(())
}

pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    edit.own::<SubnetPool>("delete", id)?;
    let mut subnets = edit.state.subnets.values();
    if subnets.any(|subnet| subnet.subnetpool_id == Some(id)) {
        let message = "Unable to delete subnet pool: Subnet pool has existing allocations.";
        return Err(Error::invalid("SubnetPoolDeleteError", message));
    }
    edit.state.subnet_pools.remove(&id);
    Ok(())
}

/// The one that is meant when none is named.
pub(super) fn default(edit: &Edit<'_>, version: u8) -> Result<Uuid, Error> {
    let mut pools = edit.state.subnet_pools.values();
    let found = pools.find(|pool| pool.is_default && pool.ip_version == version);
    found.map(|pool| pool.standard.id).ok_or_else(|| {
        let message = format!("No default subnetpool exists for IP version {version}.");
        Error::not_found("DefaultSubnetPoolNotFound", message)
    })
}

/// A range for a subnet; it is taken as soon as the subnet is there.
pub(super) fn take(edit: &Edit<'_>, pool: Uuid, project: &ProjectId, asked: &Asked) -> Result<Cidr, Error> {
    let pool = edit.state.find::<SubnetPool>(edit.context, pool)?;
    if pool.ip_version != asked.version {
        return Err(Error::input(
            "Cannot allocate IPv{} subnet from IPv{} subnet pool"
                .replacen("{}", &asked.version.to_string(), 1)
                .replacen("{}", &pool.ip_version.to_string(), 1),
        ));
    }
    let prefix = asked
        .cidr
        .map(|cidr| cidr.prefix)
        .or(asked.prefixlen)
        .unwrap_or(pool.default_prefixlen);
    check_bounds(pool, prefix)?;
    let taken: Vec<(Cidr, &ProjectId)> = edit
        .state
        .subnets
        .values()
        .filter(|subnet| subnet.subnetpool_id == Some(pool.standard.id))
        .map(|subnet| (subnet.cidr, &subnet.standard.project_id))
        .collect();
    let own = taken.iter().filter(|(_, owner)| *owner == project);
    let used: u128 = own.map(|(cidr, _)| units(cidr.prefix, pool.ip_version)).sum();
    if let Some(quota) = pool.default_quota
        && used + units(prefix, pool.ip_version) > u128::from(quota)
    {
        let message = "Per-tenant subnet pool prefix quota exceeded.";
        return Err(Error::conflict("SubnetPoolQuotaExceeded", message));
    }
    let taken: Vec<Cidr> = taken.into_iter().map(|(cidr, _)| cidr).collect();
    cut(pool, asked.cidr, prefix, &taken)
}

fn cut(pool: &SubnetPool, cidr: Option<Cidr>, prefix: u8, taken: &[Cidr]) -> Result<Cidr, Error> {
    let failed = |reason: &str| {
        let message = format!("Failed to allocate subnet: {reason}.");
        Error::exhausted("SubnetAllocationError", message)
    };
    let Some(cidr) = cidr else {
        let mut prefixes = pool.prefixes.iter().filter(|outer| outer.prefix <= prefix);
        let free = prefixes.find_map(|outer| free_range(outer, prefix, taken));
        return free.ok_or_else(|| failed("Insufficient prefix space to allocate subnet size"));
    };
    let cidr = cidr.network();
    let inside = pool.prefixes.iter().any(|outer| holds(outer, &cidr));
    match inside && !taken.iter().any(|other| overlap(other, &cidr)) {
        true => Ok(cidr),
        false => Err(failed(
            "Cannot allocate requested subnet from the available set of prefixes",
        )),
    }
}

/// What quotas count: addresses in IPv4, ranges of 64 bits in IPv6.
fn units(prefix: u8, version: u8) -> u128 {
    let whole: u8 = if version == 4 { 32 } else { 64 };
    1u128 << whole.saturating_sub(prefix)
}

fn check_bounds(pool: &SubnetPool, prefix: u8) -> Result<(), Error> {
    let (kind, word, bound) = if prefix < pool.min_prefixlen {
        ("MinPrefixSubnetAllocationError", "minimum", pool.min_prefixlen)
    } else if prefix > pool.max_prefixlen {
        ("MaxPrefixSubnetAllocationError", "maximum", pool.max_prefixlen)
    } else {
        return Ok(());
    };
    let message =
        format!("Unable to allocate subnet with prefix length {prefix}, {word} allowed prefix is {bound}.");
    Err(Error::invalid(kind, message))
}

fn apply(pool: &mut SubnetPool, wanted: Wanted) {
    set(&mut pool.name, wanted.name);
    set(&mut pool.standard.description, wanted.description);
    set(&mut pool.prefixes, wanted.prefixes.map(compact));
    set(&mut pool.default_quota, wanted.default_quota);
    set(&mut pool.min_prefixlen, wanted.min_prefixlen);
    set(&mut pool.max_prefixlen, wanted.max_prefixlen);
    set(&mut pool.default_prefixlen, wanted.default_prefixlen);
    set(&mut pool.is_default, wanted.is_default);
    set(&mut pool.address_scope_id, wanted.address_scope_id);
}

fn one_version(prefixes: &[Cidr]) -> Result<u8, Error> {
    let Some(first) = prefixes.first() else {
        let message = "Empty subnet pool prefix list.";
        return Err(Error::invalid("EmptySubnetPoolPrefixList", message));
    };
    let wanted = version(first.address);
    match prefixes.iter().all(|prefix| version(prefix.address) == wanted) {
        true => Ok(wanted),
        false => Err(Error::invalid(
            "PrefixVersionMismatch",
            "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.",
        )),
    }
}

fn check(edit: &Edit<'_>, pool: &SubnetPool) -> Result<(), Error> {
    if one_version(&pool.prefixes)? != pool.ip_version {
        let message = "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.";
        return Err(Error::invalid("PrefixVersionMismatch", message));
    }
    let bounds = [
        (
            "min_prefixlen",
            pool.min_prefixlen,
            "max_prefixlen",
            pool.max_prefixlen,
        ),
        (
            "min_prefixlen",
            pool.min_prefixlen,
            "default_prefixlen",
            pool.default_prefixlen,
        ),
        (
            "default_prefixlen",
            pool.default_prefixlen,
            "max_prefixlen",
            pool.max_prefixlen,
        ),
    ];
    if let Some((low, less, high, more)) = bounds.into_iter().find(|(_, less, _, more)| less > more) {
        // Neutron names the one that was moved last first.
        let message = match high {
            "default_prefixlen" => format!("Illegal prefix bounds: {high}={more}, {low}={less}."),
            _ => format!("Illegal prefix bounds: {low}={less}, {high}={more}."),
        };
        return Err(Error::invalid("IllegalSubnetPoolPrefixBounds", message));
    }
    let widest = pool.prefixes.first().map_or(32, |prefix| width(prefix.address));
    if pool.max_prefixlen > widest {
        let message = format!(
            "Illegal prefix bounds: max_prefixlen={}, {widest}.",
            pool.max_prefixlen
        );
        return Err(Error::invalid("IllegalSubnetPoolPrefixBounds", message));
    }
    check_default(edit.state, pool)?;
    check_scope(edit, pool)
}

fn check_default(state: &State, pool: &SubnetPool) -> Result<(), Error> {
    let is_other = |other: &SubnetPool| {
        other.is_default && other.ip_version == pool.ip_version && other.standard.id != pool.standard.id
    };
    match pool.is_default && state.subnet_pools.values().any(|other| is_other(other)) {
        true => Err(Error::input(
            "A default subnetpool for this IP family has already been set. Only one default may exist per IP family",
        )),
        false => Ok(()),
    }
}

fn check_scope(edit: &Edit<'_>, pool: &SubnetPool) -> Result<(), Error> {
    let Some(id) = pool.address_scope_id else {
        return Ok(());
    };
    let scope = edit.state.find::<AddressScope>(edit.context, id)?;
    let (own, other) = (pool.standard.id, scope.ip_version);
    if other != pool.ip_version {
        return Err(Error::invalid(
            "IllegalSubnetPoolIpVersionAssociationToAddressScope",
            format!(
                "Illegal subnetpool association: subnetpool {own} cannot associate with address scope {id} because subnetpool \
                 ip_version is not {other}."
            ),
        ));
    }
    let siblings = edit
        .state
        .subnet_pools
        .values()
        .filter(|pool| pool.address_scope_id == Some(id) && pool.standard.id != own);
    let mut prefixes = siblings.flat_map(|sibling| sibling.prefixes.iter());
    match prefixes.any(|theirs| pool.prefixes.iter().any(|ours| overlap(ours, theirs))) {
        true => Err(Error::conflict(
            "AddressScopePrefixConflict",
            "Failed to associate address scope: subnetpools within an address scope must have unique prefixes.",
        )),
        false => Ok(()),
    }
}
