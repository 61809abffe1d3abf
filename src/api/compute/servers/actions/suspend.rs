//! `suspend` and `resume`.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::api::request::Ignored;

pub(super) async fn suspend(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-suspend-server:suspend",
        Need::Member,
    )?;
    on.door.compute.suspend(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn resume(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-suspend-server:resume",
        Need::Member,
    )?;
    on.door.compute.resume(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}
