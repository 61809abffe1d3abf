//! Address scopes: pools in one of them do not overlap.

use serde::Deserialize;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::records::AddressScope;
use crate::objects::ProjectId;

/// What a client says of a scope; what it does not say stays as it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub name: Option<String>,
    pub ip_version: Option<u8>,
    pub shared: Option<bool>,
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    let mut scope = AddressScope::new(edit.uuid(), project, wanted.ip_version.unwrap_or(4));
    set(&mut scope.name, wanted.name);
    set(&mut scope.shared, wanted.shared);
    let id = scope.standard.id;
    edit.state.address_scopes.put(scope);
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let scope = edit.own::<AddressScope>("update", id)?;
    if scope.shared && wanted.shared == Some(false) {
        let message = format!("Unable to update address scope {id} : Shared address scope can't be unshared");
        return Err(Error::invalid("AddressScopeUpdateError", message));
    }
    set(&mut scope.name, wanted.name);
    set(&mut scope.shared, wanted.shared);
    Ok(())
}

pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    edit.own::<AddressScope>("delete", id)?;
    let mut pools = edit.state.subnet_pools.values();
    if pools.any(|pool| pool.address_scope_id == Some(id)) {
        let message = format!(
            "Unable to complete operation on address scope {id}. There are one or more subnet pools in use on the address scope"
        );
        return Err(Error::conflict("AddressScopeInUse", message));
    }
    edit.state.address_scopes.remove(&id);
    Ok(())
}
