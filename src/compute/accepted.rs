//! The moment between writing a request down and handing its work over, made safe against a caller who goes away.

use std::sync::Arc;

use super::core::Core;
use super::queue::Kind;
use super::sync;
use crate::compute::Error;
use crate::objects::InstanceId;

/// A server whose record says that something is being done to it. Dropped before the work was handed over (a client hung
/// up, so its request was dropped), the work counts as unfinished and is resumed.
#[derive(Debug)]
pub(super) struct Accepted {
    core: Arc<Core>,
    id: InstanceId,
    pending: bool,
}

impl Accepted {
    /// `write` changes the record; when it refuses, nothing was accepted.
    pub(super) async fn when<T>(
        core: &Arc<Core>,
        id: InstanceId,
        write: impl Future<Output = Result<T, Error>>,
    ) -> Result<(Self, T), Error> {
        let mut accepted = Self {
            core: core.clone(),
            id,
            pending: true,
        };
        let written = write.await;
        accepted.pending = written.is_ok();
        Ok((accepted, written?))
    }

    pub(super) fn hand_over(mut self, job: impl Future<Output = ()> + Send + 'static) {
        self.pending = false;
        self.core.queues.push(self.id, Kind::Work, job);
    }

    /// As `hand_over`, ahead of everything else.
    pub(super) fn take_over(self, job: impl Future<Output = ()> + Send + 'static) {
        self.core.queues.interrupt(self.id);
        self.hand_over(job);
    }

    /// Somebody else is at work on just this.
    pub(super) fn leave(mut self) {
        self.pending = false;
    }
}

impl Drop for Accepted {
    fn drop(&mut self) {
        if self.pending {
            self.core.unfinished().insert(self.id);
            sync::look_at(&self.core, self.id);
        }
    }
}
