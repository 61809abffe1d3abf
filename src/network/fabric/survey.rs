//! What there is in a network namespace - interfaces, addresses, routes - and the means to take it away.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use futures_util::TryStreamExt;
use rtnetlink::packet_route::AddressFamily;
use rtnetlink::packet_route::address::{AddressAttribute, AddressMessage, AddressScope};
use rtnetlink::packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use rtnetlink::packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteType,
};
use rtnetlink::{Handle, LinkUnspec, RouteMessageBuilder};

use super::super::vif::{Error, Namespace, connect, refused};
use crate::objects::{Cidr, Mac};

/// A namespace at one moment.
#[derive(Debug)]
pub(super) struct Survey {
    netlink: Handle,
    pub(super) links: BTreeMap<String, Link>,
    /// Those of more than one link's scope.
    pub(super) addresses: Vec<Address>,
    /// Those of the main table to one destination.
    pub(super) routes: Vec<Route>,
}

#[derive(Debug)]
pub(super) struct Link {
    index: u32,
    pub(super) mac: Option<Mac>,
    pub(super) mtu: u32,
    pub(super) up: bool,
    /// The number of the bridge that it is in.
    controller: Option<u32>,
    alias: Option<String>,
}

#[derive(Debug)]
pub(super) struct Address {
    pub(super) link: String,
    /// The address itself, not the network's.
    pub(super) address: Cidr,
    message: AddressMessage,
}

#[derive(Debug)]
pub(super) struct Route {
    pub(super) link: String,
    pub(super) destination: Cidr,
    pub(super) via: Option<IpAddr>,
    /// Not the kernel's own, which go with their addresses.
    pub(super) made: bool,
    message: RouteMessage,
}

impl Survey {
    pub(super) async fn of(namespace: &Namespace) -> Result<Self, Error> {
        let netlink = connect(namespace).await?;
        let mut survey = Self {
            links: links(&netlink).await?,
            netlink,
            addresses: Vec::new(),
            routes: Vec::new(),
        };
        survey.read_addresses().await?;
        let v4 = RouteMessageBuilder::<Ipv4Addr>::new().build();
        let v6 = RouteMessageBuilder::<Ipv6Addr>::new().build();
        for family in [v4, v6] {
            survey.read_routes(family).await?;
        }
        Ok(survey)
    }

    /// Writes an alias on an interface.
    pub(super) async fn mark(namespace: &Namespace, link: &str, mark: &str) -> Result<(), Error> {
        let netlink = connect(namespace).await?;
        let message = LinkUnspec::new_with_name(link)
            .append_extra_attribute(LinkAttribute::IfAlias(mark.to_owned()))
            .build();
        let marked = netlink.link().change(message).execute().await;
        marked.map_err(refused(format!("mark interface {link}")))
    }

    pub(super) fn alias(&self, link: &str) -> Option<&String> {
        self.links.get(link)?.alias.as_ref()
    }

    pub(super) fn bridge_of(&self, link: &Link) -> Option<&str> {
        link.controller.and_then(|index| self.name(index))
    }

    /// Whether no interface is in this bridge.
    pub(super) fn is_empty(&self, bridge: &str) -> bool {
        let index = self.links.get(bridge).map(|link| link.index);
        !self
            .links
            .values()
            .any(|link| index.is_some() && link.controller == index)
    }

    pub(super) fn addresses_of(&self, link: &str) -> impl Iterator<Item = &Address> {
        self.addresses.iter().filter(move |address| address.link == link)
    }

    pub(super) async fn remove_address(&self, address: &Address) -> Result<(), Error> {
        let removed = self
            .netlink
            .address()
            .del(address.message.clone())
            .execute()
            .await;
        let Address { link, address, .. } = address;
        removed.map_err(refused(format!("take {address} from interface {link}")))
    }

    pub(super) async fn remove_route(&self, route: &Route) -> Result<(), Error> {
        let removed = self.netlink.route().del(route.message.clone()).execute().await;
        let Route {
            link, destination, ..
        } = route;
        removed.map_err(refused(format!(
            "remove the route to {destination} through interface {link}"
        )))
    }

