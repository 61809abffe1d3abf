//! `rescue` and `unrescue`.

use axum::Json;
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Value, json};

use super::Target;
use crate::api::compute::text::UuidText;
use crate::api::policy::{Need, allow};
use crate::api::request::{Ignored, Invalid, Read};
use crate::api::schema::or_null;
use crate::api::{Book, Schema};
use crate::api::{Fault, Microversion};
use crate::request;

request! {
    #[derive(Default)]
    pub(super) struct With {
        admin_pass as "adminPass": Option<String>,
        image as "rescue_image_ref": Option<UuidText>,
    }
}

/// An object, or `null`.
#[derive(Debug, Default)]
pub(super) struct Rescue(With);

impl Schema for Rescue {
    fn schema(book: &mut Book) -> Value {
        or_null(With::schema(book))
    }
}

impl Read for Rescue {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value.is_null() {
            true => Ok(Self::default()),
            false => With::read(version, value).map(Self),
        }
    }
}

pub(super) async fn rescue(on: Target, body: Rescue) -> Result<impl IntoResponse, Fault> {
    allow(&on.context, "os_compute_api:os-rescue", Need::Member)?;
    let With { admin_pass, image } = body.0;
    let not_an_id = |_| Fault::bad_request("Invalid rescue_image_ref provided.");
    let image = image
        .map(|image| image.0.parse().map_err(not_an_id))
        .transpose()?;
    let compute = &on.door.compute;
    let password = compute.rescue(&on.context, on.id, image, admin_pass).await?;
    Ok(Json(json!({ "adminPass": password })))
}

pub(super) async fn unrescue(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-unrescue", Need::Member)?;
    on.door.compute.unrescue(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}
