//! `/images/{id}/metadata`: an image's properties.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::{image_id, not_found};
use crate::api::compute::Door;
use crate::api::compute::servers::{Metadata, OneEntry};
use crate::api::{Body, Fault};
use crate::compute::Error;
use crate::image;
use crate::objects::{ImageId, RequestContext};
use crate::request;

request! {
    pub(super) struct AllMetadata {
        metadata: Metadata,
    }
}

request! {
    pub(super) struct OneItem {
        meta: OneEntry,
    }
}

type Answer = Result<Json<Value>, Fault>;

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Answer {
    let (_, metadata) = found(&door, &context, &id).await?;
    Ok(Json(json!({ "metadata": metadata })))
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Answer {
    let (_, metadata) = found(&door, &context, &id).await?;
    let value = metadata.get(&key).ok_or_else(Fault::no_such_resource)?;
    Ok(Json(json!({ "meta": { key: value } })))
}

pub(super) async fn update(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<AllMetadata>,
) -> Answer {
    let (id, mut metadata) = found(&door, &context, &id).await?;
    metadata.extend(body.metadata.0);
    let metadata = set(&door, &context, id, metadata).await?;
    Ok(Json(json!({ "metadata": metadata })))
}

pub(super) async fn replace(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<AllMetadata>,
) -> Answer {
    let (id, _) = found(&door, &context, &id).await?;
    let metadata = set(&door, &context, id, body.metadata.0).await?;
    Ok(Json(json!({ "metadata": metadata })))
}

pub(super) async fn update_one(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
    Body(body): Body<OneItem>,
) -> Answer {
    let entry = body.meta.0;
    if !entry.contains_key(&key) {
        return Err(Fault::bad_request("Request body and URI mismatch"));
    }
    let (id, mut metadata) = found(&door, &context, &id).await?;
    metadata.extend(entry.clone());
    set(&door, &context, id, metadata).await?;
    Ok(Json(json!({ "meta": entry })))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    let (id, mut metadata) = found(&door, &context, &id).await?;
    if metadata.remove(&key).is_none() {
        return Err(Fault::not_found("Invalid metadata key"));
    }
    set(&door, &context, id, metadata).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn found(
    door: &Door,
    context: &RequestContext,
    id: &str,
) -> Result<(ImageId, BTreeMap<String, String>), Fault> {
    let image = door.compute.image(context, image_id(id)?).await.map_err(told)?;
    Ok((image.id, image.properties))
}

async fn set(
    door: &Door,
    context: &RequestContext,
    id: ImageId,
    metadata: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Fault> {
    let image = door.compute.set_image_metadata(context, id, metadata).await;
    Ok(image.map_err(told)?.properties)
}

fn told(error: Error) -> Fault {
    match error {
        Error::NoSuchImage(_) => not_found(),
        Error::Image(image::Error::Forbidden(message)) => Fault::forbidden(message),
        other => other.into(),
    }
}
