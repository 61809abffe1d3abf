//! The parameters of the two lists, and what they ask of compute.

use regex::{Regex, RegexBuilder};

use super::sort;
use crate::api::compute::servers::instance_actions::{Moment, in_order};
use crate::api::compute::servers::status::{Wanted, status, wanted};
use crate::api::pagination::Limit;
use crate::api::policy::{Need, allow, permits};
use crate::api::{Fault, Microversion};
use crate::compute::{ServerFilter, Which};
use crate::objects::{FlavorId, Instance, RequestContext, TaskState, VmState};
use crate::query;

query! {
    #[derive(Default)]
    pub(in crate::api::compute::servers) struct ListServers {
        limit: Option<Limit>,
        marker: Option<String>,
        sort_key: Vec<String>,
        sort_dir: Vec<String>,
        all_tenants: Option<String>,
        project_id: Option<String>,
        tenant_id: Option<String>,
        user_id: Option<String>,
        name: Option<String>,
        display_name: Option<String>,
        status: Vec<String>,
        vm_state: Option<String>,
        task_state: Option<String>,
        power_state: Option<String>,
        image: Option<String>,
        image_ref: Option<String>,
        flavor: Option<String>,
        host: Option<String>,
        node: Option<String>,
        uuid: Option<String>,
        ip: Option<String>,
        ip6: Option<String>,
        changes_since as "changes-since": Option<Moment>,
        tags: Option<String> = 2.26..,
        tags_any as "tags-any": Option<String> = 2.26..,
        not_tags as "not-tags": Option<String> = 2.26..,
        not_tags_any as "not-tags-any": Option<String> = 2.26..,
        changes_before as "changes-before": Option<Moment> = 2.66..,
        locked: Option<String> = 2.73..,
        // Matched by `attributes`.
        availability_zone: Option<String>,
        key_name: Option<String>,
        access_ip_v4: Option<String>,
        access_ip_v6: Option<String>,
        auto_disk_config: Option<String>,
        config_drive: Option<String>,
        created_at: Option<String>,
        deleted: Option<String>,
        description: Option<String>,
        display_description: Option<String>,
        hostname: Option<String>,
        instance_type_id: Option<String>,
        kernel_id: Option<String>,
        launch_index: Option<String>,
        launched_at: Option<String>,
        locked_by: Option<String>,
        progress: Option<String>,
        ramdisk_id: Option<String>,
        reservation_id: Option<String>,
        root_device_name: Option<String>,
        soft_deleted: Option<String>,
        terminated_at: Option<String>,
        .. = ..2.75
    }
}

/// What a server must show besides what compute filters by.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// None lets all pass.
    statuses: Vec<String>,
    attributes: Vec<(Attribute, Regex)>,
}

/// How a server's attribute reads as text.
type Attribute = fn(&Instance) -> String;

impl Shown {
    pub(super) fn by(&self, instance: &Instance) -> bool {
        // Two statuses can stand for one vm state; the task tells them apart.
        let shown = status(instance.vm_state, instance.task_state);
        (self.statuses.is_empty() || self.statuses.iter().any(|word| word == shown))
            && self
                .attributes
                .iter()
                .all(|(of, pattern)| pattern.is_match(&of(instance)))
    }
}

/// As a database compares: upper and lower case are the same.
fn pattern(text: &str) -> Result<Regex, Fault> {
    RegexBuilder::new(text)
        .case_insensitive(true)
        .build()
        .map_err(|_| Fault::bad_request(format!("'{text}' is not a regular expression")))
}

fn moment(at: Option<jiff::Timestamp>) -> String {
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}

impl Microversion {
    /// A status nobody has is an error rather than a list of nothing.
    const fn refuses_unknown_statuses(self) -> bool {
        self.at_least("2.38")
    }

    /// What only administrators could filter by, everyone may.
    const fn lets_everyone_filter_by_attributes(self) -> bool {
        self.at_least("2.83")
    }

    const fn lets_everyone_filter_by_hostname(self) -> bool {
        self.at_least("2.90")
    }

    const fn lets_everyone_filter_by_ip6(self) -> bool {
        self.at_least("2.5")
    }
}

impl ListServers {
    /// What the caller may not filter by is as if it had not been asked for.
    pub(super) fn allowed(self, context: &RequestContext, version: Microversion) -> Self {
        match permits(context, "os_compute_api:servers:allow_all_filters", Need::Admin) {
            true => self,
            false => self.of_a_user(version),
        }
    }

