//! What a test can do to a fake network service that no user could: make it fail, make it wait, take it away.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, PoisonError};

use tokio::sync::{Mutex as Gate, OwnedMutexGuard};

use super::service::Shared;
use crate::network::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    Networks,
    AutoAllocated,
    Port,
    SecurityGroups,
    PortsLeft,
    CheckAddress,
    CreatePort,
    UpdatePort,
    DeletePort,
    PortsOf,
    Vifs,
    Guards,
    /// Whatever the Compute API passes on.
    Proxy,
}

/// A handle on the service's misfortunes; cheap to clone.
#[derive(Debug, Clone)]
pub struct FakeFaults(pub(super) Arc<Shared>);

/// Calls of the verb wait until this is dropped.
#[derive(Debug)]
pub struct Held {
    _guard: OwnedMutexGuard<()>,
}

#[derive(Debug, Default)]
pub(super) struct Plans {
    failures: HashMap<Verb, VecDeque<Error>>,
    /// Verbs whose next call is carried out and answered by nobody.
    mute: HashSet<Verb>,
    waiting: HashSet<Verb>,
    gates: HashMap<Verb, Arc<Gate<()>>>,
    down: bool,
}

impl FakeFaults {
    /// The next call of `verb` fails so; more than one call stacks up.
    pub fn fail_next(&self, verb: Verb, error: Error) {
        self.0.plans().failures.entry(verb).or_default().push_back(error);
    }

    /// The next call of `verb` is carried out, and its answer gets lost.
    pub fn lose_next_answer(&self, verb: Verb) {
        self.0.plans().mute.insert(verb);
    }

    /// Makes calls of `verb` wait; those that are past their beginning already are not held.
    pub async fn hold(&self, verb: Verb) -> Held {
        let gate = self.0.plans().gates.entry(verb).or_default().clone();
        Held {
            _guard: gate.lock_owned().await,
        }
    }

    /// Whether a call of `verb` waits for a hold to end.
    pub fn is_awaited(&self, verb: Verb) -> bool {
        self.0.plans().waiting.contains(&verb)
    }

    /// Every verb fails as if nobody answered.
    pub fn down(&self, down: bool) {
        self.0.plans().down = down;
    }
}

impl Shared {
    fn plans(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits and fails as planned for `verb`.
    pub(super) async fn enter(&self, verb: Verb) -> Result<(), Error> {
        let gate = self.plans().gates.get(&verb).cloned();
        if let Some(gate) = gate {
            self.plans().waiting.insert(verb);
            drop(gate.lock().await);
            self.plans().waiting.remove(&verb);
        }
        let mut plans = self.plans();
        if plans.down {
            return Err(unreachable());
        }
        let failure = plans.failures.get_mut(&verb).and_then(VecDeque::pop_front);
        failure.map_or(Ok(()), Err)
    }

    /// What the caller hears of an outcome.
    pub(super) fn answer<T>(&self, verb: Verb, outcome: Result<T, Error>) -> Result<T, Error> {
        match self.plans().mute.remove(&verb) {
            true => Err(unreachable()),
            false => outcome,
        }
    }
}

fn unreachable() -> Error {
    let url = "fake://network".to_owned();
    let reason = "connection refused".to_owned();
    Error::Unreachable { url, reason }
}
