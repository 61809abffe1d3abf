//! `GET /os-availability-zone`.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Serialize;

use super::Door;
use super::time::Micros;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::compute::{Zone, ZoneHost};
use crate::objects::RequestContext;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-availability-zone", get(list))
        .route("/os-availability-zone/detail", get(detail))
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ZoneView {
    zone_name: String,
    zone_state: Available,
    hosts: Option<BTreeMap<String, BTreeMap<String, Service>>>,
}

#[derive(Debug, Serialize)]
struct Available {
    available: bool,
}

#[derive(Debug, Serialize)]
struct Service {
    active: bool,
    available: bool,
    updated_at: Option<Micros>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Zones {
    availability_zone_info: Vec<ZoneView>,
}

async fn list(State(door): State<Door>, context: RequestContext) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-availability-zone:list", Need::Anyone)?;
    zones(&door, &context, |_| None).await
}

async fn detail(State(door): State<Door>, context: RequestContext) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-availability-zone:detail",
        Need::Admin,
    )?;
    zones(&door, &context, |zone| {
        // Of a zone that is closed the hosts are not told.
        let is_open = zone.hosts.iter().any(|host| host.active);
        is_open.then(|| zone.hosts.iter().map(host).collect())
    })
    .await
}

type Hosts = BTreeMap<String, BTreeMap<String, Service>>;

async fn zones(
    door: &Door,
    context: &RequestContext,
    hosts: impl Fn(&Zone) -> Option<Hosts>,
) -> Result<axum::Json<Zones>, Fault> {
    let zones = door.compute.availability_zones(context).await?;
    let views = zones.iter().map(|zone| ZoneView {
        zone_name: zone.name.clone(),
        zone_state: Available {
            available: zone.available,
        },
        hosts: hosts(zone),
    });
    Ok(axum::Json(Zones {
        availability_zone_info: views.collect(),
    }))
}

fn host(host: &ZoneHost) -> (String, BTreeMap<String, Service>) {
    let service = Service {
        active: host.active,
        available: host.available,
        updated_at: host.updated_at.map(Micros),
    };
    (
        host.name.clone(),
        BTreeMap::from([(host.service.clone(), service)]),
    )
}
