//! Which servers a caller sees, and in which order.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

use regex::Regex;

use super::core::Compute;
use crate::compute::{Error, ListPage, ServerFilter, SortKey, SortOrder, Which};
use crate::db;
use crate::objects::{Instance, InstanceId, ProjectId, RequestContext, Vif, VmState};

impl Compute {
    pub async fn get(&self, context: &RequestContext, id: InstanceId) -> Result<Arc<Instance>, Error> {
        self.core.visible(context, id).await
    }

    /// How many servers there are in each state (`vm_state`).
    pub async fn counts_by_state(&self) -> Result<BTreeMap<&'static str, i64>, Error> {
        let mut counts = BTreeMap::new();
        for instance in self.core.records.instances().await? {
            *counts.entry(instance.vm_state.as_str()).or_default() += 1;
        }
        Ok(counts)
    }

    /// All of them. Servers of other projects are among them when the filter says so: whoever sets it has asked whether the
    /// caller may.
    pub async fn list(
        &self,
        context: &RequestContext,
        filter: &ServerFilter,
    ) -> Result<Vec<Arc<Instance>>, Error> {
        let page = ListPage {
            after: None,
            limit: usize::MAX,
        };
        self.list_page(context, filter, &|_| true, page).await
    }

    /// Part of them: what follows `page.after`, which must be one of them, and passes `is_shown` too. In the order that the
    /// records have anyway, it costs what is looked at until the page is full.
    pub async fn list_page(
        &self,
        context: &RequestContext,
        filter: &ServerFilter,
        is_shown: &(dyn Fn(&Instance) -> bool + Send + Sync),
        page: ListPage,
    ) -> Result<Vec<Arc<Instance>>, Error> {
        let patterns = Patterns::of(filter)?;
        let is_wanted = |instance: &Instance| {
            (filter.soft_deleted || filter.which == Which::Both || instance.vm_state != VmState::SoftDeleted)
                && is_meant(filter, instance)
                && is_tagged(filter, instance)
                && patterns.match_with(instance)
                && is_shown(instance)
        };
        let project = match filter.all_projects {
            true => filter.project.as_deref().map(ProjectId::from),
            false => Some(context.project_id.clone()),
        };
        let is_natural = matches!(
            filter.sort[..],
            [] | [(SortKey::CreatedAt, SortOrder::Descending)]
        );
        if is_natural && filter.which == Which::Living {
            return self.walked(project.as_ref(), &is_wanted, page).await;
        }
        let mut found = self.found(project.as_ref(), filter).await?;
        found.retain(|instance| is_wanted(instance));
        sort(&mut found, &filter.sort);
        if let Some(after) = page.after {
            let place = found.iter().position(|instance| instance.id == after);
            found.drain(..=place.ok_or_else(|| Error::NoSuchInstance(after.to_string()))?);
        }
        found.truncate(page.limit);
        Ok(found)
    }

    async fn walked(
        &self,
        project: Option<&ProjectId>,
        is_wanted: &(dyn Fn(&Instance) -> bool + Send + Sync),
        page: ListPage,
    ) -> Result<Vec<Arc<Instance>>, Error> {
        let mut found = Vec::new();
        let mut see = |instance: &Arc<Instance>| {
            if found.len() == page.limit {
                return ControlFlow::Break(());
            }
            if is_wanted(instance) {
                found.push(instance.clone());
            }
            ControlFlow::Continue(())
        };
        let records = &self.core.records;
        let walked = records.walk_instances(project, page.after, &mut see).await;
        match (walked, page.after) {
            (Ok(()), _) => Ok(found),
            (Err(db::Error::NoSuch { .. }), Some(after)) => Err(Error::NoSuchInstance(after.to_string())),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Newest first, the deleted ones among them or alone.
    async fn found(
        &self,
        project: Option<&ProjectId>,
        filter: &ServerFilter,
    ) -> Result<Vec<Arc<Instance>>, Error> {
        let records = &self.core.records;
        let mut found = Vec::new();
        if filter.which != Which::Deleted {
            let mut see = |instance: &Arc<Instance>| {
                found.push(instance.clone());
                ControlFlow::Continue(())
            };
            records.walk_instances(project, None, &mut see).await?;
        }
        if filter.which != Which::Living {
            let living: HashSet<InstanceId> = found.iter().map(|instance| instance.id).collect();
            let gone = records.deleted_instances(filter.changes_since, project).await?;
            // One that was deleted meanwhile is among both.
            let gone = gone.into_iter().filter(|instance| !living.contains(&instance.id));
            found.extend(gone.map(Arc::new));
            found.sort_by_key(|instance| (Reverse(instance.created_at), Reverse(instance.number)));
        }
        Ok(found)
    }
}

struct Patterns {
    name: Option<Regex>,
    ip: Option<Regex>,
    ip6: Option<Regex>,
}

impl Patterns {
    fn of(filter: &ServerFilter) -> Result<Self, Error> {
        let compile = |pattern: &Option<String>| match pattern {
            None => Ok(None),
            Some(pattern) => Regex::new(pattern)
                .map(Some)
                .map_err(|_| Error::Invalid(format!("'{pattern}' is not a regular expression"))),
        };
        Ok(Self {
            name: compile(&filter.name)?,
            ip: compile(&filter.ip)?,
            ip6: compile(&filter.ip6)?,
        })
    }

    fn match_with(&self, instance: &Instance) -> bool {
        let some_address = |pattern: &Regex, wanted: fn(&IpAddr) -> bool| {
            let addresses = instance
                .vifs
                .iter()
                .flat_map(Vif::addresses)
                .map(|(address, _)| address);
            addresses
                .filter(wanted)
                .any(|address| pattern.is_match(&address.to_string()))
        };
        self.name
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(&instance.name))
            && self
                .ip
                .as_ref()
                .is_none_or(|pattern| some_address(pattern, IpAddr::is_ipv4))
            && self
                .ip6
                .as_ref()
                .is_none_or(|pattern| some_address(pattern, IpAddr::is_ipv6))
    }
}

