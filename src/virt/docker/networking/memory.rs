//! What was wired in this run of nova-docker, so that nothing is done twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Life;
use crate::objects::InstanceId;
use crate::virt::NetworkInfo;

/// Cheap to clone; clones share it. It is no truth: whatever is not in it is wired again, which disturbs nothing.
#[derive(Debug, Clone, Default)]
pub(in crate::virt::docker) struct Memory(Arc<Mutex<HashMap<InstanceId, Wired>>>);

#[derive(Debug, Clone)]
struct Wired {
    life: Life,
    network: NetworkInfo,
}

impl Memory {
    /// How this very run was wired, if it was.
    pub(super) fn of(&self, id: InstanceId, life: &Life) -> Option<NetworkInfo> {
        let all = self.lock();
        let wired = all.get(&id).filter(|wired| wired.life == *life)?;
        Some(wired.network.clone())
    }

    pub(super) fn keep(&self, id: InstanceId, life: Life, network: NetworkInfo) {
        self.lock().insert(id, Wired { life, network });
    }

    pub(super) fn change(&self, id: InstanceId, change: impl FnOnce(&mut NetworkInfo)) {
        if let Some(wired) = self.lock().get_mut(&id) {
            change(&mut wired.network);
        }
    }

    pub(super) fn forget(&self, id: InstanceId) {
        self.lock().remove(&id);
    }

    /// Forgets a run that is not this one any more, and answers whether there was one.
    pub(super) fn forget_if(&self, id: InstanceId, is_over: impl FnOnce(&Life) -> bool) -> bool {
        let mut all = self.lock();
        let over = all.get(&id).is_some_and(|wired| is_over(&wired.life));
        if over {
            all.remove(&id);
        }
        over
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<InstanceId, Wired>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
