//! Stories told with `OpenStack`'s own clients: `openstack` and `glance` drive a running `nova-docker serve`, and the Docker
//! engine is asked what really runs.
//!
//! Each story plays alone (the service with its own identity, image and network service) or inside a cloud (a real Keystone,
//! Glance and Neutron); the main job and the stories of networks in both. What they need - the clients, the cloud, the engine - `tools/test` brings up; without
//! it they fail and say so. Each story has an image of its own whose label marks everything that is made from it, and
//! takes all of that away when it ends, however it ends.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod away;
mod bad_input;
mod cloud_init;
mod consoles;
mod crashes;
mod crowd;
mod images;
mod lifetimes;
mod main_job;
mod networks;
mod openapi;
mod operators;
mod plugged;
mod projects;
mod stage;
mod user_scripts;