fn is_meant(filter: &ServerFilter, instance: &Instance) -> bool {
    fn is<T: PartialEq>(wanted: Option<&T>, have: &T) -> bool {
        wanted.is_none_or(|wanted| wanted == have)
    }
    fn any_of<T: PartialEq>(wanted: &[T], have: &T) -> bool {
        wanted.is_empty() || wanted.contains(have)
    }
    is(filter.project.as_ref(), &instance.project_id.0)
        && is(filter.user.as_ref(), &instance.user_id.0)
        && any_of(&filter.vm_states, &instance.vm_state)
        && any_of(&filter.task_states, &instance.task_state)
        && is(filter.power_state.as_ref(), &instance.power_state.into())
        && filter.image.is_none_or(|image| instance.image == Some(image))
        && is(filter.flavor.as_ref(), &instance.flavor.id)
        && (filter.host.is_none() || filter.host == instance.host)
        && any_of(&filter.ids, &instance.id)
        && is(filter.locked.as_ref(), &instance.lock.is_some())
        && filter
            .changes_since
            .is_none_or(|since| instance.updated_at >= since)
        && filter
            .changes_before
            .is_none_or(|before| instance.updated_at <= before)
}

fn is_tagged(filter: &ServerFilter, instance: &Instance) -> bool {
    let has = |tag: &String| instance.tags.contains(tag);
    filter.tags.iter().all(has)
        && (filter.tags_any.is_empty() || filter.tags_any.iter().any(has))
        && (filter.not_tags.is_empty() || !filter.not_tags.iter().all(has))
        && !filter.not_tags_any.iter().any(has)
}

/// The records come newest first; what the keys leave equal stays so.
fn sort(instances: &mut [Arc<Instance>], keys: &[(SortKey, SortOrder)]) {
    if keys.is_empty() {
        return;
    }
    instances.sort_by(|a, b| {
        let differences = keys.iter().map(|(key, order)| match order {
            SortOrder::Ascending => compare(*key, a, b),
            SortOrder::Descending => compare(*key, b, a),
        });
        differences.fold(Ordering::Equal, Ordering::then)
    });
}

fn compare(key: SortKey, a: &Instance, b: &Instance) -> Ordering {
    match key {
        SortKey::CreatedAt => a.created_at.cmp(&b.created_at),
        SortKey::UpdatedAt => a.updated_at.cmp(&b.updated_at),
        SortKey::Name => a.name.cmp(&b.name),
        SortKey::Id => a.id.cmp(&b.id),
        SortKey::VmState => a.vm_state.as_str().cmp(b.vm_state.as_str()),
        SortKey::TaskState => a
            .task_state
            .map(|s| s.as_str())
            .cmp(&b.task_state.map(|s| s.as_str())),
        SortKey::PowerState => u8::from(a.power_state).cmp(&b.power_state.into()),
        SortKey::Host => a.host.cmp(&b.host),
        SortKey::KeyName => a.key_name.cmp(&b.key_name),
        SortKey::LaunchIndex => a.launch_index.cmp(&b.launch_index),
        SortKey::Project => a.project_id.cmp(&b.project_id),
        SortKey::User => a.user_id.cmp(&b.user_id),
        SortKey::LaunchedAt => a.launched_at.cmp(&b.launched_at),
        SortKey::TerminatedAt => a.terminated_at.cmp(&b.terminated_at),
        SortKey::Image => a.image.cmp(&b.image),
        SortKey::Flavor => a.flavor.id.cmp(&b.flavor.id),
    }
}
