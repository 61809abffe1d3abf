//! What the documents are made of.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::objects::{Instance, Vif};

/// How much randomness a server is given to begin with, in bytes.
pub const SEED_LENGTH: usize = 512;

/// One server, and what it alone does not know.
#[derive(Debug, Clone)]
pub struct Facts {
    pub instance: Arc<Instance>,
    /// What its host name is completed with; empty for nothing.
    pub domain: String,
    /// `SEED_LENGTH` bytes that nobody has seen.
    pub random_seed: Vec<u8>,
}

impl Facts {
    pub(super) fn hostname(&self) -> String {
        match self.domain.as_str() {
            "" => self.instance.hostname.clone(),
            domain => format!("{}.{domain}", self.instance.hostname),
        }
    }

    /// The user's own bytes, whoever they are addressed to.
    pub(super) fn user_data(&self) -> Option<Vec<u8>> {
        let base64 = self.instance.user_data.as_ref()?.base64();
        let joined: String = base64.split_whitespace().collect();
        STANDARD.decode(joined).ok()
    }

    /// The name and the text of its public key.
    pub(super) fn key(&self) -> Option<(&str, &str)> {
        let name = self.instance.key_name.as_deref()?;
        Some((name, self.instance.key_data.as_deref()?))
    }

    /// Those VIFs that have a network to speak of, in their order.
    pub(super) fn vifs(&self) -> impl Iterator<Item = &Vif> {
        let vifs = self.instance.vifs.iter();
        vifs.filter(|vif| !vif.network.subnets.is_empty())
    }
}
