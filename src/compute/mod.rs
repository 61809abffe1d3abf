//! What the words mean: boot, start, stop, reboot, rebuild, snapshot, delete.

mod answer;
mod error;
mod facade;
mod request;
mod settings;

pub use answer::{Booted, Limits, NewKeypair, Rebuilt, Zone, ZoneHost};
pub use error::Error;
pub use facade::{Compute, Parts};
pub use request::{Boot, Rebuild, ServerFilter, SortKey, SortOrder, Update};
pub use settings::{Quotas, Settings};
