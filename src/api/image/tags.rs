//! `/v2/images/{id}/tags/{tag}`.

use axum::extract::{Path, State};
use http::StatusCode;

use super::images::parse;
use super::rights::allow;
use crate::api::Fault;
use crate::api::policy::Need;
use crate::image::local::LocalImages;
use crate::objects::RequestContext;

pub(super) async fn add(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, "modify_image", Need::Member)?;
    images.add_tag(&context, parse(&id)?, &tag).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, "modify_image", Need::Member)?;
    if images.remove_tag(&context, parse(&id)?, &tag).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Fault::not_found(format!(
        "Tag {tag} could not be found on image {id}."
    )))
}
