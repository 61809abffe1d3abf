//! `/os-security-groups`: listed, shown, made, renamed and deleted at the network service.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use uuid::Uuid;

use super::UNTIL_2_35;
use super::security_group_view::{Group, shown_groups};
use crate::api::compute::Door;
use crate::api::compute::text::GroupText;
use crate::api::policy::{Need, allow};
use crate::api::request::Whole;
use crate::api::route::{NOTHING, Routes, get};
use crate::api::{At, Body, Fault, Limit, Microversion, Query, Under, Within};
use crate::network::{Error, Groups, SecurityGroup};
use crate::objects::RequestContext;
use crate::shows;
use crate::{query, request};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-security-groups",
            get(list)
                .answers(200, shows!("security_groups": Vec<Group>))
                .post(create)
                .answers(200, shows!("security_group": Group))
                .within(UNTIL_2_35),
        )
        .route(
            "/os-security-groups/{id}",
            get(show)
                .answers(200, shows!("security_group": Group))
                .put(update)
                .answers(200, shows!("security_group": Group))
                .delete(delete)
                .answers(202, NOTHING)
                .within(UNTIL_2_35),
        )
}

request! {
    struct Described {
        group as "security_group": Description,
        ..
    }
}

request! {
    struct Description {
        name: GroupText,
        description: GroupText,
        ..
    }
}

query! {
    struct Asked {
        limit: Option<Limit>,
        offset: Option<Whole<0, { u64::MAX }>>,
        all_tenants: Option<String>,
        ..
    }
}

pub(super) fn group_id(text: &str) -> Result<Uuid, Fault> {
    Uuid::parse_str(text).map_err(|_| Fault::bad_request("Security group id should be uuid"))
}

pub(super) async fn find(door: &Door, context: &RequestContext, id: Uuid) -> Result<SecurityGroup, Fault> {
    let proxy = door.compute.network_proxy();
    let found = proxy.groups(context, Groups::These(&[id])).await?.pop();
    found.ok_or_else(|| Fault::not_found(format!("Security group {id} does not exist")))
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<Asked>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-security-groups:get", Need::Reader)?;
    let which = match context.is_admin() && query.all_tenants.is_some() {
        true => Groups::All,
        false => Groups::Own,
    };
    let all = door.compute.network_proxy().groups(&context, which).await?;
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let limit = query.limit.map(|limit| whole(limit.0)).filter(|limit| *limit > 0);
    let limit = limit.unwrap_or(door.max_limit).min(door.max_limit);
    let offset = query.offset.map_or(0, |offset| whole(offset.0));
    let page = all.into_iter().skip(offset).take(limit).collect();
    let shown = shown_groups(&door, &context, page).await?;
    Ok(At(version, Under("security_groups", shown)))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-security-groups:show", Need::Reader)?;
    let found = find(&door, &context, group_id(&id)?).await?;
    shown(&door, &context, version, found).await
}

async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(body): Body<Described>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-security-groups:create", Need::Member)?;
    let (name, description) = (&body.group.name.0, &body.group.description.0);
    let proxy = door.compute.network_proxy();
    let made = proxy.create_group(&context, name, description).await;
    // Nova takes every conflict for a limit.
    let made = made.map_err(|error| match error {
        Error::Conflict(words) => Fault::forbidden(words),
        error => error.into(),
    })?;
    shown(&door, &context, version, made).await
}

async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<Described>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-security-groups:update", Need::Member)?;
    let group = find(&door, &context, group_id(&id)?).await?;
    let (name, description) = (&body.group.name.0, &body.group.description.0);
    let proxy = door.compute.network_proxy();
    let changed = proxy.update_group(&context, group.id, name, description).await;
    shown(&door, &context, version, changed.map_err(refused)?).await
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-security-groups:delete", Need::Member)?;
    let group = find(&door, &context, group_id(&id)?).await?;
    let deleted = door.compute.network_proxy().delete_group(&context, group.id);
    deleted.await.map_err(refused)?;
    Ok(StatusCode::ACCEPTED)
}

/// A group that is used, or that is the default one.
fn refused(error: Error) -> Fault {
    match error {
        Error::Conflict(words) => Fault::bad_request(words),
        error => error.into(),
    }
}

async fn shown(
    door: &Door,
    context: &RequestContext,
    version: Microversion,
    group: SecurityGroup,
) -> Result<impl IntoResponse + use<>, Fault> {
    let group: Option<Group> = shown_groups(door, context, vec![group]).await?.pop();
    Ok(At(version, Under("security_group", group)))
}
