//! The parameters of the two lists, and what they ask of compute.

use crate::api::compute::servers::instance_actions::Moment;
use crate::api::compute::servers::status::{Wanted, status, wanted};
use crate::api::pagination::Limit;
use crate::api::policy::{Need, allow};
use crate::api::{Fault, Microversion};
use crate::compute::{ServerFilter, SortKey, SortOrder};
use crate::objects::{FlavorId, Instance, RequestContext, TaskState, VmState};
use crate::query;

query! {
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
        availability_zone: Option<String>,
        key_name: Option<String>,
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
        // Compared as text, by `attributes`.
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
    attributes: Vec<(Attribute, String)>,
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
                .all(|(of, wanted)| of(instance).eq_ignore_ascii_case(wanted))
    }
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

    const fn lets_everyone_filter_by_ip6(self) -> bool {
        self.at_least("2.5")
    }
}

impl ListServers {
    pub(super) fn shown(&self, context: &RequestContext, version: Microversion) -> Shown {
        let everyone = version.lets_everyone_filter_by_attributes();
        Shown {
            statuses: self.status.iter().map(|word| word.to_ascii_uppercase()).collect(),
            attributes: match everyone || context.is_admin() {
                true => self.attributes(),
                false => Vec::new(),
            },
        }
    }

    fn attributes(&self) -> Vec<(Attribute, String)> {
        let all: [(&Option<String>, Attribute); 20] = [
            (&self.access_ip_v4, |server| {
                server.access_ip_v4.clone().unwrap_or_default()
            }),
            (&self.access_ip_v6, |server| {
                server.access_ip_v6.clone().unwrap_or_default()
            }),
            (&self.auto_disk_config, |server| {
                server.disk_config_auto.to_string()
            }),
            (&self.config_drive, |server| server.config_drive.to_string()),
            (&self.created_at, |server| moment(Some(server.created_at))),
            (&self.deleted, |_| "false".to_owned()),
            (&self.description, |server| {
                server.description.clone().unwrap_or_default()
            }),
            (&self.display_description, |server| {
                server.description.clone().unwrap_or_default()
            }),
            (&self.hostname, |server| server.hostname.clone()),
            (&self.instance_type_id, |server| server.flavor.id.to_string()),
            (&self.kernel_id, |_| String::new()),
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
            (&self.soft_deleted, |_| "false".to_owned()),
            (&self.terminated_at, |server| moment(server.terminated_at)),
        ];
        let asked = all.into_iter();
        asked
            .filter_map(|(wanted, of)| wanted.clone().map(|wanted| (of, wanted)))
            .collect()
    }

    /// `None` when nothing can match.
    pub(super) fn filter(
        self,
        context: &RequestContext,
        version: Microversion,
    ) -> Result<Option<ServerFilter>, Fault> {
        let admin = context.is_admin();
        let Some(vm_states) = self.vm_states(version, admin)? else {
            return Ok(None);
        };
        let all_projects = self.all_projects(context)?;
        let attributes = admin || version.lets_everyone_filter_by_attributes();
        let sort = sort(&self.sort_key, &self.sort_dir)?;
        let Ok(ids) = self.uuid.iter().map(|id| id.parse()).collect::<Result<_, _>>() else {
            return Ok(None);
        };
        let Ok(image) = self.image.or(self.image_ref).map(|id| id.parse()).transpose() else {
            return Ok(None);
        };
        Ok(Some(ServerFilter {
            all_projects,
            // Nova: a project without all_tenants is no reason to look into other projects.
            project: self.project_id.or(self.tenant_id).filter(|_| all_projects),
            user: self.user_id.filter(|_| attributes),
            name: self.name.or(self.display_name),
            vm_states,
            task_states: task_states(self.task_state.as_deref().filter(|_| attributes)),
            power_state: self
                .power_state
                .filter(|_| attributes)
                .and_then(|n| n.parse().ok()),
            image,
            flavor: self.flavor.map(FlavorId),
            host: self.host.or(self.node).filter(|_| admin),
            availability_zone: self.availability_zone.filter(|_| attributes),
            key_name: self.key_name.filter(|_| attributes),
            ids,
            ip: self.ip,
            ip6: self
                .ip6
                .filter(|_| admin || version.lets_everyone_filter_by_ip6()),
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

    fn all_projects(&self, context: &RequestContext) -> Result<bool, Fault> {
        let asked = match self.all_tenants.as_deref() {
            None => false,
            Some("") => true,
            Some(word) => strict_bool(word)?,
        };
        if asked {
            allow(
                context,
                "os_compute_api:servers:detail:get_all_tenants",
                Need::Admin,
            )?;
        }
        Ok(asked)
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
];

/// A hard reboot or a rebuild may begin in several states.
fn beside(word: &str, state: VmState) -> Vec<VmState> {
    match word.to_ascii_uppercase().as_str() {
        "HARD_REBOOT" | "REBUILD" => ALL_VM_STATES.to_vec(),
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

fn strict_bool(word: &str) -> Result<bool, Fault> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "on" | "y" | "yes" => Ok(true),
        "0" | "f" | "false" | "off" | "n" | "no" => Ok(false),
        _ => Err(Fault::bad_request(format!(
            "Unrecognized value '{word}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'"
        ))),
    }
}

fn sort(keys: &[String], directions: &[String]) -> Result<Vec<(SortKey, SortOrder)>, Fault> {
    let mut directions = directions.iter();
    let mut sort = Vec::new();
    for key in keys {
        let order = match directions.next().map(String::as_str) {
            None | Some("desc") => SortOrder::Descending,
            Some("asc") => SortOrder::Ascending,
            Some(other) => {
                let message = format!(
                    "Invalid input for query parameters sort_dir. Value: {other}. '{other}' is not one of ['asc', 'desc']"
                );
                return Err(Fault::bad_request(message));
            }
        };
        sort.push((sort_key(key)?, order));
    }
    Ok(sort)
}

fn sort_key(key: &str) -> Result<SortKey, Fault> {
    Ok(match key {
        "created_at" => SortKey::CreatedAt,
        "updated_at" => SortKey::UpdatedAt,
        "display_name" | "name" => SortKey::Name,
        "uuid" | "id" => SortKey::Id,
        "vm_state" => SortKey::VmState,
        "task_state" => SortKey::TaskState,
        "power_state" => SortKey::PowerState,
        "host" | "node" => SortKey::Host,
        "key_name" => SortKey::KeyName,
        "launch_index" => SortKey::LaunchIndex,
        "project_id" => SortKey::Project,
        "user_id" => SortKey::User,
        "launched_at" => SortKey::LaunchedAt,
        "terminated_at" => SortKey::TerminatedAt,
        "image_ref" => SortKey::Image,
        "instance_type_id" => SortKey::Flavor,
        // In Nova's list, and the same for every container.
        "access_ip_v4"
        | "access_ip_v6"
        | "auto_disk_config"
        | "availability_zone"
        | "config_drive"
        | "display_description"
        | "ephemeral_gb"
        | "hostname"
        | "kernel_id"
        | "locked"
        | "memory_mb"
        | "progress"
        | "ramdisk_id"
        | "root_device_name"
        | "root_gb"
        | "vcpus" => SortKey::CreatedAt,
        other => {
            return Err(Fault::bad_request(format!(
                "Invalid input for query parameters sort_key. Value: {other}. '{other}' is not a key to sort by"
            )));
        }
    })
}
