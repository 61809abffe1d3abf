//! Waits until the network service says that a new server's ports work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::compute::Error;
use crate::compute::core::Core;
use crate::objects::{Instance, InstanceId};

const FIRST_LOOK: Duration = Duration::from_secs(1);
const LONGEST_BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// Whether it works, for each port of which something was heard.
type Heard = HashMap<Uuid, bool>;

/// Servers that wait, and what was heard of their ports since.
#[derive(Debug, Clone, Default)]
pub(in crate::compute) struct Plugging {
    waiting: Arc<Mutex<HashMap<InstanceId, watch::Sender<Heard>>>>,
}

/// Listens from the moment it is made: before there are ports, so that no event comes too early.
#[derive(Debug)]
pub(in crate::compute) struct Waiter {
    id: InstanceId,
    heard: watch::Receiver<Heard>,
    plugging: Plugging,
}

impl Plugging {
    pub(super) fn listen(&self, id: InstanceId) -> Waiter {
        let (sender, heard) = watch::channel(Heard::new());
        self.waiting().insert(id, sender);
        Waiter {
            id,
            heard,
            plugging: self.clone(),
        }
    }

    pub(super) fn tell(&self, id: InstanceId, port: Uuid, works: bool) {
        if let Some(sender) = self.waiting().get(&id) {
            sender.send_modify(|heard| {
                heard.insert(port, works);
            });
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<InstanceId, watch::Sender<Heard>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.plugging.waiting().remove(&self.id);
    }
}

impl Waiter {
    /// Makes the host's ends and waits until all ports work, if the service has to see the ends for that: else they are
    /// made while the driver makes the rest. An error only where the operator wants one.
    pub(in crate::compute) async fn plug(mut self, core: &Core, instance: &Instance) -> Result<(), Error> {
        let settings = &core.settings;
        let waiting = instance.vifs.iter().filter(|vif| !vif.active).map(|vif| vif.id);
        let ports: Vec<Uuid> = waiting.collect();
        if ports.is_empty() || settings.vif_plugging_timeout.is_zero() {
            return Ok(());
        }
        core.driver.prepare_vifs(instance, &instance.vifs).await?;
        let all_work = timeout(settings.vif_plugging_timeout, self.until_all_work(core, &ports));
        let reason = match all_work.await {
            Ok(true) => return Ok(()),
            Ok(false) => "the network service says that it failed",
            Err(_) => "the network service did not say in time that it is",
        };
        tracing::warn!(instance.id = %self.id, ?ports, reason, "a port is not plugged");
        match settings.vif_plugging_is_fatal {
            true => Err(Error::VirtualInterfaceCreate),
            false => Ok(()),
        }
    }

    /// Whether all of them came to work. Events get lost: the service is asked too, now and then.
    async fn until_all_work(&mut self, core: &Core, ports: &[Uuid]) -> bool {
        let mut pause = FIRST_LOOK;
        loop {
            let heard = self.heard.borrow_and_update().clone();
            if ports.iter().any(|port| heard.get(port) == Some(&false)) {
                return false;
            }
            if ports.iter().all(|port| heard.contains_key(port)) {
                return true;
            }
            tokio::select! {
                _ = self.heard.changed() => {}
                () = sleep(pause) => {
                    pause = (pause * 2).min(LONGEST_BETWEEN_LOOKS);
                    for vif in core.network.vifs(ports).await.unwrap_or_default() {
                        if vif.active {
                            self.plugging.tell(self.id, vif.id, true);
                        }
                    }
                }
            }
        }
    }
}
