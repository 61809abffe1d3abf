//! `GET /servers/{id}`.

use axum::extract::{Path, State};
use axum::response::IntoResponse;

use super::instance_id;
use super::view::{ServerGroups, server_detail};
use crate::api::compute::Door;
use crate::api::links::Links;
use crate::api::policy::{Need, allow};
use crate::api::{At, Fault, Microversion, Under};
use crate::objects::RequestContext;

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:servers:show", Need::Reader)?;
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    let template = &door.compute.settings().instance_name_template;
    let view = server_detail(&context, &instance, &links, template);
    let groups = ServerGroups::of(&door, &instance).await?;
    Ok(At(version, Under("server", (view, groups))))
}
