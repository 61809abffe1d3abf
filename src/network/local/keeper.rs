//! Keeps the wires of this machine as the network service says: after every change, and when somebody else took some away.

use std::collections::HashSet;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::LocalNetworks;
use super::wiring::wanted;
use crate::network::fabric::{Fabric, Problem, Wanted};

/// Changes come in flocks: a server's port, its binding, its floating IP.
const FLOCK: Duration = Duration::from_millis(20);
/// What an earlier life left behind can wait until the service has started.
const LEFTOVERS: Duration = Duration::from_secs(5);
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(300);
/// How often everything is looked at though nothing has changed.
const ROUND: Duration = Duration::from_secs(600);

/// Never ends. Dropped in the middle of its work it leaves something half made, which the next life makes whole.
pub async fn keep(networks: LocalNetworks, fabric: Arc<Fabric>) {
    let mut changes = networks.changed();
    let mut keeper = Keeper {
        fabric,
        made: None,
        pause: FIRST_RETRY,
        told: HashSet::new(),
    };
    if is_empty(&wanted(&networks.state())) {
        tokio::select! {
            () = changed(&mut changes) => {}
            () = sleep(LEFTOVERS) => {}
        }
    }
    loop {
        keeper.make(wanted(&networks.state())).await;
        tokio::select! {
            () = changed(&mut changes) => sleep(FLOCK).await,
            () = keeper.retry() => {}
            () = sleep(ROUND) => keeper.doubt().await,
        }
    }
}

/// Nothing changes any more once the service is gone.
async fn changed(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        pending().await
    }
}

fn is_empty(wanted: &Wanted) -> bool {
    wanted.routers.is_empty() && wanted.externals.is_empty()
}

struct Keeper {
    fabric: Arc<Fabric>,
    /// What the last pass made without any problem.
    made: Option<Wanted>,
    pause: Duration,
    /// The problems that the log knows of.
    told: HashSet<String>,
}

impl Keeper {
    async fn make(&mut self, wanted: Wanted) {
        if self.made.as_ref() == Some(&wanted) {
            return;
        }
        let problems = self.fabric.reconcile(&wanted).await;
        self.tell(&problems);
        if problems.is_empty() {
            self.made = Some(wanted);
            self.pause = FIRST_RETRY;
        } else {
            self.made = None;
        }
    }

    /// Only while something is not as it should be.
    async fn retry(&mut self) {
        if self.made.is_some() {
            return pending().await;
        }
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LAST_RETRY);
    }

    async fn doubt(&mut self) {
        self.fabric.doubt().await;
        self.made = None;
    }

    /// Each problem once for as long as it lasts.
    fn tell(&mut self, problems: &[Problem]) {
        let now: HashSet<String> = problems.iter().map(ToString::to_string).collect();
        for problem in now.difference(&self.told) {
            tracing::error!(%problem, "a part of the networks could not be made; it is tried again");
        }
        if now.is_empty() && !self.told.is_empty() {
            tracing::info!("the networks are as they should be again");
        }
        self.told = now;
    }
}
