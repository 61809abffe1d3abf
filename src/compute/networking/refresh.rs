//! What a network service says now of a server's ports, brought into its record and its interfaces.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use uuid::Uuid;

use super::{info, wire};
use crate::compute::Error;
use crate::compute::core::Core;
use crate::compute::queue::Kind;
use crate::objects::{Guard, Instance, InstanceId, PowerState, TaskState, Vif};
use crate::virt;

/// An answer about some ports of one server.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Fresh {
    /// Those that are not among the VIFs are gone.
    pub(super) asked: Vec<Uuid>,
    pub(super) vifs: Vec<Vif>,
    pub(super) guards: Vec<Guard>,
}

impl Fresh {
    /// About the same ports this answer is the newer one.
    pub(super) fn replace(&mut self, newer: Self) {
        self.asked.retain(|port| !newer.asked.contains(port));
        self.vifs.retain(|vif| !newer.asked.contains(&vif.id));
        self.guards.retain(|guard| !newer.asked.contains(&guard.port));
        self.asked.extend(newer.asked);
        self.vifs.extend(newer.vifs);
        self.guards.extend(newer.guards);
    }

    fn is_gone(&self, vif: &Vif) -> bool {
        self.asked.contains(&vif.id) && !self.vifs.iter().any(|fresh| fresh.id == vif.id)
    }

    /// The record's VIFs as they are now; what only the record knows of them stays.
    fn vifs(&self, instance: &Instance) -> Vec<Vif> {
        let kept = instance.vifs.iter().filter(|vif| !self.is_gone(vif));
        kept.map(
            |known| match self.vifs.iter().find(|fresh| fresh.id == known.id) {
                Some(fresh) => Vif {
                    position: known.position,
                    tag: known.tag.clone(),
                    preserve_on_delete: known.preserve_on_delete,
                    ..fresh.clone()
                },
                None => known.clone(),
            },
        )
        .collect()
    }

    fn guards(&self, instance: &Instance) -> Vec<Guard> {
        let old = instance.wiring.guards.iter();
        let kept = old.filter(|guard| !self.asked.contains(&guard.port)).cloned();
        kept.chain(self.guards.iter().cloned()).collect()
    }
}

/// What this answer makes of the server's connection; `None` when it knew all of it.
fn news(instance: &Instance, fresh: &Fresh) -> Option<virt::NetworkInfo> {
    let now = info::info(fresh.vifs(instance), &fresh.guards(instance));
    (now != info::known(instance)).then_some(now)
}

/// Sees to it that the server comes to be as the service says.
pub(super) fn take_in(core: &Arc<Core>, instance: &Instance, fresh: Fresh) {
    let Some(now) = news(instance, &fresh) else {
        return;
    };
    let id = instance.id;
    core.nets.post(id, fresh);
    let work = core.clone();
    core.enqueue(id, Kind::Work, async move {
        if let Err(error) = from_inbox(&work, id).await {
            tracing::warn!(instance.id = %id, error = %error.in_full(), "news of a server's ports was not brought to it");
        }
    });
    if is_snapshot(instance.task_state) {
        // Its work takes minutes, and does not mind: what may pass does not wait for it.
        let (core, instance) = (core.clone(), instance.clone());
        tokio::spawn(async move {
            if let Err(error) = core.driver.guard(&instance, &now).await {
                tracing::warn!(instance.id = %instance.id, %error, "what may pass changes after the snapshot");
            }
        });
    }
}

fn is_snapshot(task: Option<TaskState>) -> bool {
    matches!(
        task,
        Some(TaskState::ImageSnapshot | TaskState::ImagePendingUpload | TaskState::ImageUploading)
    )
}

async fn from_inbox(core: &Arc<Core>, id: InstanceId) -> Result<(), Error> {
    match core.nets.fetch(id) {
        Some(fresh) => apply(core, id, &fresh).await,
        None => Ok(()),
    }
}

/// Asks the service about all VIFs of one server, in its queue.
pub(super) async fn now(core: &Arc<Core>, id: InstanceId) -> Result<(), Error> {
    let instance = core.instance(id).await?;
    let asked: Vec<Uuid> = instance.vifs.iter().map(|vif| vif.id).collect();
    let (vifs, guards) = tokio::try_join!(core.network.vifs(&asked), core.network.guards(&asked))?;
    apply(core, id, &Fresh { asked, vifs, guards }).await
}

