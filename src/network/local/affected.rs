//! Which ports a change concerns: those whose addresses, groups, names or rules may be different now.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::guards::Groups;
use super::records::Port;
use super::state::State;
use super::table::{Record, Table};

pub(super) fn ports(before: &State, after: &State) -> BTreeSet<Uuid> {
    let changed = both(&before.ports, &after.ports);
    let mut affected: BTreeSet<Uuid> = changed.iter().map(|port| port.standard.id).collect();
    let networks: BTreeSet<Uuid> = ids(&before.networks, &after.networks, |network| network.standard.id);
    let subnets: BTreeSet<Uuid> = ids(&before.subnets, &after.subnets, |subnet| subnet.standard.id);
    let concerns = |port: &Port| {
        networks.contains(&port.network_id)
            || port
                .fixed_ips
                .iter()
                .any(|fixed| subnets.contains(&fixed.subnet_id))
    };
    let concerned = after.ports.values().filter(|port| concerns(port));
    affected.extend(concerned.map(|port| port.standard.id));
    let floating = both(&before.floating_ips, &after.floating_ips);
    affected.extend(floating.iter().filter_map(|floating| floating.port_id));
    affected.extend(guarded_otherwise(before, after));
    affected
}

/// Those whose groups' rules have changed, and those that let in members of a group that has others now.
fn guarded_otherwise(before: &State, after: &State) -> Vec<Uuid> {
    let rules = before.security_group_rules.is_same(&after.security_group_rules);
    if rules && before.ports.is_same(&after.ports) {
        return Vec::new();
    }
    let (then, now) = (Groups::of(before), Groups::of(after));
    let differs = |port: &Port| {
        let old = before.ports.get(&port.standard.id);
        old.is_some_and(|old| then.guard(old) != now.guard(port))
    };
    let ports = after.ports.values().filter(|port| differs(port));
    ports.map(|port| port.standard.id).collect()
}

/// What differs, as it was and as it is.
fn both<T: Record>(before: &Table<T>, after: &Table<T>) -> Vec<Arc<T>> {
    after
        .differences(before)
        .into_iter()
        .flat_map(|difference| [difference.before, difference.after])
        .flatten()
        .collect()
}

fn ids<T: Record>(before: &Table<T>, after: &Table<T>, id: impl Fn(&T) -> Uuid) -> BTreeSet<Uuid> {
    both(before, after).iter().map(|record| id(record)).collect()
}
