//! `DELETE /servers/{id}`.

use axum::extract::{Path, State};
use http::StatusCode;

use super::instance_id;
use crate::api::Fault;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::objects::RequestContext;

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:servers:delete", Need::Member)?;
    door.compute.delete(&context, instance_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