/// The interfaces first: what may pass is not to wait for a record. Those that are gone leave the record last of all, so
/// that their ends on the host are known until they are taken away.
async fn apply(core: &Arc<Core>, id: InstanceId, fresh: &Fresh) -> Result<(), Error> {
    let Ok(_room) = core.nets.room.acquire().await else {
        return Ok(());
    };
    let instance = core.instance(id).await?;
    let Some(now) = news(&instance, fresh) else {
        return Ok(());
    };
    for vif in instance.vifs.iter().filter(|vif| fresh.is_gone(vif)) {
        tracing::info!(instance.id = %id, port.id = %vif.id, "a port is gone, and its interface with it");
        unplug(core, &instance, vif).await?;
    }
    let after = Instance {
        vifs: now.vifs.clone(),
        ..Instance::clone(&instance)
    };
    if runs(&instance) {
        for (old, new) in pairs(&instance, &after).filter(|(old, new)| loses_addresses(old, new)) {
            tracing::debug!(instance.id = %id, port.id = %new.id, "an interface is made anew without an address");
            detach(core, &instance, old).await?;
        }
        match pairs(&instance, &after).any(|(old, new)| old.network != new.network || old.mac != new.mac) {
            true => wire::plug(core, &after, &now).await?,
            false => wire::guard(core, &after, &now).await?,
        }
    }
    core.note(id, |instance| {
        instance.vifs = now.vifs;
        instance.wiring.guards = now.guards;
    })
    .await?;
    Ok(())
}

fn pairs<'a>(before: &'a Instance, after: &'a Instance) -> impl Iterator<Item = (&'a Vif, &'a Vif)> {
    let old = before.vifs.iter();
    old.filter_map(|old| Some((old, after.vifs.iter().find(|new| new.id == old.id)?)))
}

/// Plugging again adds what is missing and takes nothing away.
fn loses_addresses(old: &Vif, new: &Vif) -> bool {
    let addresses = |vif: &Vif| vif.fixed_ips().collect::<BTreeSet<(IpAddr, u8)>>();
    !addresses(old).is_subset(&addresses(new))
}

pub(super) fn runs(instance: &Instance) -> bool {
    matches!(instance.power_state, PowerState::Running | PowerState::Paused)
}

async fn detach(core: &Core, instance: &Instance, vif: &Vif) -> Result<(), Error> {
    match core.driver.detach_vif(instance, vif).await {
        Ok(()) | Err(virt::Error::NoSuchInstance(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes an interface out of the server, if it runs, and its end off this host.
pub(super) async fn unplug(core: &Core, instance: &Instance, vif: &Vif) -> Result<(), Error> {
    if runs(instance) {
        detach(core, instance, vif).await?;
    }
    Ok(core
        .driver
        .unplug_vifs(instance, std::slice::from_ref(vif))
        .await?)
}

/// After a port was deleted: its interface goes, whatever else the service has to say.
pub(super) async fn port_gone(core: &Arc<Core>, id: InstanceId, port: Uuid) -> Result<(), Error> {
    let asked = vec![port];
    apply(
        core,
        id,
        &Fresh {
            asked,
            ..Fresh::default()
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::tests::record;

    fn vif(number: u128, ip: &str) -> Vif {
        let mut vif = crate::compute::tests::vif(Uuid::from_u128(number));
        vif.network.subnets[0].ips = vec![ip.parse().unwrap()];
        vif
    }

    #[test]
    fn what_only_the_record_knows_of_a_vif_outlives_every_answer() {
        let known = Vif {
            position: 3,
            tag: Some("front".to_owned()),
            preserve_on_delete: true,
            ..vif(1, "10.0.0.5")
        };
        let instance = Instance {
            vifs: vec![known.clone(), vif(2, "10.0.0.6")],
            ..record()
        };
        let fresh = Fresh {
            asked: vec![Uuid::from_u128(1), Uuid::from_u128(2)],
            vifs: vec![vif(1, "10.0.0.7")],
            guards: Vec::new(),
        };
        let expected = Vif {
            network: vif(1, "10.0.0.7").network,
            ..known
        };
        assert_eq!(fresh.vifs(&instance), [expected]);
    }

    #[test]
    fn a_newer_answer_stands_for_its_ports_and_leaves_the_others() {
        let answer = |number: u128, ip: &str| Fresh {
            asked: vec![Uuid::from_u128(number)],
            vifs: vec![vif(number, ip)],
            guards: vec![Guard::closed(&vif(number, ip))],
        };
        let mut kept = answer(1, "10.0.0.1");
        kept.replace(answer(2, "10.0.0.2"));
        kept.replace(Fresh {
            vifs: Vec::new(),
            guards: Vec::new(),
            ..answer(1, "10.0.0.1")
        });
        assert_eq!(kept.vifs, [vif(2, "10.0.0.2")]);
        assert!(kept.is_gone(&vif(1, "10.0.0.1")) && !kept.is_gone(&vif(3, "10.0.0.3")));
    }
}
