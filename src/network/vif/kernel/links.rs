//! Interfaces by netlink: looking at them, making, setting and moving them.

use std::io;

use futures_util::TryStreamExt;
use rtnetlink::packet_route::link::{
    AfSpecInet6, AfSpecUnspec, BridgeStpState, In6AddrGenMode, LinkAttribute, LinkFlags, LinkMessage,
    MacVlanMode,
};
use rtnetlink::{Handle, LinkBridge, LinkMacVlan, LinkMessageBuilder, LinkUnspec, LinkVeth, LinkVlan};

use super::super::{Change, Error, Link, Namespace};
use super::connection::refused;
use crate::objects::Mac;

/// The alias of the bridges that we make.
const MARK: &str = "nova-docker";

pub(super) struct Links {
    netlink: Handle,
}

impl Links {
    pub(super) fn new(netlink: Handle) -> Self {
        Self { netlink }
    }

    pub(super) async fn look(&self, name: &str) -> Result<Option<Link>, Error> {
        let Some(message) = self.find(name).await? else {
            return Ok(None);
        };
        let mut link = Link {
            mac: None,
            mtu: 0,
            up: message.header.flags.contains(LinkFlags::Up),
            promiscuous: message.header.flags.contains(LinkFlags::Promisc),
            bridge: None,
        };
        for attribute in message.attributes {
            match attribute {
                LinkAttribute::Address(bytes) => link.mac = bytes.try_into().ok().map(Mac),
                LinkAttribute::Mtu(mtu) => link.mtu = mtu,
                LinkAttribute::Controller(index) => link.bridge = Some(self.name(index).await?),
                _ => {}
            }
        }
        Ok(Some(link))
    }

    async fn find(&self, name: &str) -> Result<Option<LinkMessage>, Error> {
        let mut found = self.netlink.link().get().match_name(name).execute();
        match found.try_next().await {
            Ok(message) => Ok(message),
            Err(rtnetlink::Error::NetlinkError(message)) if is_absence(&message.to_io()) => Ok(None),
            Err(error) => Err(refused(format!("look at interface {name}"))(error)),
        }
    }

    async fn name(&self, index: u32) -> Result<String, Error> {
        let doing = || format!("look at interface number {index}");
        let mut found = self.netlink.link().get().match_index(index).execute();
        let message = found.try_next().await.map_err(refused(doing()))?;
        let name = message.and_then(|message| {
            message
                .attributes
                .into_iter()
                .find_map(|attribute| match attribute {
                    LinkAttribute::IfName(name) => Some(name),
                    _ => None,
                })
        });
        name.ok_or_else(|| Error::kernel(doing(), absence()))
    }

    async fn index(&self, name: &str) -> Result<u32, Error> {
        index(&self.netlink, name).await
    }

    async fn set(
        &self,
        name: &str,
        doing: &str,
        how: impl FnOnce(LinkMessageBuilder<LinkUnspec>) -> LinkMessageBuilder<LinkUnspec>,
    ) -> Result<(), Error> {
        let message = how(LinkUnspec::new_with_index(self.index(name).await?)).build();
        let done = self.netlink.link().change(message).execute().await;
        done.map_err(refused(format!("{doing} interface {name}")))
    }

    async fn make(&self, name: &str, message: LinkMessage) -> Result<(), Error> {
        let made = self.netlink.link().add(message).execute().await;
        made.map_err(refused(format!("make interface {name}")))
    }

