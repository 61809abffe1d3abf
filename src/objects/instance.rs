//! A server, as the records keep it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Flavor, Guard, ImageId, InstanceId, Licence, PowerState, ProjectId, TaskState, UserId, Vif, VmState,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    pub id: InstanceId,
    /// Counts up; what `instance_name_template` turns into `OS-EXT-SRV-ATTR:instance_name`.
    pub number: i64,
    pub reservation_id: String,
    pub launch_index: u32,
    pub project_id: ProjectId,
    pub user_id: UserId,
    pub name: String,
    pub description: Option<String>,
    pub hostname: String,
    pub image: Option<ImageId>,
    /// The image's properties at the time of the boot; the image itself may be gone since.
    pub image_properties: BTreeMap<String, String>,
    /// The flavor at the time of the boot, whatever became of it since.
    pub flavor: Flavor,
    pub key_name: Option<String>,
    /// The public key that `key_name` had at the time of the boot.
    pub key_data: Option<String>,
    pub metadata: BTreeMap<String, String>,
    pub tags: BTreeSet<String>,
    pub user_data: Option<UserData>,
    #[serde(default)]
    pub licence: Licence,
    pub config_drive: bool,
    pub disk_config_auto: bool,
    pub access_ip_v4: Option<String>,
    pub access_ip_v6: Option<String>,
    pub security_groups: Vec<String>,
    pub scheduler_hints: SchedulerHints,
    pub trusted_image_certificates: Option<Vec<String>>,
    pub host: Option<String>,
    pub availability_zone: Option<String>,
    /// The zone the user asked for, if any.
    pub pinned_availability_zone: Option<String>,
    pub network: NetworkChoice,
    pub vifs: Vec<Vif>,
    #[serde(default)]
    pub wiring: Wiring,
    pub vm_state: VmState,
    pub task_state: Option<TaskState>,
    pub power_state: PowerState,
    /// How the server's first process ended, when it has.
    pub exit_code: Option<i64>,
    pub progress: u8,
    pub lock: Option<Lock>,
    pub fault: Option<Fault>,
    /// The image that a running snapshot fills; whoever finds it after the snapshot broke off deletes it.
    #[serde(default)]
    pub snapshot_image: Option<ImageId>,
    /// What a server on a detour goes back to, or on from.
    #[serde(default)]
    pub detour: Detour,
    /// What its `user_data` asks for inside it is still to be done, or being done.
    #[serde(default)]
    pub unprovisioned: bool,
    /// What the server left about its password, encrypted by it for its user.
    #[serde(default)]
    pub password_data: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub launched_at: Option<Timestamp>,
    pub terminated_at: Option<Timestamp>,
}

/// A server that is resized, shelved, rescued or deleted softly may come back: what it needs for that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detour {
    /// The flavor before the resize, until the resize is confirmed.
    pub old_flavor: Option<Flavor>,
    /// What the server was meant to be before.
    pub old_vm_state: Option<VmState>,
    /// When the state that ends by itself some day began.
    pub since: Option<Timestamp>,
    /// What the server is unshelved from.
    pub shelved_image: Option<ImageId>,
    /// What a rescue runs.
    pub rescue_image: Option<ImageId>,
}

impl Detour {
    /// What a resize needs no more; the rest is another's.
    pub fn end_of_resize(&mut self) {
        self.old_flavor = None;
        self.old_vm_state = None;
        self.since = None;
    }
}

/// Which networks the user asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkChoice {
    /// Nothing was said: the project's only network, or none when it has none.
    #[default]
    Unspecified,
    /// The project's only network, or one that is made for it when it has none.
    Auto,
    None,
    /// In the order of the interfaces.
    These(Vec<WantedNetwork>),
}

/// One interface that the user asked for: a port of theirs, or one to be made on a network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedNetwork {
    #[serde(default)]
    pub network: Option<Uuid>,
    #[serde(default)]
    pub port: Option<Uuid>,
    #[serde(default)]
    pub fixed_ip: Option<IpAddr>,
    #[serde(default)]
    pub tag: Option<String>,
}

/// What is remembered of a server's networks beside its VIFs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wiring {
    /// The groups that the user asked for, looked up; without, the project's default one.
    pub security_groups: Option<Vec<Uuid>>,
    /// Ports that users made and lent to the server: they are given back, never deleted.
    pub lent_ports: Vec<Uuid>,
    /// Ports are being made or taken: those that are not among the VIFs are left over when nobody is at work on it.
    pub unsettled: bool,
    /// What may pass each VIF, as last heard; it holds while the network service is away.
    pub guards: Vec<Guard>,
    /// In ERROR only because its interfaces could not be put in place: over as soon as they are.
    pub broken: bool,
}

/// `os:scheduler_hints` as the user gave them: the text of a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchedulerHints(pub String);

impl Default for SchedulerHints {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// `admin` or `owner`: an owner cannot open an administrator's lock.
    pub by: String,
    pub reason: Option<String>,
}

/// Why a server is in ERROR, as `fault` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub code: u16,
    pub message: String,
    /// More for administrators.
    pub details: Option<String>,
    pub created_at: Timestamp,
}

/// `user_data` as the user gave it: base64, at most 65,535 characters of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserData(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("user_data is too long: {0} characters of base64, at most 65535 are allowed")]
pub struct UserDataTooLong(pub usize);

impl UserData {
    pub const MAX: usize = 65_535;

    pub fn new(base64: impl Into<String>) -> Result<Self, UserDataTooLong> {
        let base64 = base64.into();
        match base64.len() {
            0..=Self::MAX => Ok(Self(base64)),
            length => Err(UserDataTooLong(length)),
        }
    }

    pub fn base64(&self) -> &str {
        &self.0
    }
}
