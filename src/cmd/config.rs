//! `nova-docker config`.