    fn name(&self, index: u32) -> Option<&str> {
        let mut links = self.links.iter();
        links.find_map(|(name, link)| (link.index == index).then_some(name.as_str()))
    }

    async fn read_addresses(&mut self) -> Result<(), Error> {
        let mut found = self.netlink.address().get().execute();
        let mut addresses = Vec::new();
        while let Some(message) = found.try_next().await.map_err(refused("look at all addresses"))? {
            if message.header.scope != AddressScope::Universe {
                continue;
            }
            if let (Some(link), Some(address)) = (self.name(message.header.index), address(&message)) {
                addresses.push(Address {
                    link: link.to_owned(),
                    address,
                    message,
                });
            }
        }
        self.addresses = addresses;
        Ok(())
    }

    async fn read_routes(&mut self, family: RouteMessage) -> Result<(), Error> {
        let mut found = self.netlink.route().get(family).execute();
        let mut routes = Vec::new();
        while let Some(message) = found.try_next().await.map_err(refused("look at all routes"))? {
            routes.extend(self.route(message));
        }
        self.routes.extend(routes);
        Ok(())
    }

    fn route(&self, message: RouteMessage) -> Option<Route> {
        let header = &message.header;
        if header.table != RouteHeader::RT_TABLE_MAIN || header.kind != RouteType::Unicast {
            return None;
        }
        let (mut destination, mut via, mut link) = (None, None, None);
        for attribute in &message.attributes {
            match attribute {
                RouteAttribute::Destination(address) => destination = ip(address),
                RouteAttribute::Gateway(address) => via = ip(address),
                RouteAttribute::Oif(index) => link = self.name(*index),
                _ => {}
            }
        }
        let everywhere = match header.address_family {
            AddressFamily::Inet6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            _ => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        Some(Route {
            link: link?.to_owned(),
            destination: Cidr {
                address: destination.unwrap_or(everywhere),
                prefix: header.destination_prefix_length,
            },
            via,
            made: header.protocol == RouteProtocol::Static,
            message,
        })
    }
}

async fn links(netlink: &Handle) -> Result<BTreeMap<String, Link>, Error> {
    let mut found = netlink.link().get().execute();
    let mut links = BTreeMap::new();
    while let Some(message) = found
        .try_next()
        .await
        .map_err(refused("look at all interfaces"))?
    {
        links.extend(link(message));
    }
    Ok(links)
}

fn link(message: LinkMessage) -> Option<(String, Link)> {
    let mut name = None;
    let mut link = Link {
        index: message.header.index,
        mac: None,
        mtu: 0,
        up: message.header.flags.contains(LinkFlags::Up),
        controller: None,
        alias: None,
    };
    for attribute in message.attributes {
        match attribute {
            LinkAttribute::IfName(text) => name = Some(text),
            LinkAttribute::Address(bytes) => link.mac = bytes.try_into().ok().map(Mac),
            LinkAttribute::Mtu(mtu) => link.mtu = mtu,
            LinkAttribute::Controller(index) => link.controller = Some(index),
            LinkAttribute::IfAlias(alias) => link.alias = Some(alias),
            _ => {}
        }
    }
    Some((name?, link))
}

/// A point-to-point address has its own in `Local`; the others say the same twice, or nothing there.
fn address(message: &AddressMessage) -> Option<Cidr> {
    let (mut local, mut peer) = (None, None);
    for attribute in &message.attributes {
        match attribute {
            AddressAttribute::Local(address) => local = Some(*address),
            AddressAttribute::Address(address) => peer = Some(*address),
            _ => {}
        }
    }
    let prefix = message.header.prefix_len;
    local.or(peer).map(|address| Cidr { address, prefix })
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some(IpAddr::V4(*address)),
        RouteAddress::Inet6(address) => Some(IpAddr::V6(*address)),
        _ => None,
    }
}
