//! Readers of values: each takes one shape of value, or says what it expected instead. Null is "not said" to each.

pub(super) mod binds;
pub(super) mod command;
pub(super) mod devices;
pub(super) mod env;
pub(super) mod health;
pub(super) mod host_side;
pub(super) mod lxc;
pub(super) mod mounts;
pub(super) mod names;
pub(super) mod pairs;
pub(super) mod ports;
pub(super) mod record;
pub(super) mod restart;
pub(super) mod size;
pub(super) mod ulimits;
pub(super) mod values;
