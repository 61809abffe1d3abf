//! `createBackup`: a snapshot among a number of its kind, of which the oldest go.

use axum::response::Response;

use super::Target;
use super::create_image::made;
use crate::api::Fault;
use crate::api::compute::servers::metadata::Metadata;
use crate::api::compute::text::Name;
use crate::api::policy::{Need, allow};
use crate::api::request::Whole;
use crate::request;

request! {
    pub(super) struct CreateBackup {
        name: Name,
        kind as "backup_type": String,
        rotation: Whole<0, { u32::MAX as u64 }>,
        metadata: Option<Metadata>,
    }
}

pub(super) async fn create_backup(on: Target, body: CreateBackup) -> Result<Response, Fault> {
    allow(&on.context, "os_compute_api:os-create-backup", Need::Member)?;
    let metadata = body.metadata.unwrap_or_default().0;
    let rotation = usize::try_from(body.rotation.0).unwrap_or(usize::MAX);
    let sort = (body.kind, rotation);
    let compute = &on.door.compute;
    let image = compute
        .create_backup(&on.context, on.id, body.name.0, metadata, sort)
        .await?;
    // What goes at once has no place.
    Ok(made(&on, (rotation > 0).then_some(image), image))
}
