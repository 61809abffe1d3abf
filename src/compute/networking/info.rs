//! How a server is connected: its VIFs, and what may pass them.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::compute::Error;
use crate::compute::core::Core;
use crate::objects::{Guard, Instance, Vif};
use crate::virt::NetworkInfo;

/// How long a server that is starting waits to hear what may pass; what was heard last holds then.
const PATIENCE: Duration = Duration::from_secs(10);

/// As remembered: for a VIF of which nothing was ever heard, nothing passes.
pub(in crate::compute) fn known(instance: &Instance) -> NetworkInfo {
    info(instance.vifs.clone(), &instance.wiring.guards)
}

pub(super) fn info(mut vifs: Vec<Vif>, guards: &[Guard]) -> NetworkInfo {
    vifs.sort_by_key(|vif| vif.position);
    let guard = |vif: &Vif| {
        let guard = guards.iter().find(|guard| guard.port == vif.id);
        guard.cloned().unwrap_or_else(|| Guard::closed(vif))
    };
    NetworkInfo {
        guards: vifs.iter().map(guard).collect(),
        vifs,
    }
}

/// Asks what may pass VIFs that are new, and remembers it.
pub(in crate::compute) async fn learn(core: &Core, instance: &Instance) -> Result<Arc<Instance>, Error> {
    let ports: Vec<_> = instance.vifs.iter().map(|vif| vif.id).collect();
    let guards = core.network.guards(&ports).await?;
    core.note(instance.id, |instance| instance.wiring.guards = guards)
        .await
}

/// With what may pass asked of the service; as remembered when it does not answer.
pub(in crate::compute) async fn fresh(core: &Core, instance: &Instance) -> NetworkInfo {
    let ports: Vec<_> = instance.vifs.iter().map(|vif| vif.id).collect();
    if ports.is_empty() {
        return NetworkInfo::default();
    }
    let guards = match timeout(PATIENCE, core.network.guards(&ports)).await {
        Ok(Ok(guards)) => guards,
        Ok(Err(error)) => {
            tracing::warn!(instance.id = %instance.id, %error, "what may pass is as it was heard last");
            return known(instance);
        }
        Err(_) => return known(instance),
    };
    let fresh = info(instance.vifs.clone(), &guards);
    if fresh.guards != instance.wiring.guards {
        let guards = fresh.guards.clone();
        let noted = core.note(instance.id, |instance| instance.wiring.guards = guards);
        if let Err(error) = noted.await {
            tracing::warn!(instance.id = %instance.id, %error, "what may pass was not recorded");
        }
    }
    fresh
}
