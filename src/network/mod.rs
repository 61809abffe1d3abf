//! How servers reach their networks: who gives out ports, the interfaces that a host makes for them, what may pass through
//! them, and what a server is told when it asks.

mod docker_user;
mod error;
pub mod fabric;
pub mod fake;
pub mod firewall;
pub mod guest;
pub mod local;
pub mod neutron;
mod nft;
mod protocols;
mod proxy;
mod service;
pub mod vif;

pub use error::Error;
pub use proxy::{Admission, FloatingIp, FloatingIps, Groups, NetworkProxy, SecurityGroupRule};
pub use service::{
    Binding, Changed, Network, NetworkService, NewPort, Port, PortChange, PortStatus, SecurityGroup,
};
