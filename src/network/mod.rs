//! How servers reach their networks: the interfaces that a host makes for them.

pub mod vif;
