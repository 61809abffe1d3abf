//! Whether the engine answers, and what its host has.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::compute::Error;
use crate::objects::HostResources;

#[derive(Debug, Clone, Default)]
enum State {
    /// Not asked yet: requests may try.
    #[default]
    Unknown,
    Present,
    Away(String),
}

#[derive(Debug, Default)]
pub(super) struct Engine {
    state: Mutex<State>,
    resources: Mutex<Option<HostResources>>,
}

impl Engine {
    pub(super) fn is_present(&self) -> bool {
        matches!(*lock(&self.state), State::Present)
    }

    /// Refuses, with the reason, what would have to wait for an engine that is known to be away.
    pub(super) fn required(&self) -> Result<(), Error> {
        match &*lock(&self.state) {
            State::Away(reason) => Err(Error::Unavailable {
                service: "the Docker engine",
                reason: reason.clone(),
            }),
            State::Unknown | State::Present => Ok(()),
        }
    }

    /// Logs the first time only.
    pub(super) fn lost(&self, reason: String) {
        let mut state = lock(&self.state);
        if !matches!(*state, State::Away(_)) {
            tracing::warn!(%reason, "the engine is away; servers stay as they are until it is back");
        }
        *state = State::Away(reason);
    }

    pub(super) fn found(&self, resources: HostResources) {
        let mut state = lock(&self.state);
        if !matches!(*state, State::Present) {
            tracing::info!(version = %resources.version, host = %resources.hypervisor_hostname, "the engine answers");
        }
        *state = State::Present;
        *lock(&self.resources) = Some(resources);
    }

    /// As last seen.
    pub(super) fn resources(&self) -> Option<HostResources> {
        lock(&self.resources).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
