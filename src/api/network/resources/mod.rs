//! The resources of the network API, each a table of its attributes.

mod address_scopes;
mod floating_ips;
mod networks;
mod ports;
mod routers;
mod security_group_rules;
mod security_groups;
mod subnet_pools;
mod subnets;

use axum::Router;

use super::Door;
use super::resource::{self, Served};
use crate::network::local::records::{
    AddressScope, FloatingIp, Network, Port, Router as NetworkRouter, SecurityGroup, SecurityGroupRule,
    Subnet, SubnetPool,
};

macro_rules! resources {
    ($($Record:ident),* $(,)?) => {
        /// Name, collection and path of each.
        pub(super) const NAMES: &[(&str, &str, &str)] =
            &[$((<$Record as crate::network::local::Resource>::NAME, $Record::PLURAL, $Record::PATH)),*];

        pub(super) fn routes() -> Router<Door> {
            Router::new()$(.merge(resource::routes::<$Record>()))*.merge(routers::interfaces())
        }
    };
}

resources!(
    Network,
    Subnet,
    SubnetPool,
    AddressScope,
    Port,
    SecurityGroup,
    SecurityGroupRule,
    NetworkRouter,
    FloatingIp
);

#[cfg(test)]
mod tests;
