//! VIF drivers, routers and external networks against a real kernel and a real Open vSwitch: what servers reach, and what
//! failures leave behind.
//!
//! Each test has network namespaces of its own: one is the host, the others are servers. It must run as root, and needs
//! `ip`, `busybox` and Open vSwitch, whose absence is a failure. The kernel must have bridges, veth, macvlan and tun; of
//! 802.1Q there is more to test where it is there.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod bridge;
mod command;
mod fabric;
mod failures;
mod firewall;
mod guests;
mod macvlan;
mod ovs;
mod repair;
mod stage;
mod switch;
