//! Servers as containers of a Docker engine: each of Nova's verbs in terms of the engine's own.

mod allowed;
mod config_drive;
mod console;
mod container;
mod cpuinfo;
mod diagnostics;
mod dialect;
mod disks;
mod driver;
mod events;
mod fetch;
#[cfg(test)]
mod golden;
mod host;
mod image;
mod joining;
mod key;
mod mounts;
mod names;
mod networking;
mod observe;
mod password;
mod ports;
mod power;
mod provision;
mod refusal;
mod rescue;
mod resize;
mod restart;
mod shell;
mod snapshot;
mod spawn;
mod terminal;
mod turns;
mod uptime;

pub use driver::{DockerDriver, Settings};
// The fake driver refuses by the same rules.
pub(super) use allowed::Asked;
pub(super) use container::{EngineImage, Ground, create_body};
pub(super) use fetch::ensure_format;
pub(super) use joining::Joining;
