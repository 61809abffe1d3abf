//! What is done about aggregates.

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;

use super::request::{CacheImages, CreateAggregate, UpdateAggregate};
use super::view::{AggregateMade, in_full};
use crate::api::compute::Door;
use crate::api::compute::ids::number;
use crate::api::policy::{Need, allow};
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::objects::RequestContext;

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "index")?;
    let aggregates = door.compute.aggregates().await?;
    let views: Vec<_> = aggregates.iter().map(in_full).collect();
    Ok(At(version, Under("aggregates", views)))
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "show")?;
    let aggregate = door.compute.aggregate(number(&id)?).await?;
    Ok(At(version, Under("aggregate", in_full(&aggregate))))
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(body): Body<CreateAggregate>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "create")?;
    let zone = body.availability_zone.and_then(|zone| zone.0).map(|zone| zone.0);
    let aggregate = door.compute.create_aggregate(body.name.0, zone).await?;
    Ok(At(version, Under("aggregate", AggregateMade::of(&aggregate))))
}

pub(super) async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<UpdateAggregate>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "update")?;
    let aggregate = door
        .compute
        .change_aggregate(number(&id)?, "aggregate", body.change())
        .await?;
    Ok(At(version, Under("aggregate", in_full(&aggregate))))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allowed(&context, "delete")?;
    door.compute.delete_aggregate(number(&id)?).await?;
    Ok(StatusCode::OK)
}

/// Accepted and without effect, as by every driver that does not fetch images in advance.
pub(super) async fn images(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<CacheImages>,
) -> Result<StatusCode, Fault> {
    allow(&context, "compute:aggregates:images", Need::Admin)?;
    let id = number(&id)?;
    let images: HashSet<_> = body.cache.0.iter().map(|image| image.id.0).collect();
    if images.len() < body.cache.0.len() {
        return Err(Fault::bad_request("Duplicate images in request"));
    }
    door.compute.aggregate(id).await?;
    Ok(StatusCode::ACCEPTED)
}

fn allowed(context: &RequestContext, verb: &str) -> Result<(), Fault> {
    allow(
        context,
        &format!("os_compute_api:os-aggregates:{verb}"),
        Need::Admin,
    )
}
