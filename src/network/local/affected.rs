//! Which ports a change concerns: those whose addresses, groups, names or rules may be different now.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use super::records::Port;
use super::state::State;
use super::table::{Record, Table};

pub(super) fn ports(before: &State, after: &State) -> BTreeSet<Uuid> {
    let changed = both(&before.ports, &after.ports);
    let mut affected: BTreeSet<Uuid> = changed.iter().map(|port| port.standard.id).collect();
    // Who lets members of a group in lets others in when its members change.
    let joined: BTreeSet<Uuid> = changed
        .iter()
        .flat_map(|port| port.security_groups.clone())
        .collect();
    let admits = after.security_group_rules.values().filter_map(|rule| {
        rule.remote_group_id
            .filter(|remote| joined.contains(remote))
            .map(|_| rule.security_group_id)
    });
    let rules = both(&before.security_group_rules, &after.security_group_rules);
    let groups: BTreeSet<Uuid> = rules
        .iter()
        .map(|rule| rule.security_group_id)
        .chain(admits)
        .collect();
    let networks: BTreeSet<Uuid> = ids(&before.networks, &after.networks, |network| network.standard.id);
    let subnets: BTreeSet<Uuid> = ids(&before.subnets, &after.subnets, |subnet| subnet.standard.id);
    let concerns = |port: &Port| {
        port.security_groups.iter().any(|group| groups.contains(group))
            || networks.contains(&port.network_id)
            || port
                .fixed_ips
                .iter()
                .any(|fixed| subnets.contains(&fixed.subnet_id))
    };
    let concerned = after.ports.values().filter(|port| concerns(port));
    affected.extend(concerned.map(|port| port.standard.id));
    let floating = both(&before.floating_ips, &after.floating_ips);
    affected.extend(floating.iter().filter_map(|floating| floating.port_id));
    affected
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
