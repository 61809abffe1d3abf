//! The real host: Linux by netlink, Open vSwitch and other networks by their own programs.

mod addresses;
mod connection;
mod links;
mod ovs;
mod passage;
mod program;
mod sysctl;

use async_trait::async_trait;
use rtnetlink::Handle;
use tokio::sync::OnceCell;

use super::Error;
use super::change::{Change, Place};
use super::host::{Host, Link};
use super::namespace::Namespace;
use links::Links;

pub(in crate::network) use connection::{connect, refused};
pub use ovs::OvsSwitch;

/// The kernel, as seen from the namespace in which the bridges are.
#[derive(Debug)]
pub struct Kernel {
    home: Namespace,
    netlink: OnceCell<Handle>,
    switch: OvsSwitch,
}

impl Kernel {
    pub fn new(home: Namespace, switch: OvsSwitch) -> Self {
        Self {
            home,
            netlink: OnceCell::new(),
            switch,
        }
    }

    async fn netlink(&self, place: &Place) -> Result<Handle, Error> {
        match place {
            Place::Host => {
                let connect = || connection::connect(&self.home);
                self.netlink.get_or_try_init(connect).await.cloned()
            }
            Place::Server(namespace) => connection::connect(namespace).await,
        }
    }

    fn namespace<'a>(&'a self, place: &'a Place) -> &'a Namespace {
        match place {
            Place::Host => &self.home,
            Place::Server(namespace) => namespace,
        }
    }
}

#[async_trait]
impl Host for Kernel {
    async fn link(&self, place: &Place, name: &str) -> Result<Option<Link>, Error> {
        Links::new(self.netlink(place).await?).look(name).await
    }

    async fn apply(&self, place: &Place, change: &Change) -> Result<(), Error> {
        match change {
            Change::OvsPort(port) => return self.switch.add(port).await,
            Change::OvsDelete { port } => return self.switch.delete(port).await,
            Change::Run { words, .. } => return program::run(words).await,
            Change::Ipv6 { link } => return sysctl::enable_ipv6(self.namespace(place), link).await,
            Change::LetThrough { link, on } => return passage::set(self.namespace(place), link, *on).await,
            _ => {}
        }
        let netlink = self.netlink(place).await?;
        match change {
            Change::Address {
                link,
                address,
                prefix,
            } => addresses::add(&netlink, link, *address, *prefix).await,
            Change::Route(route) => addresses::route(&netlink, route).await,
            Change::Enslave { link, bridge } => {
                addresses::refuse_addressed(&netlink, link).await?;
                Links::new(netlink).enslave(link, bridge).await
            }
            Change::Move { link, to, named } => {
                Links::new(netlink).move_to(link, self.namespace(to), named).await
            }
            change => Links::new(netlink).change(change).await,
        }
    }
}
