//! What a flavor says of containers in its extra specs `docker:<option>`: values that every server of it has, and options
//! whose values its users choose.

use std::collections::{BTreeMap, BTreeSet};

use super::allotment::Allotment;
use super::claims::Claim;
use super::docker_py;
use super::document::{Document, Node};
use super::draft::Draft;
use super::error::Mistake;
use super::meaning::Place;
use super::options::ContainerOptions;
use crate::objects::Flavor;

/// In front of an option's name.
const NAMESPACE: &str = "docker:";

/// The value of an option that users say.
const ANY: &str = "*";

/// Options that a flavor has a better word for, or that name what a project has.
const OTHERWISE: [&str; 10] = [
    "cpu_period",
    "cpu_quota",
    "cpu_shares",
    "links",
    "lxc_conf",
    "mem_limit",
    "memswap_limit",
    "nano_cpus",
    "port_bindings",
    "volumes_from",
];

/// Options whose values may be written with commas between them.
const LISTS: [&str; 9] = [
    "cap_add",
    "cap_drop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "group_add",
    "security_opt",
];

#[derive(Debug, Clone, Default, PartialEq)]
pub struct FlavorOptions {
    pub(super) options: ContainerOptions,
    /// Not known of extra specs alone.
    pub(super) allotment: Option<Allotment>,
    claims: Vec<Claim>,
    chosen_by_users: BTreeSet<String>,
}

/// Which extra spec is wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("extra spec '{name}': {reason}")]
pub struct BadSpec {
    pub name: String,
    pub reason: String,
}

impl FlavorOptions {
    /// With what it gives of memory and processors, beyond which no document may go.
    pub fn with_figures(flavor: &Flavor) -> Result<Self, BadSpec> {
        Ok(Self {
            allotment: Some(Allotment::of(flavor)),
            ..Self::of(&flavor.extra_specs)?
        })
    }

    pub fn of(extra_specs: &BTreeMap<String, String>) -> Result<Self, BadSpec> {
        let mut draft = Draft::default();
        let mut chosen_by_users = BTreeSet::new();
        for (name, value) in extra_specs {
            let Some(option) = name.strip_prefix(NAMESPACE) else {
                continue;
            };
            let bad = |reason: String| BadSpec {
                name: name.clone(),
                reason,
            };
            if !options().any(|known| known == option) {
                let known: Vec<&str> = options().collect();
                return Err(bad(format!(
                    "there is no such option; there are {}",
                    known.join(", ")
                )));
            }
            if value.trim() == ANY {
                chosen_by_users.insert(option.to_owned());
                continue;
            }
            let node = value_of(option, value).map_err(bad)?;
            let place = docker_py::VOCABULARY.host;
            draft
                .fill(place, place, &vec![(option.to_owned(), node)])
                .map_err(|mistake: Mistake| bad(mistake.in_line(None).to_string()))?;
        }
        let claims = draft.claims.clone();
        Ok(Self {
            options: draft.finish().options,
            allotment: None,
            claims,
            chosen_by_users,
        })
    }

    /// Whether what a user says is what the flavor says, or lets users say.
    pub(super) fn gives(&self, claim: &Claim) -> bool {
        let same = |given: &Claim| given.option == claim.option && given.what == claim.what;
        self.chosen_by_users.contains(claim.option) || self.claims.iter().any(same)
    }

    /// Whether a path of the host is what the flavor binds, or lets users bind.
    pub fn gives_bind(&self, source: &str) -> bool {
        let binds = self.options.binds.iter();
        let binds = binds.filter_map(|spec| Some(spec.split_once(':')?.0));
        let mounts = self.options.mounts.iter();
        let mounts = mounts.filter_map(|mount| mount.source.as_deref());
        ["binds", "mounts"]
            .iter()
            .any(|option| self.chosen_by_users.contains(*option))
            || binds.chain(mounts).any(|given| given == source)
    }

    /// Whether every server of it has something that only an operator may say.
    pub(super) fn reaches_the_host(&self) -> bool {
        !self.claims.is_empty()
    }
}

/// The names that may follow `docker:`, sorted.
fn options() -> impl Iterator<Item = &'static str> {
    let rows = docker_py::VOCABULARY.host.rows.iter();
    let rows = rows
        .filter(|(_, meaning)| !matches!(meaning.place, Place::Nowhere(_)))
        .map(|row| row.0);
    let names: BTreeSet<&str> = rows.filter(|name| !OTHERWISE.contains(name)).collect();
    names.into_iter()
}

/// A value as YAML or JSON would have it; a list may be its items with commas between them.
fn value_of(option: &str, value: &str) -> Result<Node, String> {
    let document = Document::read(value).map_err(|unreadable| unreadable.0)?;
    match document.into_root() {
        Node::Text(text) if LISTS.contains(&option) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Node::List(
                items.map(|item| Node::Text(item.to_owned())).collect(),
            ))
        }
        node => Ok(node),
    }
}
