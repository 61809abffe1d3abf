//! A network service without networks: it keeps ports in memory, and refuses what a real one refuses.

mod faults;
mod proxy;
mod service;
mod state;
#[cfg(test)]
mod tests;

pub use faults::{FakeFaults, Held, Verb};
pub use service::FakeNetwork;
