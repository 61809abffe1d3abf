//! What the words mean: boot, start, stop, reboot, rebuild, snapshot, delete.

mod error;
mod request;

pub use error::Error;
pub use request::{Boot, Rebuild, ServerFilter, SortKey, SortOrder, Update};
