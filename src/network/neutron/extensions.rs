//! Which extensions of its API Neutron has, remembered for a while.

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Neutron;
use super::calls::Caller;
use crate::network::Error;

#[derive(Debug)]
pub(super) struct Extensions {
    believed_for: Duration,
    known: Mutex<Option<(Instant, HashSet<String>)>>,
}

#[derive(Debug, Deserialize)]
struct Extension {
    alias: String,
}

impl Extensions {
    pub(super) fn new(believed_for: Duration) -> Self {
        Self {
            believed_for,
            known: Mutex::default(),
        }
    }
}

impl Neutron {
    /// Who asks while another is asking Neutron waits for that answer.
    pub(super) async fn has_extension(&self, alias: &str) -> Result<bool, Error> {
        let mut known = self.extensions.known.lock().await;
        if let Some((since, aliases)) = known.as_ref()
            && since.elapsed() < self.extensions.believed_for
        {
            return Ok(aliases.contains(alias));
        }
        let listed: Vec<Extension> = self.list(Caller::Us, "extensions", &[], &["alias"]).await?;
        let aliases: HashSet<String> = listed.into_iter().map(|extension| extension.alias).collect();
        let has = aliases.contains(alias);
        *known = Some((Instant::now(), aliases));
        Ok(has)
    }
}
