//! What a test can do to a fake driver that no user could: make it fail, make it wait, take its servers away.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{Mutex as Gate, OwnedMutexGuard};
use uuid::Uuid;

use super::server::Server;
use super::state::State;
use crate::objects::{HostPort, InstanceId, Secret};
use crate::user_data::Provisioning;
use crate::virt::{Error, Event, NetworkInfo, WindowSize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    Spawn,
    Destroy,
    PowerOn,
    PowerOff,
    Reboot,
    Pause,
    Unpause,
    PrepareVifs,
    PlugVifs,
    DetachVif,
    UnplugVifs,
    Guard,
    Resize,
    Rescue,
    Unrescue,
    SetAdminPassword,
    Diagnostics,
    Snapshot,
    ConsoleOutput,
    Terminal,
    Provision,
    Observe,
}

/// A handle on the driver's misfortunes; cheap to clone.
#[derive(Debug, Clone)]
pub struct FakeFaults(pub(super) Arc<State>);

/// Calls of the verb wait until this is dropped.
#[derive(Debug)]
pub struct Held {
    _guard: OwnedMutexGuard<()>,
}

#[derive(Debug, Default)]
pub(super) struct Plans {
    failures: HashMap<Verb, VecDeque<String>>,
    waiting: HashSet<Verb>,
    panics: HashSet<Verb>,
    breaks: HashSet<Verb>,
    gates: HashMap<Verb, Arc<Gate<()>>>,
    pub(super) held_ports: Vec<HostPort>,
    down: bool,
}

impl FakeFaults {
    /// The next call of `verb` fails with the engine's refusal in these words; more than one call stacks up.
    pub fn fail_next(&self, verb: Verb, reason: &str) {
        let mut plans = self.0.plans();
        plans
            .failures
            .entry(verb)
            .or_default()
            .push_back(reason.to_owned());
    }

    /// A program of the host listens there from now on.
    pub fn hold_port(&self, port: HostPort) {
        self.0.plans().held_ports.push(port);
    }

    /// What the server is connected to now, when there is such a server.
    pub fn network(&self, id: InstanceId) -> Option<NetworkInfo> {
        self.0.servers().get(&id).map(|server| server.network.clone())
    }

    /// The VIFs of which the host has an end, whatever became of the server.
    pub fn host_ends(&self, id: InstanceId) -> BTreeSet<Uuid> {
        self.0.ends().get(&id).cloned().unwrap_or_default()
    }

    /// The VCPUs and MiB of memory that the server has now.
    pub fn limits(&self, id: InstanceId) -> Option<(u32, u64)> {
        self.0.servers().get(&id).map(|server| server.limits)
    }

    /// Whether another container has the server's place.
    pub fn is_rescued(&self, id: InstanceId) -> bool {
        self.0.servers().get(&id).is_some_and(Server::is_rescuer)
    }

    /// What was set last, and for whom.
    pub fn password(&self, id: InstanceId) -> Option<(String, Secret)> {
        self.0
            .servers()
            .get(&id)
            .and_then(|server| server.password.clone())
    }

    /// Every script of the server ends with this.
    pub fn scripts_end_with(&self, id: InstanceId, exit_code: i64) {
        if let Some(server) = self.0.servers().get_mut(&id) {
            server.script_code = exit_code;
        }
    }

    /// What has been done inside the server, if anything was.
    pub fn provisioned(&self, id: InstanceId) -> Option<Provisioning> {
        self.0.servers().get(&id)?.provisioned.clone()
    }

    /// What the server's terminal was made last.
    pub fn window(&self, id: InstanceId) -> Option<WindowSize> {
        self.0.servers().get(&id)?.window
    }

    /// How many terminals of the server are open.
    pub fn terminals(&self, id: InstanceId) -> usize {
        self.0.servers().get(&id).map_or(0, |server| server.terminals)
    }

    /// The next call of `verb` panics, as a mistake in a driver does.
    pub fn panic_next(&self, verb: Verb) {
        self.0.plans().panics.insert(verb);
    }

    /// The next call of `verb` breaks off, as if the engine had been killed while it worked.
    pub fn break_next(&self, verb: Verb) {
        self.0.plans().breaks.insert(verb);
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

    /// Every verb fails as if the engine were away, and streams of events end.
    pub fn engine_down(&self, down: bool) {
        self.0.plans().down = down;
        if down {
            self.0.tell(None);
        }
    }

    /// The server's process ends by itself.
    pub fn end_process(&self, id: InstanceId, exit_code: i64) {
        if let Some(server) = self.0.servers().get_mut(&id) {
            server.end(exit_code);
        }
        self.0.tell(Some(Event { instance: id }));
    }

    /// Somebody removed the container.
    pub fn lose(&self, id: InstanceId) {
        self.0.servers().remove(&id);
        self.0.tell(Some(Event { instance: id }));
    }
}

impl State {
    /// Waits and fails as planned for `verb`.
    pub(super) async fn enter(&self, verb: Verb) -> Result<(), Error> {
        let gate = self.plans().gates.get(&verb).cloned();
        if let Some(gate) = gate {
            self.plans().waiting.insert(verb);
            drop(gate.lock().await);
            self.plans().waiting.remove(&verb);
        }
        let panics = self.plans().panics.remove(&verb);
        assert!(!panics, "a driver panics on purpose");
        if self.plans().breaks.remove(&verb) {
            return Err(Error::Engine(crate::docker::Error::Broken(
                "connection reset".to_owned(),
            )));
        }
        self.ensure_up()?;
        let failure = self.plans().failures.get_mut(&verb).and_then(VecDeque::pop_front);
        failure.map_or(Ok(()), |reason| Err(Error::Refused(reason)))
    }

    pub(super) fn ensure_up(&self) -> Result<(), Error> {
        if !self.plans().down {
            return Ok(());
        }
        Err(Error::Engine(crate::docker::Error::Unreachable {
            url: "fake://".to_owned(),
            reason: "it was told to be away".to_owned(),
        }))
    }

    /// `None` is the end of all streams.
    pub(super) fn tell(&self, event: Option<Event>) {
        // Nobody listening is fine.
        self.events.send(event).ok();
    }
}
