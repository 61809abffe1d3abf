//! One image: shown, deleted.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;

use super::view::{ImageLinks, in_full};
use super::{image_id, not_found};
use crate::api::compute::Door;
use crate::api::links::Links;
use crate::api::{At, Fault, Microversion, Under};
use crate::compute::Error;
use crate::image;
use crate::objects::RequestContext;

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let image = door.compute.image(&context, image_id(&id)?).await;
    let image = image.map_err(|error| match error {
        Error::NoSuchImage(_) => not_found(),
        other => other.into(),
    })?;
    let links = ImageLinks::of(&links, &door).await?;
    Ok(At(version, Under("image", in_full(&image, &links))))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    let deleted = door.compute.delete_image(&context, image_id(&id)?).await;
    deleted.map_err(|error| match error {
        Error::NoSuchImage(_) => not_found(),
        Error::Image(image::Error::Forbidden(_)) => {
            Fault::forbidden("You are not allowed to delete the image.")
        }
        other => other.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
