//! `GET /servers/{id}/ips`: a server's addresses and nothing else.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::json;

use super::addresses::Addresses;
use super::instance_id;
use crate::api::Fault;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::objects::RequestContext;

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:ips:index", Need::Reader)?;
    let addresses = addresses(&door, &context, &id).await?;
    Ok(Json(json!({ "addresses": addresses })))
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, network)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:ips:show", Need::Reader)?;
    let addresses = addresses(&door, &context, &id).await?;
    match addresses.networks().remove(network.as_str()) {
        Some(found) => Ok(Json(json!({ network: found }))),
        None => Err(Fault::not_found("Instance is not a member of specified network")),
    }
}

async fn addresses(door: &Door, context: &RequestContext, id: &str) -> Result<Addresses, Fault> {
    let instance = door.compute.get(context, instance_id(id)?).await?;
    Ok(Addresses::of(instance.vifs.clone()).plain())
}
