//! One at a time for each key: two boots of one image load it once.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Gate, OwnedMutexGuard};

pub(super) struct Turns<K>(Arc<Mutex<HashMap<K, Weak<Gate<()>>>>>);

/// Somebody's turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl<K: Eq + Hash> Turns<K> {
    /// Waits for everybody who came before with the same key.
    pub(super) async fn take(&self, key: K) -> Turn {
        let gate = self.gate(key);
        Turn {
            _guard: gate.lock_owned().await,
        }
    }

    fn gate(&self, key: K) -> Arc<Gate<()>> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| gate.strong_count() > 0);
        if let Some(gate) = gates.get(&key).and_then(Weak::upgrade) {
            return gate;
        }
        let gate = Arc::new(Gate::new(()));
        gates.insert(key, Arc::downgrade(&gate));
        gate
    }
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K> Clone for Turns<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K> fmt::Debug for Turns<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Turns")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_second_waits_for_the_first_of_the_same_key_only() {
        let turns = Turns::default();
        let first = turns.take(1).await;
        assert!(turns.take(2).now_or_never().is_some());
        assert!(turns.take(1).now_or_never().is_none());
        drop(first);
        assert!(turns.take(1).now_or_never().is_some());
    }
}
