//! What fake drivers share: their servers, the host's ends of VIFs, images, and what a test has in store for them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bollard::models::ImageConfig;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::faults::Plans;
use super::server::Server;
use crate::objects::{ImageId, InstanceId, Vif};
use crate::virt::{Event, NetworkInfo};

#[derive(Debug)]
pub(super) struct State {
    servers: Mutex<HashMap<InstanceId, Server>>,
    /// The host's ends of VIFs, which outlive containers.
    ends: Mutex<HashMap<InstanceId, BTreeSet<Uuid>>>,
    cache: Mutex<BTreeMap<ImageId, ImageConfig>>,
    plans: Mutex<Plans>,
    pub(super) events: broadcast::Sender<Option<Event>>,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            servers: Mutex::default(),
            ends: Mutex::default(),
            cache: Mutex::default(),
            plans: Mutex::default(),
            events: broadcast::channel(4096).0,
        }
    }

    pub(super) fn servers(&self) -> MutexGuard<'_, HashMap<InstanceId, Server>> {
        lock(&self.servers)
    }

    pub(super) fn ends(&self) -> MutexGuard<'_, HashMap<InstanceId, BTreeSet<Uuid>>> {
        lock(&self.ends)
    }

    pub(super) fn cache(&self) -> MutexGuard<'_, BTreeMap<ImageId, ImageConfig>> {
        lock(&self.cache)
    }

    pub(super) fn plans(&self) -> MutexGuard<'_, Plans> {
        lock(&self.plans)
    }

    /// One more terminal of the server, or one less.
    pub(super) fn terminals(&self, id: InstanceId, change: isize) {
        if let Some(server) = self.servers().get_mut(&id) {
            server.terminals = server.terminals.saturating_add_signed(change);
        }
    }

    /// Whether these VIFs are in place, so that plugging them has nothing to do.
    pub(super) fn is_wired(&self, id: InstanceId, network: &NetworkInfo) -> bool {
        let servers = self.servers();
        servers
            .get(&id)
            .is_some_and(|server| server.is_running() && server.network.vifs == network.vifs)
    }

    pub(super) fn plug(&self, id: InstanceId, vifs: &[Vif]) {
        if !vifs.is_empty() {
            self.ends()
                .entry(id)
                .or_default()
                .extend(vifs.iter().map(|vif| vif.id));
        }
    }

    pub(super) fn unplug(&self, id: InstanceId, vifs: &[Vif]) {
        let mut ends = self.ends();
        if let Some(own) = ends.get_mut(&id) {
            own.retain(|end| !vifs.iter().any(|vif| vif.id == *end));
            if own.is_empty() {
                ends.remove(&id);
            }
        }
    }
}

/// A panic on purpose leaves nothing half changed.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
