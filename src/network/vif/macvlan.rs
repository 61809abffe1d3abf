//! A second interface on one of the host's, straight into the server: no bridge, and no way to the host itself.

use super::Error;
use super::bridge::vlan;
use super::change::Change;
use super::names::Names;
use super::owner::Owner;
use super::plan::Plan;
use super::wiring::{FarEnd, Wiring, mtu, up};
use crate::objects::Vif;

/// The interface to build on, for networks that do not name theirs.
#[derive(Debug, Clone, Default)]
pub(super) struct Macvlan {
    pub(super) vlan_interface: Option<String>,
    pub(super) flat_interface: Option<String>,
}

impl Wiring for Macvlan {
    fn far_end(&self, _vif: &Vif) -> Result<FarEnd, Error> {
        Ok(FarEnd::Alone)
    }

    fn plug(&self, _owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let network = &vif.network;
        let (mut changes, on) = if network.should_create_vlan {
            vlan(network, self.vlan_interface.as_deref())?
        } else {
            let on = self
                .flat_interface
                .clone()
                .or_else(|| network.bridge_interface.clone());
            let on = on.ok_or_else(|| Error::NoInterface(network.label.clone()))?;
            (Vec::new(), on)
        };
        let Names { ns, .. } = Names::of(vif.id);
        changes.push(up(&on));
        changes.push(Change::Macvlan { link: ns.clone(), on });
        changes.extend(mtu(&ns, vif));
        Ok(Plan::on_host(changes))
    }

    /// Only what never reached a server: what did goes with the server's namespace, or by `detach`.
    fn unplug(&self, _owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let Names { ns, .. } = Names::of(vif.id);
        Ok(Plan::on_host([Change::Delete { link: ns }]))
    }
}