    fn of_a_user(self, version: Microversion) -> Self {
        let everyone = version.lets_everyone_filter_by_attributes();
        let since_2_83 = |asked: Option<String>| asked.filter(|_| everyone);
        Self {
            limit: self.limit,
            marker: self.marker,
            sort_key: self.sort_key,
            sort_dir: self.sort_dir,
            all_tenants: self.all_tenants,
            name: self.name,
            status: self.status,
            image: self.image,
            flavor: self.flavor,
            ip: self.ip,
            ip6: self.ip6.filter(|_| version.lets_everyone_filter_by_ip6()),
            reservation_id: self.reservation_id,
            changes_since: self.changes_since,
            changes_before: self.changes_before,
            tags: self.tags,
            tags_any: self.tags_any,
            not_tags: self.not_tags,
            not_tags_any: self.not_tags_any,
            locked: self.locked,
            availability_zone: since_2_83(self.availability_zone),
            config_drive: since_2_83(self.config_drive),
            key_name: since_2_83(self.key_name),
            created_at: since_2_83(self.created_at),
            launched_at: since_2_83(self.launched_at),
            terminated_at: since_2_83(self.terminated_at),
            power_state: since_2_83(self.power_state),
            task_state: since_2_83(self.task_state),
            vm_state: since_2_83(self.vm_state),
            progress: since_2_83(self.progress),
            user_id: since_2_83(self.user_id),
            hostname: self
                .hostname
                .filter(|_| version.lets_everyone_filter_by_hostname()),
            ..Self::default()
        }
    }

    pub(super) fn shown(&self) -> Result<Shown, Fault> {
        Ok(Shown {
            statuses: self.status.iter().map(|word| word.to_ascii_uppercase()).collect(),
            attributes: self.attributes()?,
        })
    }

    /// What Nova's database looks for with regular expressions.
    fn attributes(&self) -> Result<Vec<(Attribute, Regex)>, Fault> {
        let all: [(&Option<String>, Attribute); 19] = [
            (&self.access_ip_v4, |server| {
                server.access_ip_v4.clone().unwrap_or_default()
            }),
            (&self.access_ip_v6, |server| {
                server.access_ip_v6.clone().unwrap_or_default()
            }),
            (&self.auto_disk_config, |server| {
                server.disk_config_auto.to_string()
            }),
            (&self.availability_zone, |server| {
                server.availability_zone.clone().unwrap_or_default()
            }),
            (&self.config_drive, |server| server.config_drive.to_string()),
            (&self.created_at, |server| moment(Some(server.created_at))),
            (&self.description, |server| {
                server.description.clone().unwrap_or_default()
            }),
            (&self.display_description, |server| {
                server.description.clone().unwrap_or_default()
            }),
            (&self.hostname, |server| server.hostname.clone()),
            (&self.kernel_id, |_| String::new()),
            (&self.key_name, |server| {
                server.key_name.clone().unwrap_or_default()
            }),
            (&self.launch_index, |server| server.launch_index.to_string()),
            (&self.launched_at, |server| moment(server.launched_at)),
            (&self.locked_by, |server| {
                server
                    .lock
                    .as_ref()
                    .map(|lock| lock.by.clone())
                    .unwrap_or_default()
            }),
            (&self.progress, |server| server.progress.to_string()),
            (&self.ramdisk_id, |_| String::new()),
            (&self.reservation_id, |server| server.reservation_id.clone()),
            (&self.root_device_name, |_| String::new()),
            (&self.terminated_at, |server| moment(server.terminated_at)),
        ];
        let asked = all
            .into_iter()
            .filter_map(|(wanted, of)| Some((of, wanted.as_deref()?)));
        asked.map(|(of, wanted)| Ok((of, pattern(wanted)?))).collect()
    }

