//! One file per role of the binary: the only place that builds things.

pub mod cells;
pub mod config;
mod config_files;
pub mod db;
pub mod network_cleanup;
pub mod openapi;
mod output;
pub mod serve;
pub mod status;

pub use config_files::ConfigFiles;
