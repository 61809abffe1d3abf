//! `/servers/{id}/os-volume_attachments`: no server has a volume, and none can get one.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::no_such_volume;
use crate::api::compute::Door;
use crate::api::compute::ids::Id;
use crate::api::compute::servers::instance_id;
use crate::api::compute::text::{Tag, UuidText};
use crate::api::pagination::Limit;
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, OrNull, quoted};
use crate::api::route::{Routes, get};
use crate::api::{Body, Fault, Microversion, Query};
use crate::objects::RequestContext;
use crate::shows;
use crate::{query, request};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/servers/{id}/os-volume_attachments",
            get(list)
                .answers(200, shows!("volumeAttachments": [u8; 0]))
                .post(create),
        )
        .route(
            "/servers/{id}/os-volume_attachments/{volume}",
            get(show).put(update).delete(delete),
        )
}

query! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct Paged {
        limit: Option<Limit>,
        offset: Option<Limit>,
        .. = ..2.75
    }
}

request! {
    /// The `volumeAttachment` of `POST`.
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct Attach in "volumeAttachment" {
        volume_id as "volumeId": UuidText,
        device: Option<OrNull<Device>>,
        tag: Option<Tag> = 2.49..,
        delete_on_termination: Option<Flag> = 2.79..,
    }
}

request! {
    /// The same of `PUT`: another volume, or from 2.85 on what becomes of it.
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct Reattach in "volumeAttachment" {
        volume_id as "volumeId": UuidText,
        id: Option<UuidText> = 2.85..,
        server_id as "serverId": Option<Id> = 2.85..,
        device: Option<OrNull<Device>> = 2.85..,
        tag: Option<Tag> = 2.85..,
        delete_on_termination: Option<Flag> = 2.85..,
    }
}

/// `/dev/vdb`
#[derive(Debug)]
struct Device;

impl FromStr for Device {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("/dev/").unwrap_or_default();
        let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
        match !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_lowercase()) {
            true => Ok(Self),
            false => Err(format!(
                "{} does not match '(^/dev/x{{0,1}}[a-z]{{0,1}}d{{0,1}})([a-z]+)[0-9]*$'",
                quoted(text)
            )),
        }
    }
}

crate::read_as_text!(Device);

impl Microversion {
    /// Before, an attachment was only changed by Cinder, to exchange its volume.
    const fn updates_attachments(self) -> bool {
        self.at_least("2.85")
    }
}

type Answer = Result<Json<Value>, Fault>;

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Query(_paged): Query<Paged>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "index", Need::Reader)?;
    Ok(Json(json!({"volumeAttachments": []})))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, volume)): Path<(String, String)>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "show", Need::Reader)?;
    let message = format!("Instance {id} is not attached to volume {volume}");
    Err(Fault::not_found(message))
}

async fn create(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(asked): Body<Attach>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "create", Need::Member)?;
    Err(no_such_volume(&asked.volume_id.0))
}

async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path((id, volume)): Path<(String, String)>,
    Body(asked): Body<Reattach>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    let swaps = !version.updates_attachments() || asked.volume_id.0 != volume;
    match swaps {
        true => allowed(&context, "swap", Need::Service)?,
        false => allowed(&context, "update", Need::Member)?,
    }
    match version.updates_attachments() {
        true => Err(Fault::not_found(format!(
            "No volume Block Device Mapping with id {volume}."
        ))),
        false => Err(no_such_volume(&volume)),
    }
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, volume)): Path<(String, String)>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "delete", Need::Member)?;
    Err(no_such_volume(&volume))
}

fn allowed(context: &RequestContext, verb: &str, need: Need) -> Result<(), Fault> {
    allow(
        context,
        &format!("os_compute_api:os-volumes-attachments:{verb}"),
        need,
    )
}
