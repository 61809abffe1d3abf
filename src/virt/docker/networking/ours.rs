//! Interfaces that we bring into a container's namespace: the host's ends, the firewall, the move, the guest services.

use std::sync::Arc;

use crate::network::firewall::{self, Guard, Reach};
use crate::network::vif::{self, Inside, Namespace, Owner, VifDriver};
use crate::objects::{Instance, Vif};
use crate::virt::{Error, NetworkInfo};

/// Makes all host's ends, or none that was not there.
pub(super) async fn plug(
    driver: &Arc<dyn VifDriver>,
    instance: &Instance,
    vifs: &[Vif],
) -> Result<(), Error> {
    let owner = Owner::from(instance);
    for (index, vif) in vifs.iter().enumerate() {
        if let Err(error) = driver.plug(&owner, vif).await {
            // Those before may have been there already: taking them away is for `unplug_vifs`.
            tracing::debug!(instance.id = %instance.id, port.id = %vif.id, plugged = index, "a VIF could not be plugged");
            return Err(error.into());
        }
    }
    Ok(())
}

/// After an error the rest has been tried.
pub(super) async fn unplug(
    driver: &Arc<dyn VifDriver>,
    instance: &Instance,
    vifs: &[Vif],
) -> Result<(), Error> {
    let owner = Owner::from(instance);
    let mut answer = Ok(());
    for vif in vifs {
        let outcome = driver.unplug(&owner, vif).await;
        if let (Err(error), Err(_)) = (&outcome, &answer) {
            tracing::warn!(instance.id = %instance.id, port.id = %vif.id, %error, "one more VIF could not be unplugged");
        }
        answer = answer.and(outcome);
    }
    Ok(answer?)
}

/// Nothing passes before the firewall stands.
pub(super) async fn attach(
    driver: &Arc<dyn VifDriver>,
    instance: &Instance,
    network: &NetworkInfo,
    namespace: &Namespace,
) -> Result<(), Error> {
    let reach = protect(namespace, network).await?;
    settle(driver, instance, network, namespace).await?;
    if reach == Reach::Present {
        protect(namespace, network).await?;
    }
    Ok(())
}

/// Brings in what is not inside yet, and gives everything its addresses and routes again.
pub(super) async fn settle(
    driver: &Arc<dyn VifDriver>,
    instance: &Instance,
    network: &NetworkInfo,
    namespace: &Namespace,
) -> Result<(), Error> {
    let owner = Owner::from(instance);
    for vif in &network.vifs {
        driver.attach(&owner, vif, &inside(namespace, vif)).await?;
    }
    Ok(())
}

/// What has no guard lets nothing pass.
pub(super) async fn protect(namespace: &Namespace, network: &NetworkInfo) -> Result<Reach, vif::Error> {
    let guard_of = |vif: &Vif| network.guards.iter().find(|guard| guard.port == vif.id);
    let guards: Vec<(String, Guard)> = network
        .vifs
        .iter()
        .filter_map(|vif| Some((vif.device(), guard_of(vif)?.clone())))
        .collect();
    firewall::apply(namespace, &guards).await
}

pub(super) fn inside(namespace: &Namespace, vif: &Vif) -> Inside {
    Inside {
        namespace: namespace.clone(),
        position: vif.position,
    }
}
