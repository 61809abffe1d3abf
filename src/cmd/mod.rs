//! The program's roles: one file each, and the only place that builds things.

pub mod config;
