//! `/os-floating-ips` and `/os-floating-ip-pools`: addresses of external networks, which were called pools.

use std::net::IpAddr;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::UNTIL_2_35;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, OrNull, Read, Request};
use crate::api::route::{NOTHING, Routes, get};
use crate::api::{At, Body, Fault, Microversion, Under, Within};
use crate::api::{Book, Schema};
use crate::network::{Error, FloatingIp, FloatingIps, Network};
use crate::objects::RequestContext;
use crate::shows;
use crate::{request, view};

/// The pool that is meant when none is named, as Nova calls it; or the only one.
const DEFAULT_POOL: &str = "nova";

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-floating-ips",
            get(list)
                .answers(200, shows!("floating_ips": Vec<Shown>))
                .post(create)
                .answers(200, shows!("floating_ip": Shown))
                .within(UNTIL_2_35),
        )
        .route(
            "/os-floating-ips/{id}",
            get(show)
                .answers(200, shows!("floating_ip": Shown))
                .delete(delete)
                .answers(202, NOTHING)
                .within(UNTIL_2_35),
        )
        .route(
            "/os-floating-ip-pools",
            get(pools)
                .answers(200, shows!("floating_ip_pools": Vec<Pool>))
                .within(UNTIL_2_35),
        )
}

request! {
    struct FromPool {
        pool: Option<OrNull<String>>,
        ..
    }
}

/// No body says as much as an empty one.
struct Create(Option<String>);

impl Request for Create {
    fn parse(version: Microversion, root: &Value) -> Result<Self, Invalid> {
        let from = OrNull::<FromPool>::read(version, root)?.0;
        let pool = from.and_then(|from| from.pool).and_then(|pool| pool.0);
        Ok(Self(pool.filter(|pool| !pool.is_empty())))
    }

    fn body(book: &mut Book) -> Value {
        OrNull::<FromPool>::schema(book)
    }
}

view! {
    struct Shown {
        fixed_ip: Option<IpAddr>,
        id: Uuid,
        instance_id: Option<String>,
        ip: IpAddr,
        pool: String,
    }
}

view! {
    struct Pool {
        name: String,
    }
}

impl Shown {
    fn of(floating: FloatingIp) -> Self {
        Self {
            fixed_ip: floating.fixed,
            id: floating.id,
            instance_id: floating.device,
            ip: floating.address,
            pool: name_or_id(&floating.network_name, floating.network),
        }
    }
}

fn name_or_id(name: &str, id: Uuid) -> String {
    match name.is_empty() {
        true => id.to_string(),
        false => name.to_owned(),
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-floating-ips:list", Need::Reader)?;
    let own = door
        .compute
        .network_proxy()
        .floating_ips(&context, FloatingIps::Own)
        .await?;
    let shown: Vec<Shown> = own.into_iter().map(Shown::of).collect();
    Ok(At(version, Under("floating_ips", shown)))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-floating-ips:show", Need::Reader)?;
    let found = find(&door, &context, &id).await?;
    Ok(At(version, Under("floating_ip", Shown::of(found))))
}

async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(Create(pool)): Body<Create>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-floating-ips:create", Need::Member)?;
    let proxy = door.compute.network_proxy();
    let pools = proxy.seen_networks(&context, true).await?;
    let network = meant(&pools, pool.as_deref())?;
    let made = proxy.create_floating_ip(&context, network).await;
    let made = made.map_err(|error| refused(error, pool.as_deref()))?;
    Ok(At(version, Under("floating_ip", Shown::of(made))))
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-floating-ips:delete", Need::Member)?;
    let found = find(&door, &context, &id).await?;
    let proxy = door.compute.network_proxy();
    proxy.delete_floating_ip(&context, found.id).await?;
    Ok(StatusCode::ACCEPTED)
}

async fn pools(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    let pools = door.compute.network_proxy().seen_networks(&context, true).await?;
    let pools: Vec<Pool> = pools
        .iter()
        .map(|network| Pool {
            name: name_or_id(&network.name, network.id),
        })
        .collect();
    Ok(At(version, Under("floating_ip_pools", pools)))
}

async fn find(door: &Door, context: &RequestContext, id: &str) -> Result<FloatingIp, Fault> {
    let missing = || Fault::not_found(format!("Floating IP not found for ID {id}"));
    let id = Uuid::parse_str(id).map_err(|_| missing())?;
    let found = door
        .compute
        .network_proxy()
        .floating_ips(context, FloatingIps::Id(id));
    found.await?.pop().ok_or_else(missing)
}

/// A pool by its name or its network's id.
fn meant(pools: &[Network], pool: Option<&str>) -> Result<Uuid, Fault> {
    if let (None, [only]) = (pool, pools) {
        return Ok(only.id);
    }
    let wanted = pool.unwrap_or(DEFAULT_POOL);
    let id = Uuid::parse_str(wanted).ok();
    let fits = |network: &&Network| match id {
        Some(id) => network.id == id,
        None => network.name == wanted,
    };
    let mut fitting = pools.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.id),
        (None, _) => Err(Fault::not_found("Floating IP pool not found.")),
        (Some(_), Some(_)) => Err(Fault::conflict(format!(
            "Multiple floating IP pools matches found for name '{wanted}'"
        ))),
    }
}

fn refused(error: Error, pool: Option<&str>) -> Fault {
    let from = |nothing: &str| match pool {
        Some(pool) => format!("{nothing} in pool {pool}."),
        None => format!("{nothing}."),
    };
    match (error, pool) {
        (Error::Exhausted(_), Some(_)) => Fault::not_found(from("No more floating IPs")),
        (Error::Exhausted(_), None) => Fault::not_found("No more floating IPs available."),
        (Error::OverQuota(_), _) => Fault::forbidden(from("IP allocation over quota")),
        (error, _) => error.into(),
    }
}
