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
    /// Bridges that were made for VIFs go with the last of them.
    pub removes_bridges: bool,
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

/// Whether the driver works with what the host has. The others make bridges of their own, wherever they are told to work.
pub fn needs_the_host(name: &str, settings: &Settings) -> bool {
    let bridges = matches!(
        name,
        "generic" | "novadocker.virt.docker.vifs.DockerGenericVIFDriver" | "bridge"
    );
    !bridges || settings.flat_interface.is_some() || settings.vlan_interface.is_some()
}

/// The driver of this name. The host is not touched yet; mistakes in the commands are found.
pub fn choose(name: &str, settings: &Settings, host: Arc<dyn Host>) -> Result<Plugging, Error> {
    let bridge = || Bridge {
        vlan_interface: settings.vlan_interface.clone(),
        flat_interface: settings.flat_interface.clone(),
        removes_bridges: settings.removes_bridges,
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

#[cfg(test)]
mod tests {
    use super::super::{Kernel, Namespace, OvsSwitch};
    use super::*;

    fn chosen(name: &str) -> Result<String, String> {
        let host = Kernel::new(Namespace::current().unwrap(), OvsSwitch::default());
        let settings = Settings {
            plug_commands: vec!["bind {tap}".to_owned()],
            ..Settings::default()
        };
        match choose(name, &settings, Arc::new(host)) {
            Ok(Plugging::Ours(driver)) => {
                let debug = format!("{driver:?}");
                let wiring = debug.trim_start_matches("Driver { wiring: ");
                let end = wiring.find([' ', ',']).unwrap();
                Ok(wiring[..end].to_owned())
            }
            Ok(Plugging::Engine) => Ok("the engine".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn old_and_new_spellings_name_the_same_driver() {
        for (name, driver) in [
            ("generic", "Generic"),
            ("novadocker.virt.docker.vifs.DockerGenericVIFDriver", "Generic"),
            ("bridge", "Bridge"),
            ("ovs", "Ovs"),
            ("macvlan", "Macvlan"),
            ("none", "Nothing"),
            ("command", "Command"),
            ("midonet", "Command"),
            ("iovisor", "Command"),
            ("contrail", "Command"),
            (
                "novadocker.virt.docker.opencontrail.OpenContrailVIFDriver",
                "Command",
            ),
            ("docker", "the engine"),
        ] {
            assert_eq!(chosen(name).unwrap(), driver, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        assert_eq!(
            chosen("libvirt").unwrap_err(),
            format!("vif_driver 'libvirt' is not known; there are {KNOWN}")
        );
    }
}