    /// The changes of one link.
    pub(super) async fn change(&self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Veth { link, peer } => self.make(link, LinkVeth::new(link, peer).build()).await,
            Change::Bridge { link, hub } => self.bridge(link, *hub).await,
            Change::Vlan { link, on, tag } => {
                let on = self.index(on).await?;
                self.make(link, LinkVlan::new(link, on, *tag).build()).await
            }
            Change::Macvlan { link, on } => {
                let on = self.index(on).await?;
                let message = LinkMacVlan::new(link, on, MacVlanMode::Bridge).build();
                self.make(link, message).await
            }
            Change::Delete { link } => self.delete(link).await,
            Change::Mac { link, mac } => {
                let mac = mac.0.to_vec();
                self.set(link, "set the MAC of", |link| link.address(mac)).await
            }
            Change::Mtu { link, mtu } => self.set(link, "set the MTU of", |link| link.mtu(*mtu)).await,
            Change::Up { link, up: true } => self.set(link, "bring up", LinkMessageBuilder::up).await,
            Change::Up { link, up: false } => self.set(link, "take down", LinkMessageBuilder::down).await,
            Change::Promiscuous { link, on } => {
                self.set(link, "set promiscuity of", |link| link.promiscuous(*on))
                    .await
            }
            Change::Unaddressed { link } => self.unaddressed(link).await,
            Change::Forsake { bridge } => self.forsake(bridge).await,
            Change::Free { link } => self.set(link, "free", LinkMessageBuilder::nocontroller).await,
            other => {
                let wrong = io::Error::new(io::ErrorKind::Unsupported, format!("{other:?}"));
                Err(Error::kernel("do to an interface what is not done to one", wrong))
            }
        }
    }

    async fn bridge(&self, name: &str, hub: bool) -> Result<(), Error> {
        // LinkBridge::new would bring it up at once, with an address of its own.
        let bridge = LinkMessageBuilder::<LinkBridge>::new(name)
            .forward_delay(0)
            .stp_state(BridgeStpState::Disabled);
        let bridge = if hub {
            bridge.ageing_time(0).mcast_snooping(false)
        } else {
            bridge
        };
        match self.make(name, bridge.build()).await {
            // Those who share a bridge may make it at the same time.
            Err(Error::Kernel { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(());
            }
            made => made?,
        }
        self.settle(name).await?;
        self.unaddressed(name).await
    }

    /// A bridge goes by the address of one of its ports, this one now and that one later, unless it was given one:
    /// the address that the kernel drew for it will do. And it shall be known as ours.
    async fn settle(&self, name: &str) -> Result<(), Error> {
        let Some(mac) = self.look(name).await?.and_then(|link| link.mac) else {
            return Ok(());
        };
        let mark = LinkAttribute::IfAlias(MARK.to_owned());
        let settled =
            |link: LinkMessageBuilder<LinkUnspec>| link.address(mac.0.to_vec()).append_extra_attribute(mark);
        self.set(name, "fix the MAC of", settled).await
    }

    async fn forsake(&self, bridge: &str) -> Result<(), Error> {
        let Some(message) = self.find(bridge).await? else {
            return Ok(());
        };
        let is_ours = message
            .attributes
            .contains(&LinkAttribute::IfAlias(MARK.to_owned()));
        if is_ours && !self.is_used(message.header.index).await? {
            self.delete(bridge).await?;
        }
        Ok(())
    }

    async fn is_used(&self, bridge: u32) -> Result<bool, Error> {
        let within = LinkAttribute::Controller(bridge);
        let mut links = self.netlink.link().get().execute();
        while let Some(link) = links
            .try_next()
            .await
            .map_err(refused("look at all interfaces"))?
        {
            if link.attributes.contains(&within) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where the kernel has no IPv6, there is nothing to forbid.
    async fn unaddressed(&self, name: &str) -> Result<(), Error> {
        let none = AfSpecUnspec::Inet6(vec![AfSpecInet6::AddrGenMode(In6AddrGenMode::None)]);
        let attribute = LinkAttribute::AfSpecUnspec(vec![none]);
        let set = self
            .set(name, "keep IPv6 addresses off", |link| {
                link.append_extra_attribute(attribute)
            })
            .await;
        match set {
            Err(Error::Kernel { source, .. }) if source.raw_os_error() == Some(NO_SUCH_FAMILY) => Ok(()),
            other => other,
        }
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        let Some(message) = self.find(name).await? else {
            return Ok(());
        };
        match self.netlink.link().del(message.header.index).execute().await {
            Err(rtnetlink::Error::NetlinkError(message)) if is_absence(&message.to_io()) => Ok(()),
            done => done.map_err(refused(format!("remove interface {name}"))),
        }
    }

    pub(super) async fn enslave(&self, name: &str, bridge: &str) -> Result<(), Error> {
        match self.look(name).await?.and_then(|link| link.bridge) {
            Some(present) if present == bridge => return Ok(()),
            Some(_) => {
                return Err(Error::Enslaved {
                    interface: name.to_owned(),
                    bridge: bridge.to_owned(),
                });
            }
            None => {}
        }
        let index = self.index(bridge).await?;
        self.set(name, &format!("put into bridge {bridge}"), |link| {
            link.controller(index)
        })
        .await
    }

    pub(super) async fn move_to(&self, name: &str, to: &Namespace, named: &str) -> Result<(), Error> {
        let moved = |link: LinkMessageBuilder<LinkUnspec>| link.setns_by_fd(to.raw_fd()).name(named);
        self.set(name, "move", moved).await
    }
}

pub(super) async fn index(netlink: &Handle, name: &str) -> Result<u32, Error> {
    let links = Links::new(netlink.clone());
    let found = links.find(name).await?;
    let absent = || Error::kernel(format!("find interface {name}"), absence());
    found.map(|message| message.header.index).ok_or_else(absent)
}

const NO_SUCH_FAMILY: i32 = nix::errno::Errno::EAFNOSUPPORT as i32;

fn absence() -> io::Error {
    nix::errno::Errno::ENODEV.into()
}

fn is_absence(error: &io::Error) -> bool {
    error.raw_os_error() == absence().raw_os_error()
}
