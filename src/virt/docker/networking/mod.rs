//! What connects a container: interfaces of ours brought into its namespace, or the engine's own networks.
//!
//! `plug` before the container starts, then the firewall, `attach` and the guest services in its namespace as soon as the
//! engine has made it; after whatever restarted, the same again for what is missing.

mod early;
mod engine;
mod life;
mod memory;
mod ours;
mod starting;
mod verbs;
mod wire;

use life::Life;

pub(super) use engine::EngineNetworks;
pub(super) use memory::Memory;
pub(super) use starting::Ready;
pub(super) use wire::{HostEnds, network_mode};
