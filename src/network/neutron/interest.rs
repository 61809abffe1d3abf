//! Which ports somebody here cares for: those of this host that were made, bound or asked about.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::shown;

#[derive(Debug)]
pub(super) struct Interest {
    host: String,
    ports: Mutex<BTreeSet<Uuid>>,
}

impl Interest {
    pub(super) fn new(host: String) -> Self {
        Self {
            host,
            ports: Mutex::default(),
        }
    }

    /// Ports that are bound elsewhere are another host's to look at.
    pub(super) fn take(&self, port: &shown::Port) {
        if port.host.as_ref() == Some(&self.host) {
            self.ports().insert(port.id);
        }
    }

    pub(super) fn forget(&self, port: Uuid) {
        self.ports().remove(&port);
    }

    pub(super) fn now(&self) -> BTreeSet<Uuid> {
        self.ports().clone()
    }

    fn ports(&self) -> MutexGuard<'_, BTreeSet<Uuid>> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
