//! What servers' networks ask of compute: ports made and given back, interfaces attached and detached while a server runs.

//!
//! The network service decides what ports there are and what may pass them; the record remembers it; the driver makes it
//! so. `choose` looks at a boot's wishes before anything is written, `allocate` makes and gives back ports, `watch` hears
//! what changes and `refresh` brings it to the servers, `wire` keeps interfaces in place. A port whose server does not
//! remember it is a leftover: `reclaim` finds it by its device.

mod allocate;
mod attach;
mod choose;
mod detach;
mod directory;
mod events;
mod fixed_ips;
mod floating_ips;
mod groups;
mod info;
mod interfaces;
mod nets;
mod plugging;
mod refresh;
mod watch;
mod wire;

use crate::network::PortStatus;
use crate::objects::{InstanceId, Vif};

pub(super) use allocate::{allocate, deallocate, reclaim_quietly, take_back};
pub(super) use choose::{Chosen, check_mode, check_port_is_free, choose, wanted};
pub use directory::Directory;
pub(super) use info::{fresh, known, learn};
pub(super) use nets::Nets;
pub(super) use watch::watch;
pub(super) use wire::wire;

/// One interface of a server, as its network service has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    pub vif: Vif,
    pub status: PortStatus,
}

/// What another service tells of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalEvent {
    pub kind: ExternalEventKind,
    pub instance: InstanceId,
    pub status: ExternalEventStatus,
    /// For network events the port's id.
    pub tag: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExternalEventKind {
    NetworkChanged,
    NetworkVifPlugged,
    NetworkVifUnplugged,
    NetworkVifDeleted,
    /// One that says nothing to a container: volumes, accelerators.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExternalEventStatus {
    Completed,
    Failed,
    InProgress,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOutcome {
    Accepted,
    /// There is no such server.
    NoSuchInstance,
    /// The server is not on a host yet.
    NotOnHost,
}
