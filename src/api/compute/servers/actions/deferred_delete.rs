//! `forceDelete` and `restore`: the end of a server that was deleted softly, one way or the other.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::api::request::Ignored;

pub(super) async fn force(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-deferred-delete:force",
        Need::Member,
    )?;
    on.door.compute.force_delete(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn restore(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-deferred-delete:restore",
        Need::Member,
    )?;
    on.door.compute.restore(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}
