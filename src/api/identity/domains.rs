//! `/v3/domains`: there is one, and nobody has a role on it, nor on the system as a whole.

use axum::Json;
use axum::extract::{Path, Query};
use serde_json::{Value, json};

use super::caller::Caller;
use super::fault::Fault;
use super::page::{Filters, Site, page, passes};
use crate::identity::local::DOMAIN;

pub(super) async fn own(_: Caller, site: Site) -> Json<Value> {
    page(&site, "auth/domains", "domains", Vec::new())
}

pub(super) async fn own_system(_: Caller, site: Site) -> Json<Value> {
    page(&site, "auth/system", "system", Vec::new())
}

pub(super) async fn list(
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_domains")?;
    let domains = std::iter::once(view(&site)).filter(|view| passes(&filters, view));
    Ok(page(&site, "domains", "domains", domains.collect()))
}

pub(super) async fn show(_: Caller, site: Site, Path(id): Path<String>) -> Result<Json<Value>, Fault> {
    must_be_ours(Some(&id))?;
    Ok(Json(json!({"domain": view(&site)})))
}

/// Where a request may name a domain, it can only be this one.
pub(super) fn must_be_ours(id: Option<&str>) -> Result<(), Fault> {
    match id {
        Some(id) if id != DOMAIN.0 => Err(Fault::not_found(format!("Could not find domain: {id}."))),
        _ => Ok(()),
    }
}

fn view(site: &Site) -> Value {
    json!({
        "id": DOMAIN.0,
        "name": DOMAIN.1,
        "description": "The default domain",
        "enabled": true,
        "tags": [],
        "options": {},
        "links": {"self": format!("{}/v3/domains/{}", site.0, DOMAIN.0)},
    })
}
