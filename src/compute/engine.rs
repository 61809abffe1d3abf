//! Whether the engine answers, and what its host has.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::compute::Error;
use crate::objects::HostResources;

/// How much later than a broken answer the end of the engine's events may be heard.
const GRACE: Duration = Duration::from_secs(2);

#[derive(Debug, Default)]
enum Presence {
    /// Not asked yet: requests may try.
    #[default]
    Unknown,
    Present,
    Away(String),
}

#[derive(Debug, Default)]
struct State {
    presence: Presence,
    losses: u64,
}

#[derive(Debug, Default)]
pub(super) struct Engine {
    state: watch::Sender<State>,
    resources: Mutex<Option<HostResources>>,
}

impl Engine {
    pub(super) fn is_present(&self) -> bool {
        matches!(self.state.borrow().presence, Presence::Present)
    }

    /// Refuses, with the reason, what would have to wait for an engine that is known to be away.
    pub(super) fn required(&self) -> Result<(), Error> {
        match &self.state.borrow().presence {
            Presence::Away(reason) => Err(Error::Unavailable {
                service: "the Docker engine",
                reason: reason.clone(),
            }),
            Presence::Unknown | Presence::Present => Ok(()),
        }
    }

    /// How often it went away so far.
    pub(super) fn losses(&self) -> u64 {
        self.state.borrow().losses
    }

    /// Whether it went away after so many losses; waits a little for the news.
    pub(super) async fn was_lost_since(&self, losses: u64) -> bool {
        let mut state = self.state.subscribe();
        let lost = state.wait_for(|state| state.losses > losses);
        tokio::time::timeout(GRACE, lost)
            .await
            .is_ok_and(|heard| heard.is_ok())
    }

    /// Logs the first time only.
    pub(super) fn lost(&self, reason: String) {
        self.state.send_modify(|state| {
            if !matches!(state.presence, Presence::Away(_)) {
                tracing::warn!(%reason, "the engine is away; servers stay as they are until it is back");
                state.losses += 1;
            }
            state.presence = Presence::Away(reason);
        });
    }

    pub(super) fn found(&self, resources: HostResources) {
        self.state.send_modify(|state| {
            if !matches!(state.presence, Presence::Present) {
                tracing::info!(version = %resources.version, host = %resources.hypervisor_hostname, "the engine answers");
            }
            state.presence = Presence::Present;
        });
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
