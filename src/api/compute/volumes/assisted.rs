//! `/os-assisted-volume-snapshots`: what a block storage service would ask of a host that has its volumes.

use std::str::FromStr;

use axum::extract::Path;
use serde_json::Value;

use crate::api::compute::Door;
use crate::api::compute::text::ShortText;
use crate::api::policy::{Need, allow};
use crate::api::request::quoted;
use crate::api::route::{Routes, delete, post};
use crate::api::{Body, Fault, Query};
use crate::objects::RequestContext;
use crate::{query, request};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route("/os-assisted-volume-snapshots", post(create))
        .route("/os-assisted-volume-snapshots/{id}", delete(remove))
}

request! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct CreateSnapshot in "snapshot" {
        volume_id: ShortText,
        create_info: CreateInfo,
    }
}

request! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct CreateInfo {
        snapshot_id: ShortText,
        kind as "type": Qcow2,
        new_file: ShortText,
        id: Option<ShortText>,
    }
}

query! {
    struct DeleteSnapshot {
        delete_info: Option<String>,
        .. = ..2.75
    }
}

#[derive(Debug)]
struct Qcow2;

impl FromStr for Qcow2 {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "qcow2" => Ok(Self),
            other => Err(format!("{} is not one of ['qcow2']", quoted(other))),
        }
    }
}

crate::read_as_text!(Qcow2 = ["qcow2"]);

async fn create(context: RequestContext, Body(asked): Body<CreateSnapshot>) -> Result<(), Fault> {
    let rule = "os_compute_api:os-assisted-volume-snapshots:create";
    allow(&context, rule, Need::Service)?;
    Err(no_such_device(&asked.volume_id.0))
}

async fn remove(
    context: RequestContext,
    Path(_snapshot): Path<String>,
    Query(query): Query<DeleteSnapshot>,
) -> Result<(), Fault> {
    let rule = "os_compute_api:os-assisted-volume-snapshots:delete";
    allow(&context, rule, Need::Service)?;
    let info = query
        .delete_info
        .ok_or_else(|| Fault::bad_request("'delete_info'"))?;
    let info: Value = serde_json::from_str(&info).map_err(|error| Fault::bad_request(error.to_string()))?;
    let volume = info.get("volume_id").and_then(Value::as_str);
    Err(match volume {
        Some(volume) => no_such_device(volume),
        None => Fault::bad_request("'volume_id'"),
    })
}

fn no_such_device(volume: &str) -> Fault {
    Fault::bad_request(format!("No volume Block Device Mapping with id {volume}."))
}
