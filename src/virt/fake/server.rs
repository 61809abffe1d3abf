//! A server that is only remembered.

use std::collections::HashSet;

use uuid::Uuid;

use crate::objects::{CpuDiagnostics, Diagnostics, Instance, NicDiagnostics, PowerState, Secret, Vif};
use crate::user_data::Provisioning;
use crate::virt::{Error, NetworkInfo, Observed, Outcome, Provisioned, WindowSize};

#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) power_state: PowerState,
    exit_code: Option<i64>,
    /// What is plugged, and what may pass it.
    pub(super) network: NetworkInfo,
    log: Vec<String>,
    name: String,
    pub(super) limits: (u32, u64),
    pub(super) password: Option<(String, Secret)>,
    /// What was done inside, once.
    pub(super) provisioned: Option<Provisioning>,
    /// How scripts end in it.
    pub(super) script_code: i64,
    /// What a terminal was made last.
    pub(super) window: Option<WindowSize>,
    /// How many are open.
    pub(super) terminals: usize,
    /// The server whose place this one has.
    rescued: Option<Box<Self>>,
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
            limits: limits(instance),
            password: None,
            provisioned: None,
            script_code: 0,
            window: None,
            terminals: 0,
            rescued: None,
        };
        server.begin();
        server
    }

    /// Another one in its place; of a rescue that broke off the first one stays first.
    pub(super) fn rescue(&mut self, instance: &Instance, network: &NetworkInfo) {
        let rescuer = Self::booted(instance, network);
        let mut waiting = std::mem::replace(self, rescuer);
        if waiting.power_state != PowerState::Shutdown {
            waiting.end(TERMINATED);
        }
        let first = waiting.rescued.take();
        self.rescued = Some(first.unwrap_or_else(|| Box::new(waiting)));
    }

    pub(super) fn unrescue(&mut self, network: &NetworkInfo) {
        if let Some(first) = self.rescued.take() {
            *self = *first;
        }
        if self.power_state != PowerState::Running {
            self.begin();
        }
        self.network = network.clone();
    }

    pub(super) const fn is_rescuer(&self) -> bool {
        self.rescued.is_some()
    }

    pub(super) fn begin(&mut self) {
        self.power_state = PowerState::Running;
        self.exit_code = None;
        self.log.push(format!("{} is up", self.name));
    }

    pub(super) fn end(&mut self, exit_code: i64) {
        self.power_state = PowerState::Shutdown;
        self.exit_code = Some(exit_code);
        // The namespace is gone, and all interfaces in it.
        self.network = NetworkInfo::default();
        self.log.push(format!("{} ended with {exit_code}", self.name));
    }

    /// Done the first time only; it ends the same way for everybody who asks.
    pub(super) fn provision(&mut self, work: &Provisioning) -> Provisioned {
        if self.provisioned.is_none() {
            self.log.extend(work.warnings.iter().cloned());
            let lines = work.scripts.iter().map(|script| format!("{} ran", script.name));
            self.log.extend(lines);
        }
        let done = self.provisioned.get_or_insert_with(|| work.clone());
        let module = done.config.has_work().then(|| ("cloud-config".to_owned(), 0));
        let scripts = done
            .scripts
            .iter()
            .map(|script| (script.name.clone(), self.script_code));
        let outcomes = module.into_iter().chain(scripts);
        Provisioned::Done(
            outcomes
                .map(|(what, exit_code)| Outcome { what, exit_code })
                .collect(),
        )
    }

    /// Paused too: its interfaces are where they were.
    pub(super) fn is_running(&self) -> bool {
        matches!(self.power_state, PowerState::Running | PowerState::Paused)
    }

    pub(super) fn unplug(&mut self, port: Uuid) {
        self.network.vifs.retain(|vif| vif.id != port);
        self.network.guards.retain(|guard| guard.port != port);
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

/// VCPUs and MiB of memory.
pub(super) const fn limits(instance: &Instance) -> (u32, u64) {
    (instance.flavor.vcpus, instance.flavor.memory_mb)
}

/// A container cannot have two interfaces of one name.
pub(super) fn ensure_places(network: &NetworkInfo) -> Result<(), Error> {
    let mut taken = HashSet::new();
    for vif in &network.vifs {
        if !taken.insert(vif.position) {
            return Err(crate::network::vif::Error::Occupied(vif.device()).into());
        }
    }
    Ok(())
}

/// What is told of a server that does nothing.
pub(super) fn idle(instance: &Instance) -> Diagnostics {
    let nic = |vif: &Vif| NicDiagnostics {
        device: vif.device(),
        mac: Some(vif.mac),
        ..NicDiagnostics::default()
    };
    Diagnostics {
        hypervisor: "fake".to_owned(),
        hypervisor_os: Some("linux".to_owned()),
        uptime: Some(0),
        cpus: (0..instance.flavor.vcpus)
            .map(|id| CpuDiagnostics { id, time: Some(0) })
            .collect(),
        nics: instance.vifs.iter().map(nic).collect(),
        disks: vec![Default::default()],
        memory_maximum: Some(instance.flavor.memory_mb << 20),
        memory_used: Some(0),
    }
}
