//! `createImage`: a snapshot.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;

use super::Target;
use crate::api::compute::servers::metadata::Metadata;
use crate::api::compute::text::Name;
use crate::api::policy::{Need, allow};
use crate::api::{Fault, Microversion};
use crate::objects::ImageId;
use crate::request;

request! {
    pub(super) struct CreateImage {
        name: Name,
        metadata: Option<Metadata>,
    }
}

impl Microversion {
    /// The image's id stands in the body, no longer at the end of a Location.
    const fn tells_the_image_in_the_body(self) -> bool {
        self.at_least("2.45")
    }
}

pub(super) async fn create_image(on: Target, body: CreateImage) -> Result<Response, Fault> {
    allow(&on.context, "os_compute_api:servers:create_image", Need::Member)?;
    let metadata = body.metadata.unwrap_or_default().0;
    let image = on
        .door
        .compute
        .create_image(&on.context, on.id, body.name.0, metadata)
        .await?;
    Ok(made(&on, Some(image), image))
}

/// `found` is the image that a Location leads to.
pub(super) fn made(on: &Target, found: Option<ImageId>, image: ImageId) -> Response {
    if on.version.tells_the_image_in_the_body() {
        return (StatusCode::ACCEPTED, Json(json!({ "image_id": image }))).into_response();
    }
    let location = found.map(|image| [(LOCATION, on.links.bookmark("images", image.to_string()).href)]);
    match location {
        Some(location) => (StatusCode::ACCEPTED, location).into_response(),
        None => StatusCode::ACCEPTED.into_response(),
    }
}
