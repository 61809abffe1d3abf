//! `/v2/images/{id}/members`: nobody is ever a member here; sharing is by visibility alone.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::images::parse;
use super::rights::allow;
use crate::api::Fault;
use crate::api::policy::Need;
use crate::image::ImageService;
use crate::image::local::LocalImages;
use crate::objects::RequestContext;

pub(super) async fn list(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    allow(&context, "get_members", Need::Reader)?;
    images.show(&context, parse(&id)?).await?;
    Ok(Json(json!({ "members": [], "schema": "/v2/schemas/members" })))
}

pub(super) async fn show(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path((id, member)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    allow(&context, "get_member", Need::Reader)?;
    images.show(&context, parse(&id)?).await?;
    Err(Fault::not_found(format!(
        "{member} not found in the member list of the image {id}."
    )))
}

pub(super) async fn refuse(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(path): Path<Vec<String>>,
) -> Result<Json<Value>, Fault> {
    allow(&context, "add_member", Need::Member)?;
    let id = path.first().map(String::as_str).unwrap_or_default();
    images.show(&context, parse(id)?).await?;
    Err(Fault::forbidden(
        "Images are not shared with single projects here: set the image's visibility to public or community.",
    ))
}
