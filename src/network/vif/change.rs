//! Changes to a host, as data: what plans consist of and a [`Host`](super::Host) can do.

use std::net::IpAddr;

use super::namespace::Namespace;
use crate::objects::{Cidr, Mac};

/// Where a change happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The namespace of the bridges.
    Host,
    /// A server's.
    Server(Namespace),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A pair of interfaces that are the two ends of one wire.
    Veth {
        link: String,
        peer: String,
    },
    /// A Linux bridge without spanning tree that forwards at once. A `hub` forgets what it has learned and passes
    /// multicast to everyone: it joins two wires.
    Bridge {
        link: String,
        hub: bool,
    },
    /// An 802.1Q interface on another one.
    Vlan {
        link: String,
        on: String,
        tag: u16,
    },
    /// A second interface on a real one, with a MAC of its own, in bridge mode.
    Macvlan {
        link: String,
        on: String,
    },
    /// Succeeds when there is none. The other end of a pair goes too.
    Delete {
        link: String,
    },
    Mac {
        link: String,
        mac: Mac,
    },
    Mtu {
        link: String,
        mtu: u32,
    },
    Up {
        link: String,
        up: bool,
    },
    Promiscuous {
        link: String,
        on: bool,
    },
    /// The kernel gives it no IPv6 address by itself: a server cannot talk to the host through it.
    Unaddressed {
        link: String,
    },
    /// Puts the interface into a bridge. Refused when it is in another one, or has addresses of the host.
    Enslave {
        link: String,
        bridge: String,
    },
    /// Takes it out of whatever bridge it is in.
    Free {
        link: String,
    },
    /// Removes a bridge that we made and that nothing is in any more. Succeeds when it is somebody else's, or used.
    Forsake {
        bridge: String,
    },
    /// Whether what its bridge passes to this interface, and from it to the outside, is let through by the packet filter
    /// of the engine, where that sees it.
    LetThrough {
        link: String,
        on: bool,
    },
    /// To another namespace, under another name, in one go.
    Move {
        link: String,
        to: Place,
        named: String,
    },
    /// Lets it have IPv6, which engines switch off, and addresses that serve at once.
    Ipv6 {
        link: String,
    },
    Address {
        link: String,
        address: IpAddr,
        prefix: u8,
    },
    Route(Route),
    /// A port of Open vSwitch, whether it is there already or not.
    OvsPort(OvsPort),
    /// Succeeds when there is none.
    OvsDelete {
        port: String,
    },
    /// Runs a program; `undo` is what takes it back. `link` is the interface it is about.
    Run {
        link: String,
        words: Vec<String>,
        undo: Vec<Vec<String>>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub link: String,
    pub destination: Cidr,
    /// `None` for what is on the link itself.
    pub via: Option<IpAddr>,
    /// The gateway is on the link though no address says so.
    pub onlink: bool,
    pub metric: Option<u32>,
}

/// What Nova writes into Open vSwitch's database, and Neutron's agents and OVN look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OvsPort {
    pub bridge: String,
    pub port: String,
    pub iface_id: String,
    pub attached_mac: Mac,
    pub vm_uuid: String,
    pub mtu: Option<u32>,
}

impl Change {
    /// The link that it makes, if it makes one.
    pub(super) fn makes(&self) -> Option<&str> {
        match self {
            Self::Veth { link, .. }
            | Self::Bridge { link, .. }
            | Self::Vlan { link, .. }
            | Self::Macvlan { link, .. } => Some(link),
            _ => None,
        }
    }

    /// Every interface that is new after it.
    pub(super) fn ends(&self) -> impl Iterator<Item = &str> {
        let peer = match self {
            Self::Veth { peer, .. } => Some(peer.as_str()),
            _ => None,
        };
        self.makes().into_iter().chain(peer)
    }
}
