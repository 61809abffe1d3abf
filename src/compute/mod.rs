//! What the words mean: boot, start, stop, reboot, rebuild, resize, shelve, rescue, snapshot, delete.
//!
//! A door asks [`Compute`]. What is asked is checked and written down at once (`task_state` says whether it may be done),
//! and done afterwards in the server's own `queue`; `sync` finishes what a crash or an absent engine left half done.
//! A new verb is one file here.

mod actions;
mod admin_password;
mod aggregates;
mod answer;
mod boot;
mod build;
mod catalog;
mod commit;
mod console;
mod core;
mod deferred_delete;
mod delete;
mod describe;
mod diagnostics;
mod engine;
mod errand;
mod error;
mod expiry;
mod flavors;
mod guest;
mod hypervisors;
mod image_cache;
mod image_proxy;
mod keypairs;
mod licence;
mod list;
mod lock;
mod migrate;
mod moves;
mod names;
mod networking;
mod overdue;
mod password;
mod power;
mod promises;
mod provision;
mod queue;
mod quota;
mod quota_sets;
mod rebuild;
mod remote_console;
mod request;
mod rescue;
mod reset_state;
mod resize;
mod said;
mod server_groups;
mod services;
mod settings;
mod settle;
mod shelve;
mod shutdown;
mod snapshot;
mod ssh;
mod suitable;
mod sync;
mod task_state;
#[cfg(test)]
mod tests;
mod undo;
mod usage;
mod work;
mod x509;

pub use self::core::{Compute, Parts};
pub use crate::virt::{RebootType, Terminal, Window, WindowSize};
pub use aggregates::AggregateChange;
pub use answer::{Booted, NewKeypair, Rebuilt, Zone, ZoneHost};
pub use error::Error;
pub use flavors::{NewFlavor, check_docker_spec};
pub use hypervisors::{Hypervisor, Statistics};
pub use networking::{
    Directory, EventOutcome, ExternalEvent, ExternalEventKind, ExternalEventStatus, Interface,
};
pub use quota_sets::QuotaDetail;
pub use request::{Boot, ListPage, Rebuild, ServerFilter, SortKey, SortOrder, Unshelve, Update, Which};
pub use server_groups::{GroupMembers, NewServerGroup};
pub use services::{Service, ServiceChange};
pub use settings::{Quotas, Settings};
pub use usage::ServerUsage;
