//! What is done about a project's quotas.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;

use super::view::{Of, QuotaFields, UpdateQuotas};
use crate::api::compute::Door;
use crate::api::policy::{Need, allow, allow_in};
use crate::api::{At, Body, Fault, Microversion, Query, Under};
use crate::objects::{ProjectId, RequestContext, UserId};
use crate::query;

query! {
    pub(super) struct OfUser {
        user_id: Option<String>,
        .. = ..2.75
    }
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfUser>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow_in(&context, &id, "os_compute_api:os-quota-sets:show", Need::Reader)?;
    let user = query.user_id.map(UserId);
    let quotas = door.compute.quotas(&ProjectId(id.clone()), user.as_ref()).await?;
    let view = (Of { id }, QuotaFields::limits(&quotas));
    Ok(At(version, Under("quota_set", view)))
}

pub(super) async fn detail(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfUser>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow_in(&context, &id, "os_compute_api:os-quota-sets:detail", Need::Reader)?;
    let user = query.user_id.map(UserId);
    let quotas = door.compute.quotas(&ProjectId(id.clone()), user.as_ref()).await?;
    let view = (Of { id }, QuotaFields::details(&quotas));
    Ok(At(version, Under("quota_set", view)))
}

pub(super) async fn defaults(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-quota-sets:defaults", Need::Anyone)?;
    let limits = door.compute.default_quotas().await?;
    let view = (Of { id }, QuotaFields::plain(&limits));
    Ok(At(version, Under("quota_set", view)))
}

pub(super) async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<OfUser>,
    Path(id): Path<String>,
    Body(body): Body<UpdateQuotas>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-quota-sets:update", Need::Admin)?;
    let (project, user) = (ProjectId(id), query.user_id.map(UserId));
    let force = body.force.is_some_and(|flag| flag.0);
    door.compute
        .set_quotas(&project, user.as_ref(), body.limits(), force)
        .await?;
    let quotas = door.compute.quotas(&project, user.as_ref()).await?;
    Ok(At(version, Under("quota_set", QuotaFields::limits(&quotas))))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Query(query): Query<OfUser>,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-quota-sets:delete", Need::Admin)?;
    let user = query.user_id.map(UserId);
    door.compute.delete_quotas(&ProjectId(id), user.as_ref()).await?;
    Ok(StatusCode::ACCEPTED)
}
