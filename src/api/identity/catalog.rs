//! The catalog in its two shapes: what a token shows, and the lists of services, endpoints and regions.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::Door;
use super::caller::Caller;
use super::fault::Fault;
use super::page::{Filters, Site, page, passes};
use crate::identity::{Catalog, Interface, Service};

/// As in a token.
pub(super) fn view(catalog: &Catalog) -> Value {
    let service = |service: &Service| {
        let endpoints = Interface::ALL.map(|interface| {
            json!({
                "id": service.endpoint_id(interface),
                "interface": interface.name(),
                "region": catalog.region,
                "region_id": catalog.region,
                "url": service.url,
            })
        });
        json!({"id": service.id(), "type": service.kind, "name": service.name, "endpoints": endpoints})
    };
    catalog.services.iter().map(service).collect()
}

pub(super) async fn own(State(door): State<Door>, caller: Caller, site: Site) -> Result<Json<Value>, Fault> {
    if caller.0.valid.project.is_none() {
        return Err(Fault::forbidden("identity:get_auth_catalog"));
    }
    let own = format!("{}/v3/auth/catalog", site.0);
    Ok(Json(
        json!({"catalog": view(&door.catalog), "links": {"self": own, "next": null, "previous": null}}),
    ))
}

pub(super) async fn services(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_services")?;
    let services = door
        .catalog
        .services
        .iter()
        .map(|service| service_view(&site, service));
    Ok(page(
        &site,
        "services",
        "services",
        services.filter(|view| passes(&filters, view)).collect(),
    ))
}

pub(super) async fn service(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:get_service")?;
    let found = door.catalog.services.iter().find(|service| service.id() == id);
    let service = found.ok_or_else(|| Fault::not_found(format!("Could not find service: {id}.")))?;
    Ok(Json(json!({"service": service_view(&site, service)})))
}

pub(super) async fn endpoints(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Query(filters): Query<Filters>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:list_endpoints")?;
    let mut endpoints = all_endpoints(&site, &door.catalog);
    endpoints.retain(|view| passes(&filters, view));
    Ok(page(&site, "endpoints", "endpoints", endpoints))
}

pub(super) async fn endpoint(
    State(door): State<Door>,
    caller: Caller,
    site: Site,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    caller.must_be_admin("identity:get_endpoint")?;
    let found = all_endpoints(&site, &door.catalog)
        .into_iter()
        .find(|endpoint| endpoint["id"] == id.as_str());
    let endpoint = found.ok_or_else(|| Fault::not_found(format!("Could not find endpoint: {id}.")))?;
    Ok(Json(json!({"endpoint": endpoint})))
}

pub(super) async fn regions(State(door): State<Door>, _: Caller, site: Site) -> Json<Value> {
    page(
        &site,
        "regions",
        "regions",
        vec![region_view(&site, &door.catalog.region)],
    )
}

pub(super) async fn region(
    State(door): State<Door>,
    _: Caller,
    site: Site,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    match id == door.catalog.region {
        true => Ok(Json(json!({"region": region_view(&site, &id)}))),
        false => Err(Fault::not_found(format!("Could not find region: {id}."))),
    }
}

fn all_endpoints(site: &Site, catalog: &Catalog) -> Vec<Value> {
    let of =
        |service: &Service| Interface::ALL.map(|interface| endpoint_view(site, catalog, service, interface));
    catalog.services.iter().flat_map(of).collect()
}

fn endpoint_view(site: &Site, catalog: &Catalog, service: &Service, interface: Interface) -> Value {
    let id = service.endpoint_id(interface);
    json!({
        "links": {"self": format!("{}/v3/endpoints/{id}", site.0)},
        "id": id,
        "interface": interface.name(),
        "region": catalog.region,
        "region_id": catalog.region,
        "service_id": service.id(),
        "url": service.url,
        "enabled": true,
    })
}

fn service_view(site: &Site, service: &Service) -> Value {
    json!({
        "id": service.id(),
        "type": service.kind,
        "name": service.name,
        "description": "",
        "enabled": true,
        "links": {"self": format!("{}/v3/services/{}", site.0, service.id())},
    })
}

fn region_view(site: &Site, id: &str) -> Value {
    json!({
        "id": id,
        "description": "",
        "parent_region_id": null,
        "links": {"self": format!("{}/v3/regions/{id}", site.0)},
    })
}
