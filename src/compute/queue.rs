//! One queue of work per server, so that two requests for one server never interleave.
//!
//! A queue has a task only while there is work in it. Whoever needs the server at once (a delete) interrupts: the work
//! under way is dropped at its next await, and what waited behind it is never begun.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::objects::InstanceId;

type Job = BoxFuture<'static, ()>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Work,
    /// A look at what is true: one waiting is as good as many.
    Look,
}

struct Lane {
    waiting: VecDeque<(Kind, Job)>,
    /// Drops the job under way.
    interrupt: CancellationToken,
}

#[derive(Clone)]
pub(super) struct Queues {
    lanes: Arc<Mutex<HashMap<InstanceId, Lane>>>,
    tasks: TaskTracker,
    life: CancellationToken,
}

impl fmt::Debug for Queues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queues")
            .field("busy", &self.lanes().len())
            .finish_non_exhaustive()
    }
}

impl Queues {
    /// Queues that are dropped, with all that is in them, when `life` is cancelled.
    pub(super) fn new(life: CancellationToken) -> Self {
        Self {
            lanes: Arc::default(),
            tasks: TaskTracker::new(),
            life,
        }
    }

    /// Does nothing after `close`: what the records say is then resumed by the next start.
    pub(super) fn push(&self, id: InstanceId, kind: Kind, job: impl Future<Output = ()> + Send + 'static) {
        if self.tasks.is_closed() {
            return;
        }
        // What is logged then names the request that asked for it.
        let job = job.in_current_span();
        let mut lanes = self.lanes();
        if let Some(lane) = lanes.get_mut(&id) {
            if kind == Kind::Work || lane.waiting.iter().all(|(kind, _)| *kind == Kind::Work) {
                lane.waiting.push_back((kind, job.boxed()));
            }
            return;
        }
        lanes.insert(
            id,
            Lane {
                waiting: [(kind, job.boxed())].into(),
                interrupt: CancellationToken::new(),
            },
        );
        self.tasks.spawn(self.clone().drain(id));
    }

    /// Drops what is being done to the server and what waits to be done.
    pub(super) fn interrupt(&self, id: InstanceId) {
        if let Some(lane) = self.lanes().get_mut(&id) {
            lane.waiting.clear();
            lane.interrupt.cancel();
        }
    }

    pub(super) fn is_busy(&self, id: InstanceId) -> bool {
        self.lanes().contains_key(&id)
    }

    /// Takes no more work and waits until what is there is done.
    pub(super) async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn drain(self, id: InstanceId) {
        while let Some((job, interrupt)) = self.next(id) {
            tokio::select! {
                biased;
                () = self.life.cancelled() => return,
                () = interrupt.cancelled() => tracing::debug!(instance.id = %id, "work was interrupted"),
                ended = AssertUnwindSafe(job).catch_unwind() => if ended.is_err() {
                    tracing::error!(instance.id = %id, "work on a server panicked");
                },
            }
        }
    }

    fn next(&self, id: InstanceId) -> Option<(Job, CancellationToken)> {
        let mut lanes = self.lanes();
        let lane = lanes.get_mut(&id)?;
        let Some((_, job)) = lane.waiting.pop_front() else {
            lanes.remove(&id);
            return None;
        };
        lane.interrupt = CancellationToken::new();
        Some((job, lane.interrupt.clone()))
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<InstanceId, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::{mpsc, oneshot};
    use uuid::Uuid;

    use super::*;

    const SERVER: InstanceId = InstanceId(Uuid::from_u128(1));
    const OTHER: InstanceId = InstanceId(Uuid::from_u128(2));

    struct Told(mpsc::UnboundedSender<&'static str>);

    impl Told {
        fn job(&self, word: &'static str) -> impl Future<Output = ()> + Send + 'static {
            let sender = self.0.clone();
            async move { sender.send(word).unwrap_or_default() }
        }

        /// Says that it began, then waits for the answer to a question nobody may ever answer.
        fn job_until(
            &self,
            gate: oneshot::Receiver<()>,
            word: &'static str,
        ) -> impl Future<Output = ()> + Send + 'static {
            let (began, ended) = (self.job("began"), self.job(word));
            async move {
                began.await;
                drop(gate.await);
                ended.await;
            }
        }
    }

    fn queues() -> (Queues, Told, mpsc::UnboundedReceiver<&'static str>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Queues::new(CancellationToken::new()), Told(sender), receiver)
    }

    async fn all(mut told: mpsc::UnboundedReceiver<&'static str>) -> Vec<&'static str> {
        let mut words = Vec::new();
        while let Some(word) = told.recv().await {
            words.push(word);
        }
        words
    }

    #[tokio::test]
    async fn work_for_one_server_is_done_in_order_and_one_at_a_time() {
        let (queues, told, words) = queues();
        let (open, gate) = oneshot::channel();
        queues.push(SERVER, Kind::Work, told.job_until(gate, "first"));
        queues.push(SERVER, Kind::Work, told.job("second"));
        queues.push(
            OTHER,
            Kind::Work,
            async move { open.send(()).unwrap_or_default() },
        );
        queues.close().await;
        drop(told);
        assert_eq!(all(words).await, ["began", "first", "second"]);
        assert!(!queues.is_busy(SERVER), "an idle queue is gone");
    }

    #[tokio::test]
    async fn an_interrupt_drops_what_is_done_and_what_waits_and_lets_the_next_in() {
        let (queues, told, mut words) = queues();
        let (_never, gate) = oneshot::channel();
        queues.push(SERVER, Kind::Work, told.job_until(gate, "first"));
        queues.push(SERVER, Kind::Work, told.job("second"));
        assert_eq!(words.recv().await, Some("began"));
        queues.interrupt(SERVER);
        queues.push(SERVER, Kind::Work, told.job("delete"));
        queues.close().await;
        drop(told);
        assert_eq!(all(words).await, ["delete"]);
    }

    #[tokio::test]
    async fn looks_that_wait_are_one_look() {
        let (queues, told, words) = queues();
        for _ in 0..3 {
            queues.push(SERVER, Kind::Look, told.job("look"));
        }
        queues.push(SERVER, Kind::Work, told.job("work"));
        queues.close().await;
        drop(told);
        assert_eq!(all(words).await, ["look", "work"]);
    }

    #[tokio::test]
    async fn a_panic_in_one_job_leaves_the_queue_alive() {
        let (queues, told, words) = queues();
        queues.push(SERVER, Kind::Work, async { panic!("on purpose") });
        queues.push(SERVER, Kind::Work, told.job("after"));
        queues.close().await;
        drop(told);
        assert_eq!(all(words).await, ["after"]);
    }

    #[tokio::test]
    async fn the_end_of_life_drops_everything() {
        let (queues, told, mut words) = queues();
        let (_never, gate) = oneshot::channel();
        queues.push(SERVER, Kind::Work, told.job_until(gate, "first"));
        queues.push(SERVER, Kind::Work, told.job("second"));
        assert_eq!(words.recv().await, Some("began"));
        queues.life.cancel();
        queues.close().await;
        drop((told, queues));
        assert_eq!(all(words).await, Vec::<&str>::new());
    }
}
