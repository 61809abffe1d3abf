//! Services listed and deleted.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;

use super::found;
use super::view::ServiceView;
use crate::api::compute::Door;
use crate::api::compute::ids::{number, uuid};
use crate::api::policy::{Need, allow};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::objects::{ComputeService, RequestContext};
use crate::query;

query! {
    pub(super) struct ListServices {
        host: Option<String>,
        binary: Option<String>,
        .. = ..2.75
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<ListServices>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-services:list", Need::Admin)?;
    let is = |wanted: &Option<String>, have: &str| {
        wanted
            .as_deref()
            .is_none_or(|wanted| wanted.is_empty() || wanted == have)
    };
    let mut services = door.compute.services().await?;
    services
        .retain(|service| is(&query.host, &service.record.host) && is(&query.binary, ComputeService::BINARY));
    let views: Vec<_> = services.into_iter().map(ServiceView::of).collect();
    Ok(At(version, Under("services", views)))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-services:delete", Need::Admin)?;
    let service = if version.knows_hosts_by_uuid() {
        let uuid = uuid(&id)?;
        found(&door, |service| service.record.uuid == uuid).await?
    } else {
        let number = number(&id)?;
        found(&door, |_| number == ComputeService::NUMBER).await?
    };
    let missing = || Fault::not_found(format!("Service {id} not found."));
    let host = service.ok_or_else(missing)?.record.host;
    door.compute.delete_service(&host).await?;
    Ok(StatusCode::NO_CONTENT)
}
