//! One look at Neutron: the ports of this host, the security groups that they are in, the members of the groups whose
//! rules let them in; now and then what changes rarely.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use uuid::Uuid;

use super::picture::{Picture, Prints, print};
use crate::network::Error;
use crate::network::neutron::Neutron;
use crate::network::neutron::calls::Caller;
use crate::network::neutron::shown::{FixedIp, Revision, Rule};

/// Every so many looks at what changes rarely too.
const SELDOM: u32 = 10;

const CALLER: Caller<'static> = Caller::Watch;

pub(super) struct Watch {
    neutron: Neutron,
    looks: u32,
    /// What the rules of a group refer to, as of a revision of it.
    remotes: HashMap<Uuid, (Option<u64>, Remotes)>,
}

#[derive(Debug, Clone, Default)]
struct Remotes {
    groups: BTreeSet<Uuid>,
    address_groups: BTreeSet<Uuid>,
}

#[derive(Debug, Hash, Deserialize)]
struct Seen {
    id: Uuid,
    network_id: Uuid,
    #[serde(default)]
    revision_number: Option<u64>,
    status: String,
    #[serde(default)]
    security_groups: BTreeSet<Uuid>,
    fixed_ips: BTreeSet<FixedIp>,
}

const SEEN: [&str; 6] = [
    "id",
    "network_id",
    "revision_number",
    "status",
    "security_groups",
    "fixed_ips",
];
const REVISION: [&str; 2] = ["id", "revision_number"];

impl Watch {
    pub(super) fn new(neutron: Neutron) -> Self {
        Self {
            neutron,
            looks: 0,
            remotes: HashMap::new(),
        }
    }

    pub(super) fn has_nothing_to_look_at(&self) -> bool {
        self.neutron.interest.now().is_empty()
    }

    /// Ports that are gone, or at work on another host, are of no more interest.
    pub(super) async fn look(&mut self, before: &Picture) -> Result<Picture, Error> {
        let interest = self.neutron.interest.now();
        let host = [("binding:host_id", self.neutron.settings.host.clone())];
        let mut ports: Vec<Seen> = self.neutron.list(CALLER, "ports", &host, &SEEN).await?;
        ports.retain(|port| interest.contains(&port.id));
        let groups = self.groups(&ports).await?;
        let all_are_known = ports.iter().all(|port| before.ports.contains_key(&port.id));
        let seldom = match all_are_known && !self.looks.is_multiple_of(SELDOM) {
            true => HashMap::new(),
            false => self.seldom(&ports).await?,
        };
        self.looks = self.looks.wrapping_add(1);
        let prints = ports.iter().map(|port| {
            let known = before.ports.get(&port.id).map(|prints| prints.seldom);
            let groups: Vec<Option<&u64>> = port.security_groups.iter().map(|id| groups.get(id)).collect();
            let prints = Prints {
                often: print(&(port, groups)),
                seldom: seldom.get(&port.id).copied().or(known).unwrap_or_default(),
            };
            (port.id, prints)
        });
        let ports: BTreeMap<Uuid, Prints> = prints.collect();
        let gone = interest.into_iter().filter(|id| !ports.contains_key(id));
        gone.for_each(|id| self.neutron.interest.forget(id));
        Ok(Picture { ports })
    }

    /// The prints of the security groups in use: their rules, and whom these let in.
    async fn groups(&mut self, ports: &[Seen]) -> Result<HashMap<Uuid, u64>, Error> {
        let ids: BTreeSet<Uuid> = ports
            .iter()
            .flat_map(|port| port.security_groups.iter().copied())
            .collect();
        let groups: Vec<Revision> = self
            .neutron
            .list_by(CALLER, "security-groups", "id", ids, &REVISION)
            .await?;
        self.learn(&groups).await?;
        let remotes = || self.remotes.values().map(|(_, remotes)| remotes);
        let (members, named) = tokio::try_join!(
            self.neutron
                .members(CALLER, remotes().flat_map(|all| all.groups.clone()).collect()),
            self.neutron.address_groups(
                CALLER,
                remotes().flat_map(|all| all.address_groups.clone()).collect()
            ),
        )?;
        let print = |group: &Revision| {
            let (_, remotes) = self.remotes.get(&group.id)?;
            let members: Vec<_> = remotes.groups.iter().map(|id| members.get(id)).collect();
            let named: Vec<_> = remotes.address_groups.iter().map(|id| named.get(id)).collect();
            Some((group.id, print(&(group.revision_number, members, named))))
        };
        Ok(groups.iter().filter_map(print).collect())
    }

    /// Reads the rules of groups that are new or have changed.
    async fn learn(&mut self, groups: &[Revision]) -> Result<(), Error> {
        let known = std::mem::take(&mut self.remotes);
        let is_known = |group: &Revision| {
            let known = known.get(&group.id);
            known.is_some_and(|(revision, _)| revision.is_some() && *revision == group.revision_number)
        };
        let new = groups
            .iter()
            .filter(|group| !is_known(group))
            .map(|group| group.id);
        let fields = [
            "security_group_id",
            "direction",
            "ethertype",
            "remote_group_id",
            "remote_address_group_id",
        ];
        let rules: Vec<Rule> = self
            .neutron
            .list_by(CALLER, "security-group-rules", "security_group_id", new, &fields)
            .await?;
        for group in groups {
            let of_group = || rules.iter().filter(|rule| rule.security_group_id == group.id);
            let remotes = match known.get(&group.id) {
                Some((_, remotes)) if is_known(group) => remotes.clone(),
                _ => Remotes {
                    groups: of_group().filter_map(|rule| rule.remote_group_id).collect(),
                    address_groups: of_group()
                        .filter_map(|rule| rule.remote_address_group_id)
                        .collect(),
                },
            };
            self.remotes.insert(group.id, (group.revision_number, remotes));
        }
        Ok(())
    }

    async fn seldom(&self, ports: &[Seen]) -> Result<HashMap<Uuid, u64>, Error> {
        let ids: BTreeSet<Uuid> = ports.iter().map(|port| port.network_id).collect();
        let fields = ["id", "revision_number", "network_id"];
        let (networks, subnets, floating): (Vec<Revision>, Vec<Revision>, _) = tokio::try_join!(
            self.neutron
                .list_by(CALLER, "networks", "id", ids.clone(), &REVISION),
            self.neutron
                .list_by(CALLER, "subnets", "network_id", ids, &fields),
            self.neutron.leading_to(CALLER, ports.iter().map(|port| port.id)),
        )?;
        let of_port = |port: &Seen| {
            let network = networks.iter().find(|network| network.id == port.network_id);
            let subnets = subnets
                .iter()
                .filter(|subnet| subnet.network_id == Some(port.network_id));
            let subnets: BTreeSet<_> = subnets
                .map(|subnet| (subnet.id, subnet.revision_number))
                .collect();
            let floating = floating.iter().filter(|ip| ip.port_id == port.id);
            let floating: BTreeSet<_> = floating
                .map(|ip| (ip.fixed_ip_address, ip.floating_ip_address))
                .collect();
            let network = network.map(|network| network.revision_number);
            (port.id, print(&(network, subnets, floating)))
        };
        Ok(ports.iter().map(of_port).collect())
    }
}
