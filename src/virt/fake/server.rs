//! A server that is only remembered.

use crate::objects::{Instance, PowerState};
use crate::virt::{NetworkInfo, Observed};

#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) power_state: PowerState,
    exit_code: Option<i64>,
    /// What is plugged, and what may pass it.
    pub(super) network: NetworkInfo,
    log: Vec<String>,
    name: String,
}

/// What the engine says of a process that was killed.
pub(super) const KILLED: i64 = 137;
/// What a shell says of a process that was asked to end.
pub(super) const TERMINATED: i64 = 143;

impl Server {
    pub(super) fn booted(instance: &Instance, network: &NetworkInfo) -> Self {
        let mut server = Self {
            power_state: PowerState::Running,
            exit_code: None,
            network: network.clone(),
            log: Vec::new(),
            name: instance.name.clone(),
        };
        server.begin();
        server
    }

    pub(super) fn begin(&mut self) {
        self.power_state = PowerState::Running;
        self.exit_code = None;
        self.log.push(format!("{} is up", self.name));
    }

    pub(super) fn end(&mut self, exit_code: i64) {
        self.power_state = PowerState::Shutdown;
        self.exit_code = Some(exit_code);
        self.log.push(format!("{} ended with {exit_code}", self.name));
    }

    pub(super) fn log(&self, lines: Option<u64>) -> String {
        let wanted = lines
            .and_then(|lines| usize::try_from(lines).ok())
            .unwrap_or(usize::MAX);
        let start = self.log.len().saturating_sub(wanted);
        self.log[start..].iter().map(|line| format!("{line}\n")).collect()
    }

    pub(super) fn observed(&self) -> Observed {
        Observed {
            power_state: self.power_state,
            exit_code: self.exit_code,
        }
    }
}
