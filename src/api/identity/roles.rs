//! `/v3/roles`: the roles there are; no others can be made.

use axum::Json;
use axum::extract::{Path, Query};
use serde_json::{Value, json};

use super::caller::Caller;
use super::fault::Fault;
use super::page::{Filters, Site, page, passes};
use crate::identity::Role;

pub(super) async fn list(
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_roles")?;
    let roles = Role::ALL
        .into_iter()
        .map(|role| view(&site, role))
        .filter(|view| passes(&filters, view));
    Ok(page(&site, "roles", "roles", roles.collect()))
}

pub(super) async fn show(caller: Caller, site: Site, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:get_role")?;
    Ok(Json(json!({"role": view(&site, by_id(&id)?)})))
}

pub(super) fn by_id(id: &str) -> Result<Role, Fault> {
    let found = Role::ALL.into_iter().find(|role| role.id() == id);
    found.ok_or_else(|| Fault::not_found(format!("Could not find role: {id}.")))
}

pub(super) fn view(site: &Site, role: Role) -> Value {
    json!({
        "id": role.id(),
        "name": role.name(),
        "domain_id": null,
        "description": null,
        "options": {},
        "links": {"self": format!("{}/v3/roles/{}", site.0, role.id())},
    })
}
