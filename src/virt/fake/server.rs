//! A server that is only remembered.

use std::net::{IpAddr, Ipv4Addr};

use crate::objects::{FixedIp, Instance, NetworkChoice, PowerState, Vif};
use crate::virt::Observed;

#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) power_state: PowerState,
    exit_code: Option<i64>,
    vifs: Vec<Vif>,
    log: Vec<String>,
    name: String,
}

/// What the engine says of a process that was killed.
pub(super) const KILLED: i64 = 137;
/// What a shell says of a process that was asked to end.
pub(super) const TERMINATED: i64 = 143;

impl Server {
    /// `number` counts up and becomes its address.
    pub(super) fn booted(instance: &Instance, number: u32) -> Self {
        let mut server = Self {
            power_state: PowerState::Running,
            exit_code: None,
            vifs: vifs(instance.network.clone(), number),
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

    /// As with the real engine, a server that is off has no addresses.
    pub(super) fn observed(&self) -> Observed {
        let off = self.power_state == PowerState::Shutdown;
        Observed {
            power_state: self.power_state,
            exit_code: self.exit_code,
            vifs: if off { Vec::new() } else { self.vifs.clone() },
        }
    }
}

fn vifs(network: NetworkChoice, number: u32) -> Vec<Vif> {
    if network == NetworkChoice::None {
        return Vec::new();
    }
    let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 2)) + (number & 0x00ff_ffff));
    let [_, b, c, d] = address.octets();
    vec![Vif {
        network: "bridge".to_owned(),
        mac: format!("02:42:0a:{b:02x}:{c:02x}:{d:02x}"),
        fixed_ips: vec![FixedIp {
            address: IpAddr::V4(address),
            prefix: 8,
        }],
    }]
}
