//! `/servers/{id}/metadata`: a server's own keys and values.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Value, json};

use super::instance_id;
use crate::api::compute::Door;
use crate::api::compute::text::{MetadataKey, MetadataValue, Unfit};
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read};
use crate::api::route::{NOTHING, Routes, get};
use crate::api::schema::map;
use crate::api::{Body, Fault, Microversion};
use crate::api::{Book, Schema};
use crate::objects::{Instance, RequestContext};
use crate::request;
use crate::shows;

pub(super) fn routes() -> Routes<Door> {
    let all = shows!("metadata": BTreeMap<String, String>);
    let one = shows!("meta": BTreeMap<String, String>);
    Routes::new()
        .route(
            "/servers/{id}/metadata",
            get(list)
                .answers(200, all)
                .post(update)
                .answers(200, all)
                .put(replace)
                .answers(200, all),
        )
        .route(
            "/servers/{id}/metadata/{key}",
            get(show)
                .answers(200, one)
                .put(update_one)
                .answers(200, one)
                .delete(delete)
                .answers(204, NOTHING),
        )
}

/// Keys and values whose form has been checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::api::compute) struct Metadata(pub(in crate::api::compute) BTreeMap<String, String>);

impl Schema for Metadata {
    fn schema(book: &mut Book) -> Value {
        let mut schema = map(MetadataValue::schema(book));
        schema["propertyNames"] = MetadataKey::schema(book);
        schema
    }
}

impl Schema for OneEntry {
    fn schema(book: &mut Book) -> Value {
        let mut schema = Metadata::schema(book);
        schema["minProperties"] = 1.into();
        schema["maxProperties"] = 1.into();
        schema
    }
}

impl Read for Metadata {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let read = BTreeMap::<String, MetadataValue>::read(version, value)?;
        let mut metadata = BTreeMap::new();
        for (key, text) in read {
            let key: MetadataKey = key.parse().map_err(|unfit: Unfit| unfit.about(value))?;
            metadata.insert(key.0, text.0);
        }
        Ok(Self(metadata))
    }
}

/// Metadata of exactly one key.
#[derive(Debug)]
pub(in crate::api::compute) struct OneEntry(pub(in crate::api::compute) BTreeMap<String, String>);

impl Read for OneEntry {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let Metadata(metadata) = Metadata::read(version, value)?;
        match metadata.len() {
            0 => Err(Invalid::new(value, "{} should be non-empty")),
            1 => Ok(Self(metadata)),
            _ => Err(Invalid::too_many(value)),
        }
    }
}

request! {
    struct AllMetadata {
        metadata: Metadata,
    }
}

request! {
    struct OneItem {
        meta: OneEntry,
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:server-metadata:index", Need::Reader)?;
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    Ok(shown(&instance))
}

async fn update(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<AllMetadata>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:server-metadata:create", Need::Member)?;
    let id = instance_id(&id)?;
    let instance = door
        .compute
        .update_metadata(&context, id, body.metadata.0)
        .await?;
    Ok(shown(&instance))
}

async fn replace(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(body): Body<AllMetadata>,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:server-metadata:update_all",
        Need::Member,
    )?;
    let id = instance_id(&id)?;
    let instance = door
        .compute
        .replace_metadata(&context, id, body.metadata.0)
        .await?;
    Ok(shown(&instance))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:server-metadata:show", Need::Reader)?;
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    match instance.metadata.get(&key) {
        Some(value) => Ok(Json(json!({ "meta": { key: value } }))),
        None => Err(Fault::not_found("Metadata item was not found")),
    }
}

async fn update_one(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
    Body(body): Body<OneItem>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:server-metadata:update", Need::Member)?;
    let item = body.meta.0;
    if !item.contains_key(&key) {
        return Err(Fault::bad_request("Request body and URI mismatch"));
    }
    door.compute
        .update_metadata(&context, instance_id(&id)?, item.clone())
        .await?;
    Ok(Json(json!({ "meta": item })))
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:server-metadata:delete", Need::Member)?;
    door.compute
        .delete_metadata(&context, instance_id(&id)?, &key)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(instance: &Instance) -> Json<Value> {
    Json(json!({ "metadata": instance.metadata }))
}
