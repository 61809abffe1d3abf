//! `/servers/{id}/tags`, since 2.26.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::instance_id;
use crate::api::compute::Door;
use crate::api::compute::text::{Tag, Unfit};
use crate::api::links::Links;
use crate::api::policy::{Need, allow};
use crate::api::route::{NOTHING, Routes, get};
use crate::api::{Body, Fault, Within};
use crate::objects::RequestContext;
use crate::shows;
use crate::{request, span};

pub(super) fn routes() -> Routes<Door> {
    let tags = shows!("tags": BTreeSet<String>);
    let all = get(list)
        .answers(200, tags)
        .put(replace)
        .answers(200, tags)
        .delete(delete_all)
        .answers(204, NOTHING)
        .within(span!(2.26..));
    let one = get(check)
        .answers(204, NOTHING)
        .put(add)
        .answers(201, NOTHING)
        .answers(204, NOTHING)
        .delete(delete)
        .answers(204, NOTHING)
        .within(span!(2.26..));
    Routes::new()
        .route("/servers/{id}/tags", all)
        .route("/servers/{id}/tags/{tag}", one)
}

request! {
    struct AllTags {
        tags: Vec<Tag>,
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-tags:index", Need::Reader)?;
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    Ok(Json(json!({ "tags": instance.tags })))
}

async fn replace(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<AllTags>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-tags:update_all", Need::Member)?;
    let tags: BTreeSet<String> = body.tags.into_iter().map(|tag| tag.0).collect();
    let instance = door
        .compute
        .replace_tags(&context, instance_id(&id)?, tags)
        .await?;
    Ok(Json(json!({ "tags": instance.tags })))
}

async fn delete_all(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-server-tags:delete_all", Need::Member)?;
    door.compute.delete_tags(&context, instance_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 204 when the server has the tag.
async fn check(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-server-tags:show", Need::Reader)?;
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    match instance.tags.contains(&tag) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Fault::not_found(format!("Server {id} has no tag '{tag}'"))),
    }
}

/// 201 when the tag is new, 204 when it was there.
async fn add(
    State(door): State<Door>,
    context: RequestContext,
    links: Links,
    Path((id, tag)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-server-tags:update", Need::Member)?;
    let tag: Tag = tag.parse().map_err(|unfit: Unfit| {
        Fault::bad_request(format!(
            "Tag '{tag}' is invalid. It must be a non empty string without characters '/' and ','. Validation error \
             message: {}",
            unfit.reason()
        ))
    })?;
    let name = tag.0.clone();
    let new = door.compute.add_tag(&context, instance_id(&id)?, tag.0).await?;
    let mut headers = HeaderMap::new();
    let [link, _] = links.to("servers", format!("{id}/tags/{name}"));
    if let Ok(location) = HeaderValue::from_str(&link.href) {
        headers.insert(LOCATION, location);
    }
    let status = match new {
        true => StatusCode::CREATED,
        false => StatusCode::NO_CONTENT,
    };
    Ok((status, headers))
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-server-tags:delete", Need::Member)?;
    door.compute.delete_tag(&context, instance_id(&id)?, &tag).await?;
    Ok(StatusCode::NO_CONTENT)
}
