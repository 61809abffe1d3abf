//! A compute driver without a machine: it keeps state in memory, and refuses what the real one refuses.

mod archive;
mod driver;
mod faults;
mod server;
mod state;
mod terminal;
#[cfg(test)]
mod tests;

pub use driver::FakeDriver;
pub use faults::{FakeFaults, Held, Verb};
