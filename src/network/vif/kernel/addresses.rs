//! Addresses and routes by netlink.

use std::net::IpAddr;

use futures_util::TryStreamExt;
use rtnetlink::packet_route::address::{AddressAttribute, AddressFlags, AddressHeaderFlags, AddressScope};
use rtnetlink::packet_route::route::RouteScope;
use rtnetlink::{Handle, RouteMessageBuilder};

use super::super::{Error, Route};
use super::connection::refused;
use super::links::index;

const LOOPBACK: &str = "lo";

/// The address serves at once: whoever gave it has made sure that it is nobody else's.
pub(super) async fn add(netlink: &Handle, link: &str, address: IpAddr, prefix: u8) -> Result<(), Error> {
    let index = index(netlink, link).await?;
    let mut request = netlink.address().add(index, address, prefix).replace();
    if link == LOOPBACK {
        // Nothing that leaves is to come from there.
        request.message_mut().header.scope = AddressScope::Host;
    }
    if address.is_ipv6() {
        let message = request.message_mut();
        message.header.flags |= AddressHeaderFlags::Nodad;
        message
            .attributes
            .push(AddressAttribute::Flags(AddressFlags::Nodad));
    }
    let added = request.execute().await;
    added.map_err(refused(format!("give {address}/{prefix} to interface {link}")))
}

pub(super) async fn route(netlink: &Handle, route: &Route) -> Result<(), Error> {
    let doing = format!("route {} through interface {}", route.destination, route.link);
    let wrong = |error| Error::kernel(doing.clone(), std::io::Error::other(error));
    let mut message = RouteMessageBuilder::<IpAddr>::new()
        .destination_prefix(route.destination.address, route.destination.prefix)
        .map_err(wrong)?
        .output_interface(index(netlink, &route.link).await?);
    message = match route.via {
        Some(via) => message.gateway(via).map_err(wrong)?,
        None => message.scope(RouteScope::Link),
    };
    if route.onlink {
        message = message.onlink();
    }
    if let Some(metric) = route.metric {
        message = message.priority(metric);
    }
    let added = netlink.route().add(message.build()).replace().execute().await;
    added.map_err(refused(doing))
}

/// A bridge takes over what its ports receive: an interface by which the host itself is reached falls silent in one.
pub(super) async fn refuse_addressed(netlink: &Handle, link: &str) -> Result<(), Error> {
    let index = index(netlink, link).await?;
    let mut addresses = netlink.address().get().set_link_index_filter(index).execute();
    let doing = || format!("look at the addresses of interface {link}");
    while let Some(address) = addresses.try_next().await.map_err(refused(doing()))? {
        if address.header.scope == AddressScope::Universe {
            return Err(Error::Addressed(link.to_owned()));
        }
    }
    Ok(())
}
