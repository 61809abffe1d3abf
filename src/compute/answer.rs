//! What `Compute` answers, where a record of `objects` is not the whole of it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::objects::{Instance, UserId};

/// Servers that were accepted and are being built.
#[derive(Debug, Clone)]
pub struct Booted {
    /// In the order of their launch index; never empty.
    pub instances: Vec<Arc<Instance>>,
    pub reservation_id: String,
    /// The password that was asked for, or a new one; it is kept nowhere.
    pub admin_pass: String,
}

#[derive(Debug, Clone)]
pub struct Rebuilt {
    pub instance: Arc<Instance>,
    pub admin_pass: String,
}

/// A key pair to be made, or to be imported when `public_key` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKeypair {
    pub name: String,
    /// `ssh` or `x509`.
    pub kind: String,
    pub public_key: Option<String>,
    /// An administrator may make one for somebody else.
    pub user: Option<UserId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub name: String,
    pub available: bool,
    pub hosts: Vec<ZoneHost>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneHost {
    pub name: String,
    /// `nova-compute`, …
    pub service: String,
    /// Not disabled by an administrator.
    pub active: bool,
    /// Answering.
    pub available: bool,
    pub updated_at: Option<Timestamp>,
}
