//! `POST /servers/{id}/remote-consoles`: no console is served here, and this is how Nova says so.

use axum::extract::{Path, State};
use http::StatusCode;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::api::{Body, Fault};
use crate::objects::RequestContext;
use crate::request;

request! {
    pub(super) struct CreateConsole in "remote_console" {
        protocol: String,
        kind as "type": String,
    }
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<CreateConsole>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-remote-consoles", Need::Member)?;
    door.compute.get(&context, instance_id(&id)?).await?;
    // It must be there, as in Nova; no protocol is spoken.
    let _ = body.protocol;
    Err(Fault::bad_request(format!(
        "Unavailable console type {}.",
        body.kind
    )))
}
