//! The address in a server's namespace, and what listens on it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};

use crate::network::nft;
use crate::network::vif::{Change, Error, Host, Kernel, Namespace, OvsSwitch, Place};

/// Where a server asks, by the convention of all clouds.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// Above the ports that the kernel gives out, and asked for by nobody.
const METADATA: u16 = 61_080;
const NAMES: u16 = 61_053;

/// All of them without blocking.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) metadata: TcpListener,
    pub(super) names: UdpSocket,
    pub(super) names_tcp: TcpListener,
}

/// Gives the namespace its address, again if it lost it.
pub(super) async fn give_address(namespace: &Namespace) -> Result<(), Error> {
    let kernel = Kernel::new(namespace.clone(), OvsSwitch::default());
    let link = || "lo".to_owned();
    let up = Change::Up {
        link: link(),
        up: true,
    };
    kernel.apply(&Place::Host, &up).await?;
    let address = Change::Address {
        link: link(),
        address: IpAddr::V4(ADDRESS),
        prefix: 32,
    };
    kernel.apply(&Place::Host, &address).await
}

impl Sockets {
    /// A server may use ports 80 and 53 of all its addresses: a socket on one of these ports would be in its way. So ours
    /// have others, and what the server itself sends to the well-known ports is led there.
    pub(super) async fn open(namespace: &Namespace) -> Result<Self, Error> {
        let opened = namespace.run(Self::bind).await?;
        let cannot = |source| Error::Kernel {
            doing: format!("listen on {ADDRESS} in a server"),
            source,
        };
        let sockets = opened.map_err(cannot)?;
        let rules = sockets.rules().map_err(cannot)?;
        nft::apply(Some(namespace), &rules).await?;
        Ok(sockets)
    }

    fn bind() -> io::Result<Self> {
        let sockets = Self {
            metadata: free_port(METADATA, TcpListener::bind)?,
            names: free_port(NAMES, UdpSocket::bind)?,
            names_tcp: free_port(NAMES, TcpListener::bind)?,
        };
        sockets.metadata.set_nonblocking(true)?;
        sockets.names.set_nonblocking(true)?;
        sockets.names_tcp.set_nonblocking(true)?;
        Ok(sockets)
    }

    /// In place of whatever an earlier life left. A kernel takes what comes for one of its addresses by any interface:
    /// what does not come from the server itself is dropped.
    fn rules(&self) -> io::Result<String> {
        let metadata = self.metadata.local_addr()?;
        let names = self.names.local_addr()?;
        let names_tcp = self.names_tcp.local_addr()?;
        Ok(format!(
            "add table ip nova-docker-guest
            delete table ip nova-docker-guest
            table ip nova-docker-guest {{
                chain lead {{
                    type nat hook output priority -100; policy accept;
                    ip daddr {ADDRESS} tcp dport 80 dnat to {metadata}
                    ip daddr {ADDRESS} udp dport 53 dnat to {names}
                    ip daddr {ADDRESS} tcp dport 53 dnat to {names_tcp}
                }}
                chain keep {{
                    type filter hook prerouting priority -300; policy accept;
                    ip daddr {ADDRESS} iifname != \"lo\" drop
                }}
            }}\n"
        ))
    }
}

/// The server may have taken the port before us, when nova-docker was away.
fn free_port<S>(wanted: u16, bind: impl Fn((Ipv4Addr, u16)) -> io::Result<S>) -> io::Result<S> {
    match bind((ADDRESS, wanted)) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => bind((ADDRESS, 0)),
        other => other,
    }
}
