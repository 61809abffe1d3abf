//! What namespaces and interfaces are called: routers' as Neutron calls them, so that operators recognise them.

use uuid::Uuid;

use super::wanted::{External, Interface, Router};

/// What the names of routers' namespaces begin with.
pub(super) const ROUTER: &str = "qrouter-";
/// What the names of interfaces on the host begin with.
pub(super) const HOST: &str = "nvd-";
/// What in the switch is half made: the ends of wires that belong elsewhere.
pub(super) const FAR_ENDS: [&str; 3] = ["qr-", "qg-", HOST];

pub(super) fn router(router: &Router) -> String {
    format!("{ROUTER}{}", router.id)
}

pub(super) fn interface(interface: &Interface) -> String {
    format!("qr-{}", port(interface.port))
}

pub(super) fn gateway(interface: &Interface) -> String {
    format!("qg-{}", port(interface.port))
}

pub(super) fn tap(interface: &Interface) -> String {
    format!("tap{}", port(interface.port))
}

pub(super) fn host_end(external: &External) -> String {
    format!("{HOST}{}", &external.network.simple().to_string()[..8])
}

pub(super) fn switch_end(external: &External) -> String {
    format!("nvs-{}", &external.network.simple().to_string()[..8])
}

fn port(id: Uuid) -> String {
    let mut short = id.to_string();
    short.truncate(11);
    short
}
