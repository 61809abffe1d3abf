//! `/servers/{id}/os-server-password`: the encrypted password that a server told its metadata service.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::json;

use super::instance_id;
use crate::api::Fault;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::objects::RequestContext;

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-password:show", Need::Reader)?;
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    let password = instance.password_data.as_deref().unwrap_or_default();
    Ok(Json(json!({ "password": password })))
}

pub(super) async fn clear(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-server-password:clear", Need::Member)?;
    door.compute.clear_password(&context, instance_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
