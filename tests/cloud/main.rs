//! Our client of Neutron against a real one, the one that `tools/cloud` brought up: each test in a project of its own, which
//! is taken away with all that is in it, however the test ends.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

mod absence;
mod changes;
mod events;
mod guards;
mod offers;
mod ports;
mod refusals;
mod stage;
