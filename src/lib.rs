//! OpenStack compute whose servers are Docker containers.

pub mod api;
pub mod cmd;
pub mod compute;
pub mod conf;
pub mod db;
pub mod docker;
pub mod identity;
pub mod image;
pub mod objects;
pub mod user_data;
pub mod virt;
