//! OpenStack compute whose servers are Docker containers, in one binary.
//!
//! # The rooms
//!
//! Lower rooms never import higher ones; `tests/layering.rs` holds the table of who may import whom.
//!
//! - [`objects`] - the nouns: Instance, Flavor, Image, Vif, Keypair, their ids and states. No I/O.
//! - [`conf`] - `nova.conf` in oslo.config's dialect, one file per `[section]`.
//! - [`db`] - what is remembered, in SQL, behind the trait `Records`.
//! - [`identity`] - who a token belongs to: a real Keystone, or our own users; and where other services are.
//! - [`docker`] - the connection to the Docker engine, nothing else.
//! - [`image`] - images in a real Glance or in our own store, and their bytes on the way to and from the engine.
//! - [`network`] - how servers reach their networks: a VIF is a plan of changes to the host, made together or not at all.
//! - [`user_data`] - bytes to container options, pure.
//! - [`metadata`] - what a server can read about itself, as documents, pure.
//! - [`virt`] - the trait `ComputeDriver`, the Docker driver, and an honest one in memory.
//! - [`scheduler`] - which host takes a server.
//! - [`compute`] - what the words mean: boot, start, stop, reboot, rebuild, snapshot, delete; the one façade all doors hold.
//! - [`api`] - the doors: Compute v2.1 and its consoles, and alone also Identity v3, Image v2 and Network v2.0.
//! - [`cmd`] - one file per role of the binary; the only place that builds things.
//!
//! # One boot
//!
//! `cmd::serve` has built everything. `api` names the request, settles its microversion and asks [`identity`] who it is;
//! `api::compute::servers::create` reads the body at that version and calls `Compute::boot`. `compute::boot` looks up flavor
//! and image, reads the `user_data` (a mistake is a 400 now, not an ERROR later), writes the rows and lets the scheduler
//! choose; the server's own queue runs `compute::build`: networking, spawning, each step with its undo. `virt::docker` makes
//! sure that the image is in the engine, writes the create body (`virt::docker::container`, where the order of
//! precedence is told) and starts the container. The record becomes ACTIVE.

pub mod api;
pub mod cmd;
pub mod compute;
pub mod conf;
pub mod db;
pub mod docker;
pub mod identity;
pub mod image;
pub mod metadata;
pub mod network;
pub mod objects;
pub mod scheduler;
pub mod user_data;
pub mod virt;