    /// `None` when nothing can match. `rule` is the list's own, `os_compute_api:servers:index`.
    pub(super) fn filter(
        self,
        context: &RequestContext,
        version: Microversion,
        rule: &str,
    ) -> Result<Option<ServerFilter>, Fault> {
        let all_projects = self.all_projects(context, rule)?;
        let Some(vm_states) = self.vm_states(version, context.is_admin())? else {
            return Ok(None);
        };
        in_order(self.changes_since, self.changes_before)?;
        let sort = sort::order(&self.sort_key, &self.sort_dir, context, version)?;
        let which = self.which();
        // Hidden among the others: whoever wants to see them says so, in one way or the other.
        let soft_deleted = vm_states.contains(&VmState::SoftDeleted) && !self.status.is_empty()
            || self.soft_deleted.as_deref().is_some_and(is_yes);
        let Ok(ids) = self.uuid.iter().map(|id| id.parse()).collect::<Result<_, _>>() else {
            return Ok(None);
        };
        let Ok(image) = self.image.or(self.image_ref).map(|id| id.parse()).transpose() else {
            return Ok(None);
        };
        Ok(Some(ServerFilter {
            all_projects,
            which,
            // Nova: a project without all_tenants is no reason to look into other projects.
            project: self.project_id.or(self.tenant_id).filter(|_| all_projects),
            user: self.user_id,
            name: self.name.or(self.display_name),
            vm_states,
            soft_deleted,
            task_states: task_states(self.task_state.as_deref()),
            power_state: self.power_state.and_then(|n| n.parse().ok()),
            image,
            flavor: self.flavor.or(self.instance_type_id).map(FlavorId),
            host: self.host.or(self.node),
            ids,
            ip: self.ip,
            ip6: self.ip6,
            locked: self.locked.as_deref().map(strict_bool).transpose()?,
            tags: comma(self.tags),
            tags_any: comma(self.tags_any),
            not_tags: comma(self.not_tags),
            not_tags_any: comma(self.not_tags_any),
            changes_since: self.changes_since.map(|moment| moment.0),
            changes_before: self.changes_before.map(|moment| moment.0),
            sort,
        }))
    }

    fn all_projects(&self, context: &RequestContext, rule: &str) -> Result<bool, Fault> {
        let asked = match self.all_tenants.as_deref() {
            None => false,
            Some("") => true,
            Some(word) => strict_bool(word)?,
        };
        if asked {
            allow(context, &format!("{rule}:get_all_tenants"), Need::Admin)?;
        }
        Ok(asked)
    }

    /// Whoever asks what changed is told of the deleted ones too, unless they say otherwise.
    fn which(&self) -> Which {
        let is_deleted = |word: &String| wanted(word) == Wanted::State(VmState::Deleted);
        match &self.deleted {
            _ if !self.status.is_empty() && self.status.iter().all(is_deleted) => Which::Deleted,
            Some(word) if is_yes(word) => Which::Deleted,
            None if self.changes_since.is_some() || self.changes_before.is_some() => Which::Both,
            _ => Which::Living,
        }
    }

    /// `Some` of no state lets all pass; `None` lets none.
    fn vm_states(&self, version: Microversion, admin: bool) -> Result<Option<Vec<VmState>>, Fault> {
        let mut states = Vec::new();
        for word in &self.status {
            match wanted(word) {
                Wanted::State(VmState::Deleted) if !admin => {
                    return Err(Fault::forbidden("Only administrators may list deleted instances"));
                }
                Wanted::State(state) => states.extend(beside(word, state)),
                Wanted::Unknown if version.refuses_unknown_statuses() => {
                    return Err(Fault::bad_request("Invalid status value"));
                }
                Wanted::Unknown | Wanted::Nothing => {}
            }
        }
        if let Some(word) = &self.vm_state {
            states.extend(ALL_VM_STATES.iter().filter(|state| state.as_str() == word));
        }
        let asked = !self.status.is_empty() || self.vm_state.is_some();
        Ok((!asked || !states.is_empty()).then_some(states))
    }
}

const ALL_VM_STATES: &[VmState] = &[
    VmState::Active,
    VmState::Building,
    VmState::Paused,
    VmState::Stopped,
    VmState::Error,
    VmState::Suspended,
    VmState::Rescued,
    VmState::Resized,
    VmState::SoftDeleted,
    VmState::Shelved,
    VmState::ShelvedOffloaded,
];

/// A hard reboot or a rebuild may begin in several states.
fn beside(word: &str, state: VmState) -> Vec<VmState> {
    match word.to_ascii_uppercase().as_str() {
        "HARD_REBOOT" | "REBUILD" | "RESIZE" => ALL_VM_STATES.to_vec(),
        _ => vec![state],
    }
}

fn task_states(word: Option<&str>) -> Vec<Option<TaskState>> {
    match word {
        None => Vec::new(),
        Some("None" | "") => vec![None],
        Some(word) => serde_json::from_value(word.into())
            .into_iter()
            .map(Some)
            .collect(),
    }
}

fn comma(words: Option<String>) -> Vec<String> {
    let words = words.unwrap_or_default();
    words
        .split(',')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_yes(word: &str) -> bool {
    strict_bool(word).unwrap_or(false)
}

fn strict_bool(word: &str) -> Result<bool, Fault> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "on" | "y" | "yes" => Ok(true),
        "0" | "f" | "false" | "off" | "n" | "no" => Ok(false),
        _ => Err(Fault::bad_request(format!(
            "Unrecognized value '{word}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'"
        ))),
    }
}
