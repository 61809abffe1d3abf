//! Routers: made, changed and deleted; which networks they join, and where they lead out.

mod gateway;
mod interfaces;
mod routes;

use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::records::{Port, Route, Router};
use super::state::State;
use super::subnets::said;
use crate::objects::ProjectId;

pub use gateway::Leading;
pub(super) use gateway::give_addresses_outside;
pub use interfaces::{Attached, Attachment, add_interface, remove_interface};

const ROUTER_INTERFACE: &str = "network:router_interface";
const ROUTER_GATEWAY: &str = "network:router_gateway";

/// What a client says of a router; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub admin_state_up: Option<bool>,
    /// `Some(None)` is no gateway any more.
    #[serde(deserialize_with = "said")]
    pub external_gateway_info: Option<Option<Leading>>,
    pub routes: Option<Vec<Route>>,
    pub availability_zone_hints: Option<Vec<String>>,
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    edit.claim::<Router>(&project)?;
    let router = Router::new(edit.uuid(), project);
    let id = router.standard.id;
    edit.state.routers.put(router);
    apply(edit, "create", id, wanted)?;
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    edit.own::<Router>("update", id)?;
    apply(edit, "update", id, wanted)
}

/// Its way out goes with it; its interfaces have to be gone.
pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    edit.own::<Router>("delete", id)?;
    let attached: Vec<String> = edit
        .state
        .interfaces_of(id)
        .map(|port| port.standard.id.to_string())
        .collect();
    if !attached.is_empty() {
        let message = format!("Router {id} has ports still attached: {}", attached.join(", "));
        return Err(Error::conflict("RouterInUse", message));
    }
    gateway::remove(edit, id)?;
    edit.state.routers.remove(&id);
    Ok(())
}

/// Routes come first, as they do at Neutron: a way out may be changed that a route needs.
fn apply(edit: &mut Edit<'_>, verb: &str, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    if let Some(routes) = wanted.routes {
        routes::check(edit.state, id, &routes)?;
        change(edit, id, |router| router.routes = routes)?;
    }
    if let Some(leading) = wanted.external_gateway_info {
        gateway::set(edit, verb, id, leading)?;
    }
    change(edit, id, |router| {
        set(&mut router.name, wanted.name);
        set(&mut router.standard.description, wanted.description);
        set(&mut router.admin_state_up, wanted.admin_state_up);
        set(
            &mut router.availability_zone_hints,
            wanted.availability_zone_hints,
        );
    })
}

fn change(edit: &mut Edit<'_>, id: Uuid, change: impl FnOnce(&mut Router)) -> Result<(), Error> {
    let router = edit.state.routers.get_mut(&id);
    change(router.ok_or_else(|| <Router as super::Resource>::no_such(id))?);
    Ok(())
}

impl State {
    pub fn ports_of_device(&self, device: Uuid) -> impl Iterator<Item = &Arc<Port>> {
        let device = device.to_string();
        self.ports.values().filter(move |port| port.device_id == device)
    }

    /// A router's ports on the networks that it joins.
    pub fn interfaces_of(&self, router: Uuid) -> impl Iterator<Item = &Arc<Port>> {
        self.ports_of_device(router)
            .filter(|port| port.device_owner == ROUTER_INTERFACE)
    }

    /// A router's port on the network that it leads to.
    pub fn gateway_of(&self, router: Uuid) -> Option<&Arc<Port>> {
        let mut ports = self.ports_of_device(router);
        ports.find(|port| port.device_owner == ROUTER_GATEWAY)
    }
}
