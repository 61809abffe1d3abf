//! Where a new server is to go: a zone, and for administrators a host in it.

use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::objects::RequestContext;

/// What a request for a server says about its place, in either of the two forms.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// `zone`, `zone:host`, `zone:host:node` or `zone::node`.
    pub(super) zone: Option<String>,
    pub(super) host: Option<String>,
    pub(super) node: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) zone: Option<String>,
    /// A host is its own only node here, so that either name is the host's.
    pub(super) host: Option<String>,
}

impl Wanted {
    pub(super) fn allowed(self, context: &RequestContext) -> Result<Destination, Fault> {
        let (zone, forced) = parsed(self.zone.as_deref().unwrap_or_default())?;
        let forced = one_host(forced)?;
        if forced.is_some() {
            allow(context, "os_compute_api:servers:create:forced_host", Need::Admin)?;
        }
        let requested = [self.host, self.node].map(|name| name.filter(|name| !name.is_empty()));
        let requested = one_host(requested)?;
        if requested.is_some() {
            allow(
                context,
                "compute:servers:create:requested_destination",
                Need::Admin,
            )?;
        }
        match (forced, requested) {
            (Some(_), Some(_)) => Err(Fault::bad_request(
                "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node are \
                 mutually exclusive.",
            )),
            (forced, requested) => Ok(Destination {
                zone,
                host: forced.or(requested),
            }),
        }
    }
}

type Names = [Option<String>; 2];

/// The zone, and the host and node behind its colons.
fn parsed(text: &str) -> Result<(Option<String>, Names), Fault> {
    let name = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
    let mut parts = text.split(':');
    let (zone, host, node) = (parts.next(), parts.next(), parts.next());
    match parts.next() {
        None => Ok((name(zone), [name(host), name(node)])),
        Some(_) => Err(Fault::bad_request(
            "Invalid input received: Unable to parse availability_zone",
        )),
    }
}

fn one_host([host, node]: Names) -> Result<Option<String>, Fault> {
    match (host, node) {
        (Some(host), Some(node)) if host != node => Err(Fault::bad_request(format!(
            "Compute host {node} could not be found."
        ))),
        (host, node) => Ok(host.or(node)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_stand_behind_the_zone() {
        let of = |text: &str| parsed(text).map_err(|fault| fault.message);
        let some = |name: &str| Some(name.to_owned());
        assert_eq!(of("nova"), Ok((some("nova"), [None, None])));
        assert_eq!(of("nova:a"), Ok((some("nova"), [some("a"), None])));
        assert_eq!(of("nova:a:b"), Ok((some("nova"), [some("a"), some("b")])));
        assert_eq!(of("nova::b"), Ok((some("nova"), [None, some("b")])));
        assert_eq!(of(":a"), Ok((None, [some("a"), None])));
        assert_eq!(
            of("a:b:c:d"),
            Err("Invalid input received: Unable to parse availability_zone".to_owned())
        );
    }
}
