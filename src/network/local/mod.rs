//! Our own Neutron: the networks of a cloud of one machine, in memory for reading and in the database for good.
//!
//! Everything it knows is one [`State`]. A change is a function on a copy of it: what differs afterwards is written in one
//! transaction, then the copy takes the place of the state, then those who watch are told whose ports are concerned.

pub mod address_scopes;
mod affected;
pub mod availability;
mod edit;
mod error;
pub mod floating_ips;
mod founding;
mod guards;
mod keeper;
pub mod networks;
pub mod ports;
mod protocols;
mod proxy;
pub mod quotas;
mod ranges;
pub mod records;
mod rights;
pub mod routers;
pub mod security_group_rules;
pub mod security_groups;
mod service;
mod state;
pub mod subnet_pools;
pub mod subnets;
mod table;
#[cfg(test)]
pub(crate) mod tests;
pub mod vifs;
mod wiring;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Mutex, OwnedMutexGuard, broadcast, watch};

pub use edit::Edit;
pub use error::{Error, Why};
pub use founding::Founding;
pub use keeper::keep;
pub use rights::Resource;
pub use state::State;
pub use table::{Record, Table};

use super::Changed;
use crate::db;
use crate::objects::{RequestContext, World};

/// More changes than anybody should be behind with; who is hears that everything has changed.
const BACKLOG: usize = 256;

/// Clones are the same service.
#[derive(Clone)]
pub struct LocalNetworks {
    inner: Arc<Inner>,
}

struct Inner {
    records: db::Networks,
    world: Arc<dyn World>,
    memory: RwLock<Arc<State>>,
    /// Held by whoever changes something, from reading the state to having it in memory again.
    writer: Arc<Mutex<()>>,
    changed: broadcast::Sender<Changed>,
    /// How often anything was changed.
    generation: watch::Sender<u64>,
}

impl LocalNetworks {
    pub async fn open(records: db::Networks, world: Arc<dyn World>) -> Result<Self, Error> {
        let state = State::load(&records.all().await?)?;
        Ok(Self {
            inner: Arc::new(Inner {
                records,
                world,
                memory: RwLock::new(Arc::new(state)),
                writer: Arc::default(),
                changed: broadcast::Sender::new(BACKLOG),
                generation: watch::Sender::new(0),
            }),
        })
    }

    /// Everything as it is now; later changes do not show in it.
    pub fn state(&self) -> Arc<State> {
        self.inner.state()
    }

    /// Makes a change, all of it or nothing, and answers with the state that it led to. Once begun to be written it is done
    /// even when the caller is gone.
    pub async fn change<T: Send>(
        &self,
        context: &RequestContext,
        change: impl FnOnce(&mut Edit<'_>) -> Result<T, Error> + Send,
    ) -> Result<(T, Arc<State>), Error> {
        let writing = self.inner.writer.clone().lock_owned().await;
        let before = self.state();
        let mut after = State::clone(&before);
        let done = change(&mut Edit {
            state: &mut after,
            context,
            world: self.inner.world.as_ref(),
        })?;
        let writes = after.settle(&before, self.inner.world.now())?;
        if writes.is_empty() {
            return Ok((done, before));
        }
        let after = Arc::new(after);
        self.keep(writing, writes, before, after.clone()).await?;
        Ok((done, after))
    }

    /// Apart from `change`, so that it is compiled once and not for each kind of change.
    async fn keep(
        &self,
        writing: OwnedMutexGuard<()>,
        writes: Vec<db::NetworkWrite>,
        before: Arc<State>,
        after: Arc<State>,
    ) -> Result<(), db::Error> {
        let inner = self.inner.clone();
        let write = tokio::spawn(async move {
            let _writing = writing;
            inner.records.write(&writes).await?;
            inner.replace(&before, after);
            Ok(())
        });
        write
            .await
            .map_err(|_| db::Error::Sql(sqlx::Error::WorkerCrashed))?
    }

    /// Wakes whoever waits for any change at all.
    fn changed(&self) -> watch::Receiver<u64> {
        self.inner.generation.subscribe()
    }

    /// What changes from now on.
    pub fn watch(&self) -> broadcast::Receiver<Changed> {
        self.inner.changed.subscribe()
    }
}

impl Inner {
    fn state(&self) -> Arc<State> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, before: &State, after: Arc<State>) {
        let ports = affected::ports(before, &after);
        *self.memory.write().unwrap_or_else(PoisonError::into_inner) = after;
        self.generation.send_modify(|generation| *generation += 1);
        if !ports.is_empty() {
            // Nobody has to be listening.
            let _ = self.changed.send(Changed::Ports(ports.into_iter().collect()));
        }
    }
}

impl fmt::Debug for LocalNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalNetworks").finish_non_exhaustive()
    }
}
