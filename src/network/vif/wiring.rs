//! What is particular to one kind of VIF: pure functions, from a VIF to what must be done.

use std::fmt;

use super::Error;
use super::change::Change;
use super::names::Names;
use super::owner::Owner;
use super::plan::Plan;
use crate::objects::{Mac, Vif};

/// What of a plugged VIF goes into the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FarEnd {
    /// The peer of the tap. When one end goes, so does the other.
    Peer,
    /// An interface that has no end on the host.
    Alone,
    /// Nothing: somebody else cares for the server's network.
    Nothing,
}

/// One kind of VIF. [`Driver`](super::driver::Driver) makes a driver of it.
pub(super) trait Wiring: fmt::Debug + Send + Sync {
    fn far_end(&self, vif: &Vif) -> Result<FarEnd, Error>;
    /// Everything on the host, so that only the far end must be moved into the server.
    fn plug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error>;
    /// Everything that `plug` makes for this VIF alone, from whatever state.
    fn unplug(&self, owner: &Owner, vif: &Vif) -> Result<Plan, Error>;
}

/// The wire between host and server: the tap here, the other end with the VIF's MAC.
pub(super) fn wire(names: &Names, vif: &Vif) -> Vec<Change> {
    let mut changes = vec![
        Change::Veth {
            link: names.tap.clone(),
            peer: names.ns.clone(),
        },
        Change::Unaddressed {
            link: names.tap.clone(),
        },
    ];
    changes.extend(mtu(&names.tap, vif));
    changes
}

/// No change when the network says nothing.
pub(super) fn mtu(link: &str, vif: &Vif) -> Option<Change> {
    let link = link.to_owned();
    vif.network.mtu.map(|mtu| Change::Mtu { link, mtu })
}

pub(super) fn up(link: &str) -> Change {
    Change::Up {
        link: link.to_owned(),
        up: true,
    }
}

/// The highest address of all: a bridge takes the lowest of its ports' addresses for its own, which must not change
/// whenever a server comes or goes.
pub(super) fn high_mac(vif: &Vif) -> Mac {
    let mut mac = vif.mac;
    mac.0[0] = 0xfe;
    mac
}
