//! What is done about server groups.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;

use super::request::CreateGroup;
use super::view::ServerGroupView;
use crate::api::compute::Door;
use crate::api::pagination::Limit;
use crate::api::policy::{Need, allow, permits};
use crate::api::{At, Body, Fault, Microversion, Query, Under};
use crate::compute::GroupMembers;
use crate::objects::RequestContext;
use crate::query;

query! {
    pub(super) struct ListGroups {
        all_projects: Option<String>,
        limit: Option<Limit>,
        offset: Option<Limit>,
        .. = ..2.75
    }
}

/// All projects' are for administrators; others who ask for them get their own.
pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<ListGroups>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-groups:index", Need::Reader)?;
    let all = query.all_projects.is_some()
        && permits(
            &context,
            "os_compute_api:os-server-groups:index:all_projects",
            Need::Admin,
        );
    let project = (!all).then_some(&context.project_id);
    let groups = door.compute.server_groups(project).await?;
    let whole = |limit: Option<Limit>| limit.and_then(|limit| usize::try_from(limit.0).ok());
    let limit = whole(query.limit)
        .filter(|limit| *limit > 0)
        .unwrap_or(door.max_limit);
    let page = groups
        .into_iter()
        .skip(whole(query.offset).unwrap_or(0))
        .take(limit.min(door.max_limit));
    let views: Vec<_> = page.map(ServerGroupView::of).collect();
    Ok(At(version, Under("server_groups", views)))
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-groups:show", Need::Reader)?;
    let shown = door.compute.server_group(&context, &id).await?;
    Ok(At(version, Under("server_group", ServerGroupView::of(shown))))
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(body): Body<CreateGroup>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-groups:create", Need::Member)?;
    let new = body.upgraded()?;
    let group = door.compute.create_server_group(&context, new).await?;
    let members = Vec::new();
    let view = ServerGroupView::of(GroupMembers { group, members });
    Ok(At(version, Under("server_group", view)))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-server-groups:delete", Need::Member)?;
    door.compute.delete_server_group(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
