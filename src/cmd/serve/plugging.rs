//! Who connects servers: the VIF driver that `[docker] vif_driver` names, as far as this process can reach what it needs.

use std::net::{IpAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;

use crate::conf;
use crate::network::vif::{self, Host, Kernel, Namespace, OvsSwitch, Plugging};

const GENERIC: [&str; 2] = ["generic", "novadocker.virt.docker.vifs.DockerGenericVIFDriver"];

/// Bits of `CapEff`, as `capabilities(7)` numbers them.
const NEEDED: [(u32, &str); 3] = [
    (12, "CAP_NET_ADMIN"),
    (21, "CAP_SYS_ADMIN"),
    (19, "CAP_SYS_PTRACE"),
];

/// How servers come to their networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cmd) enum Way {
    /// A VIF driver of ours connects them to bridges that can be anywhere.
    Apart,
    /// A VIF driver of ours connects them to what the host has: an interface, Open vSwitch, what an operator's commands know.
    OnHost,
    /// The engine connects them; or nobody, when there are only servers in memory.
    Elsewhere,
}

/// Says what it decided, and what is missing then. Refuses what `check` refuses.
pub(in crate::cmd) fn decide(conf: &conf::Conf) -> Result<Way, vif::Error> {
    let docker = &conf.docker;
    named(docker, Namespace::current()?)?;
    if conf.default.compute_driver == "fake.FakeDriver" {
        return Ok(Way::Elsewhere);
    }
    let way = match hindrance_of(docker) {
        Some(reason) => {
            tracing::warn!(reason, "vif_driver 'docker' is used instead of 'generic'");
            Way::Elsewhere
        }
        None => way_of(docker),
    };
    match way {
        Way::Elsewhere => tracing::warn!(
            "servers are on networks of the Docker engine, where nova-docker cannot reach into their namespaces: security \
             groups are not enforced, and 169.254.169.254 does not answer"
        ),
        Way::Apart | Way::OnHost => {
            tracing::info!(vif_driver = %docker.vif_driver, "VIFs are plugged by nova-docker")
        }
    }
    Ok(way)
}

/// Why `generic` means `docker` here, if it does. What an operator names otherwise is taken at its word.
fn hindrance_of(docker: &conf::Docker) -> Option<String> {
    let generic = GENERIC.contains(&docker.vif_driver.as_str());
    generic.then(|| hindrance(&docker.host_url)).flatten()
}

fn way_of(docker: &conf::Docker) -> Way {
    if docker.vif_driver == "docker" {
        return Way::Elsewhere;
    }
    match vif::needs_the_host(&docker.vif_driver, &settings(docker)) {
        true => Way::OnHost,
        false => Way::Apart,
    }
}

/// `home` is the namespace in which the host's ends of VIFs are.
pub(in crate::cmd) fn carry_out(
    way: Way,
    docker: &conf::Docker,
    home: Namespace,
) -> Result<Plugging, vif::Error> {
    match way {
        Way::Apart | Way::OnHost => named(docker, home),
        Way::Elsewhere => Ok(Plugging::Engine),
    }
}

/// What `decide` would refuse, without touching anything.
pub(super) fn check(docker: &conf::Docker) -> anyhow::Result<()> {
    Ok(named(docker, Namespace::current()?).map(drop)?)
}

fn named(docker: &conf::Docker, home: Namespace) -> Result<Plugging, vif::Error> {
    let switch = OvsSwitch {
        connection: docker.ovsdb_connection.clone(),
        timeout: docker.ovs_vsctl_timeout,
    };
    let settings = vif::Settings {
        // Bridges that are apart from the host's are kept by the network service whose they are.
        removes_bridges: home == Namespace::current()?,
        ..settings(docker)
    };
    let host: Arc<dyn Host> = Arc::new(Kernel::new(home, switch));
    vif::choose(&docker.vif_driver, &settings, host)
}

fn settings(docker: &conf::Docker) -> vif::Settings {
    vif::Settings {
        vlan_interface: docker.vlan_interface.clone(),
        flat_interface: docker.flat_interface.clone(),
        plug_commands: docker.vif_plug_commands.0.clone(),
        unplug_commands: docker.vif_unplug_commands.0.clone(),
        removes_bridges: false,
    }
}

/// Why this process cannot reach into the namespaces of containers, if it cannot.
fn hindrance(engine: &str) -> Option<String> {
    if !is_here(engine) {
        return Some(format!("the engine at {engine} is on another machine"));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let missing = missing(&status);
    (!missing.is_empty()).then(|| format!("this process lacks {}", missing.join(", ")))
}

/// A machine can bind its own addresses alone.
fn is_here(engine: &str) -> bool {
    let Some((scheme, address)) = engine.split_once("://") else {
        return true;
    };
    if scheme == "unix" {
        return true;
    }
    let address = address.trim_end_matches('/');
    let with_port = match address.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => address.to_owned(),
        _ => format!("{address}:0"),
    };
    let ours = |ip: IpAddr| UdpSocket::bind((ip, 0)).is_ok();
    with_port
        .to_socket_addrs()
        .is_ok_and(|mut addresses| addresses.any(|address| ours(address.ip())))
}

/// Root may look into its own processes without `CAP_SYS_PTRACE`, but not into those of containers with more rights.
fn missing(status: &str) -> Vec<&'static str> {
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = line.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    let has = |bit: u32| effective.unwrap_or(0) & (1 << bit) != 0;
    NEEDED
        .into_iter()
        .filter(|(bit, _)| !has(*bit))
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bridges_of_our_own_can_be_apart_from_the_host() {
        let way = |driver: &str, flat: Option<&str>, vlan: Option<&str>| {
            way_of(&conf::Docker {
                vif_driver: driver.to_owned(),
                flat_interface: flat.map(str::to_owned),
                vlan_interface: vlan.map(str::to_owned),
                ..conf::Docker::default()
            })
        };
        for ours in [GENERIC[0], GENERIC[1], "bridge"] {
            assert_eq!(way(ours, None, None), Way::Apart, "{ours}");
            assert_eq!(way(ours, Some("eth1"), None), Way::OnHost, "{ours}");
            assert_eq!(way(ours, None, Some("eth1")), Way::OnHost, "{ours}");
        }
        for on_host in [
            "macvlan", "ovs", "command", "midonet", "iovisor", "contrail", "none",
        ] {
            assert_eq!(way(on_host, None, None), Way::OnHost, "{on_host}");
        }
        assert_eq!(way("docker", None, None), Way::Elsewhere);
    }

    #[test]
    fn an_engine_is_here_when_its_address_is_ours() {
        for here in [
            "unix:///var/run/docker.sock",
            "tcp://127.0.0.1:2375",
            "https://[::1]:2376/",
            "tcp://localhost",
        ] {
            assert!(is_here(here), "{here}");
        }
        for away in ["tcp://192.0.2.1:2375", "https://no-such-host.invalid:2376"] {
            assert!(!is_here(away), "{away}");
        }
    }

    #[test]
    fn what_a_process_may_not_is_named() {
        let status = |caps: &str| format!("Name:\tx\nCapEff:\t{caps}\nCapBnd:\t0\n");
        assert_eq!(missing(&status("000001ffffffffff")), [""; 0]);
        assert_eq!(missing(&status("0000000000281000")), [""; 0]);
        assert_eq!(
            missing(&status("0000000000001000")),
            ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"]
        );
        assert_eq!(missing("").len(), 3);
    }
}
