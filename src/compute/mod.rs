//! What the words mean: boot, start, stop, reboot, rebuild, snapshot, delete.
//!
//! A door asks [`Compute`]. What is asked is checked and written down at once (`task_state` says whether it may be done),
//! and done afterwards in the server's own `queue`; `sync` finishes what a crash or an absent engine left half done.
//! A new verb is one file here.

mod actions;
mod answer;
mod boot;
mod build;
mod catalog;
mod commit;
mod console;
mod core;
mod delete;
mod describe;
mod engine;
mod error;
mod guest;
mod image_cache;
mod keypairs;
mod list;
mod lock;
mod names;
mod networking;
mod password;
mod power;
mod queue;
mod quota;
mod rebuild;
mod request;
mod settings;
mod settle;
mod shutdown;
mod snapshot;
mod ssh;
mod suitable;
mod sync;
mod task_state;
#[cfg(test)]
mod tests;
mod undo;
mod work;

pub use self::core::{Compute, Parts};
pub use crate::virt::RebootType;
pub use answer::{Booted, Limits, NewKeypair, Rebuilt, Zone, ZoneHost};
pub use error::Error;
pub use networking::{
    Directory, EventOutcome, ExternalEvent, ExternalEventKind, ExternalEventStatus, Interface,
};
pub use request::{Boot, Rebuild, ServerFilter, SortKey, SortOrder, Update};
pub use settings::{Quotas, Settings};
