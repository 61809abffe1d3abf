//! What compute keeps in memory about networks while it lives.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, Notify, OwnedMutexGuard, Semaphore};
use uuid::Uuid;

use super::plugging::{Plugging, Waiter};
use super::refresh::Fresh;
use crate::network::Changed;
use crate::objects::InstanceId;

/// How many servers are wired at once when all of them have to be.
const WIRED_AT_ONCE: usize = 8;

#[derive(Debug)]
pub(in crate::compute) struct Nets {
    pub(super) plugging: Plugging,
    /// Servers whose interfaces may not be in place: whatever was in them may have started anew.
    stale: Mutex<HashSet<InstanceId>>,
    /// Held while ports of a server are made or taken, whatever became of the work that asked for it.
    turns: Mutex<HashMap<InstanceId, Arc<Turn<()>>>>,
    /// What the service said last and no server's work has seen yet.
    inbox: Mutex<HashMap<InstanceId, Fresh>>,
    due: Mutex<Due>,
    pub(super) told: Notify,
    away: AtomicBool,
    pub(super) room: Semaphore,
}

/// What the service is to be asked about.
#[derive(Debug, Default)]
pub(super) struct Due {
    pub(super) everything: bool,
    pub(super) ports: HashSet<Uuid>,
}

impl Default for Nets {
    fn default() -> Self {
        Self {
            plugging: Plugging::default(),
            stale: Mutex::default(),
            turns: Mutex::default(),
            inbox: Mutex::default(),
            due: Mutex::default(),
            told: Notify::new(),
            away: AtomicBool::new(false),
            room: Semaphore::new(WIRED_AT_ONCE),
        }
    }
}

impl Due {
    pub(super) fn is_empty(&self) -> bool {
        !self.everything && self.ports.is_empty()
    }

    pub(super) fn add(&mut self, changed: Changed) {
        match changed {
            Changed::Ports(ports) => self.ports.extend(ports),
            Changed::Everything => self.everything = true,
        }
    }
}

impl Nets {
    /// Hears from now on which ports of the server come to work.
    pub(in crate::compute) fn listen(&self, id: InstanceId) -> Waiter {
        self.plugging.listen(id)
    }

    /// The server's interfaces have to be looked after.
    pub(in crate::compute) fn mark_stale(&self, id: InstanceId) {
        lock(&self.stale).insert(id);
    }

    /// They are in place.
    pub(in crate::compute) fn mark_wired(&self, id: InstanceId) {
        lock(&self.stale).remove(&id);
    }

    pub(in crate::compute) fn is_stale(&self, id: InstanceId) -> bool {
        lock(&self.stale).contains(&id)
    }

    /// Nothing is known of a server that is gone.
    pub(in crate::compute) fn forget(&self, id: InstanceId) {
        self.mark_wired(id);
        lock(&self.inbox).remove(&id);
        let mut turns = lock(&self.turns);
        if turns.get(&id).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(&id);
        }
    }

    /// Waits until nothing is under way at the service for this server.
    pub(super) async fn turn(&self, id: InstanceId) -> OwnedMutexGuard<()> {
        let turn = lock(&self.turns).entry(id).or_default().clone();
        turn.lock_owned().await
    }

    /// What was put there before, of other ports, stays.
    pub(super) fn post(&self, id: InstanceId, fresh: Fresh) {
        let mut inbox = lock(&self.inbox);
        inbox.entry(id).or_default().replace(fresh);
    }

    pub(super) fn fetch(&self, id: InstanceId) -> Option<Fresh> {
        lock(&self.inbox).remove(&id)
    }

    /// Has the service asked, as soon as it answers.
    pub(in crate::compute) fn ask(&self, changed: Changed) {
        lock(&self.due).add(changed);
        self.told.notify_one();
    }

    pub(super) fn take_due(&self) -> Due {
        std::mem::take(&mut lock(&self.due))
    }

    /// The service did not answer: it is asked again until it does. Logs the first time only.
    pub(in crate::compute) fn lost(&self, error: &str) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the network service is away; servers keep what they have until it is back");
        }
        self.told.notify_one();
    }

    pub(super) fn is_away(&self) -> bool {
        self.away.load(Ordering::Relaxed)
    }

    /// Whether it was away.
    pub(super) fn found(&self) -> bool {
        self.away.swap(false, Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
