//! `GET /os-availability-zone`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::IntoResponse;

use super::Door;
use super::time::Micros;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get, whole};
use crate::api::{At, Fault, Microversion};
use crate::compute::{Zone, ZoneHost};
use crate::objects::RequestContext;
use crate::view;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route("/os-availability-zone", get(list).answers(200, whole::<Zones>()))
        .route(
            "/os-availability-zone/detail",
            get(detail).answers(200, whole::<Zones>()),
        )
}

view! {
    struct ZoneView {
        zone_name as "zoneName": String,
        zone_state as "zoneState": Available,
        hosts: Option<Hosts>,
    }
}

view! {
    struct Available {
        available: bool,
    }
}

view! {
    struct Service {
        active: bool,
        available: bool,
        updated_at: Option<Micros>,
    }
}

view! {
    struct Zones {
        availability_zone_info as "availabilityZoneInfo": Vec<ZoneView>,
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-availability-zone:list", Need::Anyone)?;
    zones(&door, &context, version, |_| None).await
}

async fn detail(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-availability-zone:detail",
        Need::Admin,
    )?;
    zones(&door, &context, version, |zone| {
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
    version: Microversion,
    hosts: impl Fn(&Zone) -> Option<Hosts>,
) -> Result<At<Zones>, Fault> {
    let zones = door.compute.availability_zones(context).await?;
    let views = zones.iter().map(|zone| ZoneView {
        zone_name: zone.name.clone(),
        zone_state: Available {
            available: zone.available,
        },
        hosts: hosts(zone),
    });
    Ok(At(
        version,
        Zones {
            availability_zone_info: views.collect(),
        },
    ))
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
