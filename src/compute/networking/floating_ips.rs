//! Addresses of other networks that lead to a server, and what else doors hand on to the network service.

use std::net::IpAddr;

use uuid::Uuid;

use crate::compute::Error;
use crate::compute::core::{Compute, Core};
use crate::network::{self, Changed, FloatingIp, FloatingIps, NetworkProxy};
use crate::objects::{Instance, InstanceId, RequestContext, Vif};

impl Compute {
    /// The network service, for what is its own business and no server's.
    pub fn network_proxy(&self) -> &dyn NetworkProxy {
        &*self.core.network
    }

    /// Makes it lead to one of the server's fixed addresses: the one named, or the first IPv4 address. It is taken from
    /// wherever it led before.
    pub async fn add_floating_ip(
        &self,
        context: &RequestContext,
        id: InstanceId,
        address: IpAddr,
        fixed: Option<IpAddr>,
    ) -> Result<(), Error> {
        let core = &self.core;
        let instance = core.visible(context, id).await?;
        let (port, fixed) = end(&instance, address, fixed)?;
        let mut known = known(core, context, address).await?;
        let floating = match (known.pop(), known.is_empty()) {
            (Some(only), true) => only,
            (None, _) => return Err(Error::NotFound("floating IP not found".to_owned())),
            _ => return Err(not_led(address, fixed, id, &several(address))),
        };
        let led = core
            .network
            .lead_floating_ip(context, floating.id, Some((port, fixed)))
            .await;
        led.map_err(|error| match error {
            network::Error::Conflict(words) => Error::Invalid(words),
            network::Error::NotFound(words) | network::Error::Invalid(words) => {
                not_led(address, fixed, id, &words)
            }
            error => Error::from(error).at_the_door(),
        })?;
        let concerned = floating.port.into_iter().chain([port]);
        core.nets.ask(Changed::Ports(concerned.collect()));
        Ok(())
    }

    /// The address stays the project's.
    pub async fn remove_floating_ip(
        &self,
        context: &RequestContext,
        id: InstanceId,
        address: IpAddr,
    ) -> Result<(), Error> {
        let core = &self.core;
        core.visible(context, id).await?;
        let mut known = known(core, context, address).await?;
        let floating = match (known.pop(), known.is_empty()) {
            (Some(only), true) => only,
            (None, _) => {
                let words = format!("Floating IP not found for address {address}.");
                return Err(Error::NotFound(words));
            }
            _ => return Err(Error::Conflict(several(address))),
        };
        let (Some(port), true) = (floating.port, floating.device == Some(id.to_string())) else {
            return Err(Error::Conflict(format!(
                "Floating IP {address} is not associated with instance {id}."
            )));
        };
        let led = core.network.lead_floating_ip(context, floating.id, None).await;
        led.map_err(|error| Error::from(error).at_the_door())?;
        core.nets.ask(Changed::Ports(vec![port]));
        Ok(())
    }
}

/// The port and its address that a floating IP is to lead to.
fn end(instance: &Instance, address: IpAddr, wanted: Option<IpAddr>) -> Result<(Uuid, IpAddr), Error> {
    let invalid = |words: &str| Err(Error::Invalid(words.to_owned()));
    if instance.vifs.is_empty() {
        return invalid("Instance network is not ready yet");
    }
    let of = |vif: &Vif| {
        let port = vif.id;
        vif.fixed_ips().map(move |(ip, _)| (port, ip)).collect::<Vec<_>>()
    };
    let all: Vec<(Uuid, IpAddr)> = instance.vifs.iter().flat_map(of).collect();
    if all.is_empty() {
        return invalid("No fixed IPs associated to instance");
    }
    let found = |fits: &dyn Fn(IpAddr) -> bool| all.iter().find(|(_, ip)| fits(*ip)).copied();
    match wanted {
        Some(wanted) => match found(&|ip| ip == wanted) {
            Some(end) => Ok(end),
            None => invalid("Specified fixed address not assigned to instance"),
        },
        None => found(&|ip| ip.is_ipv4()).ok_or_else(|| {
            Error::Invalid(format!(
                "Unable to associate floating IP {address} to any fixed IPs for instance {}. Instance has no fixed IPv4 \
                 addresses to associate.",
                instance.id
            ))
        }),
    }
}

async fn known(core: &Core, context: &RequestContext, address: IpAddr) -> Result<Vec<FloatingIp>, Error> {
    let known = core
        .network
        .floating_ips(context, FloatingIps::Address(address))
        .await;
    known.map_err(|error| Error::from(error).at_the_door())
}

fn several(address: IpAddr) -> String {
    format!("Multiple floating IPs are found for address {address}.")
}

fn not_led(address: IpAddr, fixed: IpAddr, id: InstanceId, words: &str) -> Error {
    Error::Invalid(format!(
        "Unable to associate floating IP {address} to fixed IP {fixed} for instance {id}. Error: {words}"
    ))
}
