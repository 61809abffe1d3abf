//! Which driver `[docker] vif_driver` names.

use std::sync::Arc;

use super::bridge::Bridge;
use super::command::Command;
use super::driver::Driver;
use super::generic::Generic;
use super::host::Host;
use super::macvlan::Macvlan;
use super::none::Nothing;
use super::ovs::Ovs;
use super::wiring::Wiring;
use super::{Error, VifDriver, presets};

pub(super) const KNOWN: &str = "generic (or novadocker.virt.docker.vifs.DockerGenericVIFDriver), bridge, ovs, macvlan, \
     docker, none, command, midonet, iovisor, contrail (or \
     novadocker.virt.docker.opencontrail.OpenContrailVIFDriver)";

/// What an operator may say beside the driver's name.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The interface for VLANs of networks that do not name one.
    pub vlan_interface: Option<String>,
    /// The interface for bridges and macvlans of networks that do not name one.
    pub flat_interface: Option<String>,
    /// Of the driver `command`.
    pub plug_commands: Vec<String>,
    pub unplug_commands: Vec<String>,
}

/// Who connects servers.
#[derive(Debug, Clone)]
pub enum Plugging {
    Ours(Arc<dyn VifDriver>),
    /// The engine, which puts each container on a network of its own: there is nothing for a VIF driver to do.
    Engine,
}

/// The driver of this name. The host is not touched yet; mistakes in the commands are found.
pub fn choose(name: &str, settings: &Settings, host: Arc<dyn Host>) -> Result<Plugging, Error> {
    let bridge = || Bridge {
        vlan_interface: settings.vlan_interface.clone(),
        flat_interface: settings.flat_interface.clone(),
    };
    let wiring: Arc<dyn Wiring> = match name {
        "generic" | "novadocker.virt.docker.vifs.DockerGenericVIFDriver" => Arc::new(Generic::new(bridge())),
        "bridge" => Arc::new(bridge()),
        "ovs" => Arc::new(Ovs),
        "macvlan" => Arc::new(Macvlan {
            vlan_interface: settings.vlan_interface.clone(),
            flat_interface: settings.flat_interface.clone(),
        }),
        "none" => Arc::new(Nothing),
        "command" => Arc::new(Command::new(&settings.plug_commands, &settings.unplug_commands)?),
        "midonet" => Arc::new(presets::midonet()?),
        "iovisor" => Arc::new(presets::iovisor()?),
        "contrail" | "novadocker.virt.docker.opencontrail.OpenContrailVIFDriver" => {
            Arc::new(presets::contrail()?)
        }
        "docker" => return Ok(Plugging::Engine),
        unknown => return Err(Error::UnknownDriver(unknown.to_owned())),
    };
    Ok(Plugging::Ours(Arc::new(Driver::new(wiring, host))))
}
