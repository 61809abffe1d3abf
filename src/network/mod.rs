//! How servers reach their networks: who gives out ports, the interfaces that a host makes for them, what may pass through
//! them, and what a server is told when it asks.

mod error;
pub mod firewall;
pub mod guest;
pub mod neutron;
mod service;
pub mod vif;

pub use error::Error;
pub use service::{
    Binding, Changed, Network, NetworkService, NewPort, Port, PortChange, PortStatus, SecurityGroup,
};
