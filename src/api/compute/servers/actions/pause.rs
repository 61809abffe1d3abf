//! `pause` and `unpause`.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::api::request::Ignored;

pub(super) async fn pause(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-pause-server:pause", Need::Member)?;
    on.door.compute.pause(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn unpause(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-pause-server:unpause",
        Need::Member,
    )?;
    on.door.compute.unpause(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}
