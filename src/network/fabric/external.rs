//! An external network: a bridge of the switch, and a wire from it to the host, which is its gateway.

use super::names;
use super::room::Room;
use super::wanted::External;
use super::wire::Wire;
use super::{Error, survey};
use crate::objects::Cidr;

/// What a wire to the host carries at most.
const MTU: u32 = 1500;

/// Refuses before it changes anything on the host.
pub(super) async fn make(
    switch: &mut Room,
    host: &mut Room,
    external: &External,
    mark: &str,
) -> Result<(), Error> {
    switch.bridge(&external.bridge).await?;
    let far = names::host_end(external);
    if host.survey.links.contains_key(&far) && host.survey.alias(&far).is_none_or(|alias| alias != mark) {
        return Err(Error::ForeignInterface(far));
    }
    for gateway in &external.gateways {
        refuse_overlap(&host.survey, gateway.network(), &far)?;
    }
    let wire = Wire {
        near: names::switch_end(external),
        bridge: &external.bridge,
        far,
        mac: None,
        mtu: MTU,
        addresses: external.gateways.clone(),
        mark: Some(mark),
    };
    Ok(wire.lay(switch, host).await?)
}

/// Those that this deployment has made and that are not among these.
pub(super) async fn remove_others(host: &mut Room, wanted: &[External], mark: &str) -> Result<(), Error> {
    let mut removed = false;
    for link in host.survey.links.keys() {
        let ours =
            link.starts_with(names::HOST) && host.survey.alias(link).is_some_and(|alias| alias == mark);
        if ours && !wanted.iter().any(|external| names::host_end(external) == *link) {
            host.delete(link).await?;
            removed = true;
        }
    }
    if removed {
        host.look_again().await?;
    }
    Ok(())
}

/// The way that leads everywhere is no neighbour.
fn refuse_overlap(host: &survey::Survey, range: Cidr, ours: &str) -> Result<(), Error> {
    let addresses = host.addresses.iter().map(|found| (&found.link, found.address));
    let routes = host.routes.iter().map(|found| (&found.link, found.destination));
    let mut others = addresses
        .chain(routes)
        .filter(|(link, taken)| *link != ours && taken.prefix > 0);
    let overlap = others.find(|(_, taken)| range.contains(taken.address) || taken.contains(range.address));
    match overlap {
        None => Ok(()),
        Some((interface, taken)) => Err(Error::Overlap {
            range,
            taken,
            interface: interface.clone(),
        }),
    }
}
