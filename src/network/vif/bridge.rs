//! A Linux bridge, on a VLAN of the host or on an interface as it is, or on nothing at all.

use super::Error;
use super::change::Change;
use super::names::Names;
use super::owner::Owner;
use super::plan::Plan;
use super::wiring::{FarEnd, Wiring, high_mac, mtu, up, wire};
use crate::objects::Vif;
use crate::objects::vif::Network;

/// The interfaces that lead out, for networks that do not name theirs: nova.conf's `vlan_interface` and `flat_interface`.
#[derive(Debug, Clone, Default)]
pub(super) struct Bridge {
    pub(super) vlan_interface: Option<String>,
    pub(super) flat_interface: Option<String>,
    /// A bridge of ours goes with the last that is in it; otherwise somebody else cares for that.
    pub(super) removes_bridges: bool,
}

impl Wiring for Bridge {
    fn far_end(&self, _vif: &Vif) -> Result<FarEnd, Error> {
        Ok(FarEnd::Peer)
    }

    fn plug(&self, _owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let names = Names::of(vif.id);
        let bridge = vif
            .bridge()
            .ok_or_else(|| Error::NoBridge(vif.network.label.clone()))?;
        let mut changes = vec![Change::Bridge {
            link: bridge.to_owned(),
            hub: false,
        }];
        changes.extend(self.uplink(bridge, vif)?);
        changes.push(up(bridge));
        changes.extend(wire(&names, vif));
        changes.push(Change::Mac {
            link: names.tap.clone(),
            mac: high_mac(vif),
        });
        changes.push(Change::Enslave {
            link: names.tap.clone(),
            bridge: bridge.to_owned(),
        });
        let (link, on) = (names.tap.clone(), true);
        changes.extend([Change::LetThrough { link, on }, up(&names.tap)]);
        Ok(Plan::on_host(changes))
    }

    /// A bridge with a way out stays, for the next server.
    fn unplug(&self, _owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let Names { tap, ns, .. } = Names::of(vif.id);
        let (link, on) = (tap.clone(), false);
        let mut changes = vec![Change::LetThrough { link, on }];
        changes.extend([tap, ns].map(|link| Change::Delete { link }));
        let bridge = vif.bridge().filter(|_| self.removes_bridges);
        changes.extend(bridge.map(|bridge| Change::Forsake {
            bridge: bridge.to_owned(),
        }));
        Ok(Plan::on_host(changes))
    }
}

impl Bridge {
    /// What leads out of the bridge, if anything does.
    fn uplink(&self, bridge: &str, vif: &Vif) -> Result<Vec<Change>, Error> {
        let (mut changes, out) = if vif.network.should_create_vlan {
            let (changes, vlan) = vlan(&vif.network, self.vlan_interface.as_deref())?;
            (changes, Some(vlan))
        } else {
            let flat = self.flat_interface.clone();
            (Vec::new(), flat.or_else(|| vif.network.bridge_interface.clone()))
        };
        if let Some(out) = out {
            if vif.network.should_create_vlan {
                changes.extend(mtu(&out, vif));
            }
            changes.push(Change::Enslave {
                link: out.clone(),
                bridge: bridge.to_owned(),
            });
            changes.push(up(&out));
        }
        Ok(changes)
    }
}

/// The VLAN's own interface, called as Nova calls it. An interface that the operator's file names wins.
pub(super) fn vlan(network: &Network, configured: Option<&str>) -> Result<(Vec<Change>, String), Error> {
    let tag = network.vlan.ok_or_else(|| Error::NoVlan(network.label.clone()))?;
    let on = configured
        .or(network.bridge_interface.as_deref())
        .ok_or_else(|| Error::NoInterface(network.label.clone()))?;
    let link = format!("vlan{tag}");
    let making = Change::Vlan {
        link: link.clone(),
        on: on.to_owned(),
        tag,
    };
    Ok((vec![making], link))
}
