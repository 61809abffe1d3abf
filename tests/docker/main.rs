//! The Docker driver against a real engine: every verb, and what `inspect` says after it.
//!
//! An engine must answer at `/var/run/docker.sock` (or `NOVA_DOCKER_TEST_HOST`); its absence is a failure. Each test makes
//! an image of Debian's busybox-static for itself, and removes everything it made, even when it fails.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod allowed;
mod archives;
mod boot;
mod console;
mod detours;
mod economy;
mod engine_networks;
mod events;
mod every_key;
mod guarded;
mod hostile;
mod image;
mod images;
mod isolation;
mod networks;
mod options;
mod power;
mod provision;
mod snapshot;
mod stage;
mod terminal;
