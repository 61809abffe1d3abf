//! The wires of our own networks: kept while we serve, and taken away at the end of an ephemeral cloud.

use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::network::fabric::Fabric;
use crate::network::local::{LocalNetworks, keep};

#[derive(Debug)]
pub(super) struct Wiring {
    fabric: Arc<Fabric>,
    keeper: JoinHandle<()>,
}

impl Wiring {
    pub(super) fn begin(networks: LocalNetworks, fabric: Arc<Fabric>) -> Self {
        let keeper = tokio::spawn(keep(networks, fabric.clone()));
        Self { fabric, keeper }
    }

    /// Servers that live on keep their networks; an ephemeral cloud has none left.
    pub(super) async fn end(self, ephemeral: bool) {
        self.keeper.abort();
        // It says that it was aborted.
        let _ = self.keeper.await;
        if !ephemeral {
            return;
        }
        for problem in self.fabric.remove_all().await {
            tracing::warn!(%problem, "a part of an ephemeral cloud's networks could not be removed");
        }
    }
}
