//! What a door may ask of `Compute`: values, whatever protocol they came by.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::objects::{
    FlavorId, ImageId, InstanceId, NetworkChoice, SchedulerHints, TaskState, UserData, VmState,
};

/// One or more servers alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Boot {
    pub name: String,
    pub description: Option<String>,
    /// Chosen by the user; derived from the name when not.
    pub hostname: Option<String>,
    pub flavor: FlavorId,
    pub image: ImageId,
    pub min_count: u32,
    pub max_count: u32,
    pub metadata: BTreeMap<String, String>,
    pub tags: BTreeSet<String>,
    pub key_name: Option<String>,
    pub user_data: Option<UserData>,
    pub admin_pass: Option<String>,
    pub availability_zone: Option<String>,
    /// The host that an administrator insists on.
    pub host: Option<String>,
    pub network: NetworkChoice,
    pub security_groups: Vec<String>,
    pub config_drive: bool,
    pub disk_config_auto: bool,
    pub access_ip_v4: Option<String>,
    pub access_ip_v6: Option<String>,
    pub scheduler_hints: SchedulerHints,
    pub trusted_image_certificates: Option<Vec<String>>,
}

/// What of a server's description is to change; `None` leaves it, `Some(None)` clears it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Update {
    pub name: Option<String>,
    pub hostname: Option<String>,
    pub description: Option<Option<String>>,
    pub access_ip_v4: Option<Option<String>>,
    pub access_ip_v6: Option<Option<String>>,
    pub disk_config_auto: Option<bool>,
    /// A server can be pinned to the zone it is in, and nowhere else.
    pub pinned_availability_zone: Option<Option<String>>,
}

/// The same server from an image again.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuild {
    pub image: ImageId,
    pub update: Update,
    pub metadata: Option<BTreeMap<String, String>>,
    pub admin_pass: Option<String>,
    /// `Some(None)` takes the key away.
    pub key_name: Option<Option<String>>,
    pub user_data: Option<Option<UserData>>,
    pub trusted_image_certificates: Option<Option<Vec<String>>>,
}

/// Where a shelved server is to come back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unshelve {
    /// `Some(None)` takes the zone away that the server is pinned to.
    pub availability_zone: Option<Option<String>>,
    pub host: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortKey {
    #[default]
    CreatedAt,
    UpdatedAt,
    Name,
    Id,
    VmState,
    TaskState,
    PowerState,
    Host,
    KeyName,
    LaunchIndex,
    Project,
    User,
    LaunchedAt,
    TerminatedAt,
    Image,
    Flavor,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    Ascending,
    #[default]
    Descending,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Which {
    #[default]
    Living,
    Deleted,
    Both,
}

/// What part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPage {
    /// The last one seen.
    pub after: Option<InstanceId>,
    pub limit: usize,
}

/// Which servers, in which order. Everything that is `None` or empty lets all pass.
#[derive(Debug, Clone, Default)]
pub struct ServerFilter {
    pub all_projects: bool,
    pub project: Option<String>,
    pub user: Option<String>,
    /// A regular expression, as in Nova.
    pub name: Option<String>,
    pub vm_states: Vec<VmState>,
    /// Those that wait for their end are in the list too.
    pub soft_deleted: bool,
    /// Empty: any; `Some(None)` inside means "no task".
    pub task_states: Vec<Option<TaskState>>,
    pub power_state: Option<u8>,
    pub image: Option<ImageId>,
    pub flavor: Option<FlavorId>,
    pub host: Option<String>,
    pub ids: Vec<InstanceId>,
    /// A regular expression over the addresses.
    pub ip: Option<String>,
    pub ip6: Option<String>,
    pub locked: Option<bool>,
    pub tags: Vec<String>,
    pub tags_any: Vec<String>,
    pub not_tags: Vec<String>,
    pub not_tags_any: Vec<String>,
    pub which: Which,
    pub changes_since: Option<Timestamp>,
    pub changes_before: Option<Timestamp>,
    pub sort: Vec<(SortKey, SortOrder)>,
}
