//! The metadata service: answers servers that ask who they are.
//!
//! It has no port of the host and no identities to check: each server has a listening socket of its own, which nobody but
//! that server reaches.

mod handlers;
mod serve;

pub use serve::serve;
