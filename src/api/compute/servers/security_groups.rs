//! `GET /servers/{id}/os-security-groups`: the groups of a server's ports.

use axum::extract::{Path, State};
use axum::response::IntoResponse;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::compute::proxies::shown_groups;
use crate::api::policy::{Need, allow};
use crate::api::{At, Fault, Microversion, Under};
use crate::objects::RequestContext;

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-security-groups:list", Need::Reader)?;
    let groups = door.compute.security_groups(&context, instance_id(&id)?).await?;
    let groups = shown_groups(&door, &context, groups).await?;
    Ok(At(version, Under("security_groups", groups)))
}
