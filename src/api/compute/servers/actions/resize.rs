//! `resize`, `confirmResize` and `revertResize`.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::compute::servers::create_request::Reference;
use crate::api::compute::servers::update::DiskConfig;
use crate::api::policy::{Need, allow};
use crate::api::request::Ignored;
use crate::compute::Error;
use crate::request;

request! {
    pub(super) struct Resize {
        flavor as "flavorRef": Reference,
        disk_config as "OS-DCF:diskConfig": Option<DiskConfig>,
    }
}

pub(super) async fn resize(on: Target, body: Resize) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:servers:resize", Need::Member)?;
    let auto = body.disk_config.map(|config| config.auto);
    let resized = on
        .door
        .compute
        .resize(&on.context, on.id, &body.flavor.0, auto)
        .await;
    resized.map_err(resizing)?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn confirm(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:servers:confirm_resize", Need::Member)?;
    let confirmed = on.door.compute.confirm_resize(&on.context, on.id).await;
    confirmed.map_err(resizing)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn revert(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:servers:revert_resize", Need::Member)?;
    let reverted = on.door.compute.revert_resize(&on.context, on.id).await;
    reverted.map_err(resizing)?;
    Ok(StatusCode::ACCEPTED)
}

/// A flavor or a migration that is not there is the request's fault, not the path's.
fn resizing(error: Error) -> Fault {
    match error {
        Error::NoSuchFlavor(_) | Error::NotFound(_) => Fault::bad_request(error.to_string()),
        other => other.into(),
    }
}
