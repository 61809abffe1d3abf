//! Open vSwitch, directly or - where a firewall of iptables must see the traffic - through a Linux bridge of its own.

use super::Error;
use super::change::{Change, OvsPort};
use super::names::Names;
use super::owner::Owner;
use super::plan::Plan;
use super::wiring::{FarEnd, Wiring, mtu, up, wire};
use crate::objects::Vif;

#[derive(Debug)]
pub(super) struct Ovs;

impl Wiring for Ovs {
    fn far_end(&self, _vif: &Vif) -> Result<FarEnd, Error> {
        Ok(FarEnd::Peer)
    }

    /// Open vSwitch is told last: nothing after it can fail, and agents that see the port find it whole.
    fn plug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let names = Names::of(vif.id);
        let mut changes = wire(&names, vif);
        if vif.details.ovs_hybrid_plug {
            changes.extend(hybrid(&names, vif));
            changes.push(up(&names.tap));
            changes.push(Change::OvsPort(port(&names.qvo, owner, vif)?));
        } else {
            changes.push(up(&names.tap));
            changes.push(Change::OvsPort(port(&names.tap, owner, vif)?));
        }
        Ok(Plan::on_host(changes))
    }

    /// Both kinds: what the port is now may not be what it was when it was plugged.
    fn unplug(&self, _owner: &Owner, vif: &Vif) -> Result<Plan, Error> {
        let Names {
            tap,
            ns,
            qbr,
            qvb,
            qvo,
        } = Names::of(vif.id);
        let ports = [qvo.clone(), tap.clone()].map(|port| Change::OvsDelete { port });
        let links = [tap, ns, qvb, qvo, qbr].map(|link| Change::Delete { link });
        Ok(Plan::on_host(ports.into_iter().chain(links)))
    }
}

/// tap - qbr - qvb = qvo, of which qvo is Open vSwitch's port.
fn hybrid(names: &Names, vif: &Vif) -> Vec<Change> {
    let mut changes = vec![
        Change::Bridge {
            link: names.qbr.clone(),
            hub: true,
        },
        Change::Veth {
            link: names.qvb.clone(),
            peer: names.qvo.clone(),
        },
    ];
    for link in [&names.qvb, &names.qvo] {
        changes.push(Change::Unaddressed { link: link.clone() });
        changes.extend(mtu(link, vif));
        changes.push(Change::Promiscuous {
            link: link.clone(),
            on: true,
        });
        changes.push(up(link));
    }
    for link in [&names.qvb, &names.tap] {
        changes.push(Change::Enslave {
            link: link.clone(),
            bridge: names.qbr.clone(),
        });
    }
    changes.push(up(&names.qbr));
    changes
}

fn port(device: &str, owner: &Owner, vif: &Vif) -> Result<OvsPort, Error> {
    let bridge = vif
        .bridge()
        .ok_or_else(|| Error::NoBridge(vif.network.label.clone()))?;
    Ok(OvsPort {
        bridge: bridge.to_owned(),
        port: device.to_owned(),
        iface_id: vif.ovs_interface_id.clone().unwrap_or_else(|| vif.id.to_string()),
        attached_mac: vif.mac,
        vm_uuid: owner.id.to_string(),
        mtu: vif.network.mtu,
    })
}
