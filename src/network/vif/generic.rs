//! Each VIF by its `vif_type`, as its network service bound it.

use std::sync::Arc;

use super::Error;
use super::bridge::Bridge;
use super::none::Nothing;
use super::ovs::Ovs;
use super::owner::Owner;
use super::plan::Plan;
use super::presets;
use super::wiring::{FarEnd, Wiring};
use crate::objects::Vif;

#[derive(Debug)]
pub(super) struct Generic {
    bridge: Bridge,
}

impl Generic {
    pub(super) fn new(bridge: Bridge) -> Self {
        Self { bridge }
    }

    fn wiring(&self, vif: &Vif) -> Result<Arc<dyn Wiring>, Error> {
        Ok(match vif.vif_type.as_deref().ok_or(Error::NoVifType)? {
            "bridge" => Arc::new(self.bridge.clone()),
            "ovs" => Arc::new(Ovs),
            "midonet" => Arc::new(presets::midonet()?),
            "iovisor" => Arc::new(presets::iovisor()?),
            "hyperv" => Arc::new(Nothing),
            unknown => return Err(Error::UnexpectedVifType(unknown.to_owned())),
        })
    }
}

impl Wiring for Generic {
    fn far_end(&self, vif: &Vif) -> Result<FarEnd, Error> {
        self.wiring(vif)?.far_end(vif)
    }

    fn plug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        self.wiring(vif)?.plug(owner, vif)
    }

    fn unplug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        self.wiring(vif)?.unplug(owner, vif)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{owner, vif};
    use super::*;

    fn refused(vif: &Vif) -> [String; 3] {
        let generic = Generic::new(Bridge::default());
        [
            generic.plug(&owner(), vif).unwrap_err().to_string(),
            generic.far_end(vif).unwrap_err().to_string(),
            generic.unplug(&owner(), vif).unwrap_err().to_string(),
        ]
    }

    #[test]
    fn unknown_and_missing_types_are_refused_in_novas_words() {
        for unknown in ["vhostuser", "binding_failed", "unbound", "vrouter", "OVS"] {
            let words = format!("Unexpected vif_type={unknown}");
            assert_eq!(refused(&vif(unknown)), [&*words; 3]);
        }
        let untyped = Vif {
            vif_type: None,
            ..vif("")
        };
        let words = "vif_type parameter must be present for this vif_driver implementation";
        assert_eq!(refused(&untyped), [words; 3]);
    }
}
