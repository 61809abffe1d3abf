//! The seam between plans and the machine: one that changes, one that fails, one that only writes down.

use std::fmt;

use async_trait::async_trait;

use super::Error;
use super::change::{Change, Place};
use crate::objects::Mac;

/// An interface as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub mac: Option<Mac>,
    pub mtu: u32,
    pub up: bool,
    pub promiscuous: bool,
    /// The bridge that it is in.
    pub bridge: Option<String>,
}

/// Where plans come true.
#[async_trait]
pub trait Host: fmt::Debug + Send + Sync {
    async fn link(&self, place: &Place, name: &str) -> Result<Option<Link>, Error>;
    /// Makes one change. After an error it may be half made, but no other interface is touched.
    async fn apply(&self, place: &Place, change: &Change) -> Result<(), Error>;
}
