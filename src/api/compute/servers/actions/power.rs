//! `os-start` and `os-stop`.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::api::request::Ignored;

pub(super) async fn start(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:servers:start", Need::Member)?;
    on.door.compute.start(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn stop(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:servers:stop", Need::Member)?;
    on.door.compute.stop(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}
