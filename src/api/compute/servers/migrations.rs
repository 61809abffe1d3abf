//! `/servers/{id}/migrations`: live migrations under way, of which there are none with one host.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde_json::{Value, json};

use super::instance_id;
use crate::api::Fault;
use crate::api::compute::Door;
use crate::api::policy::{Need, allow};
use crate::objects::{Migration, RequestContext};

const RULE: &str = "os_compute_api:servers:migrations";

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    allow(&context, &format!("{RULE}:index"), Need::Manager)?;
    door.compute.get(&context, instance_id(&id)?).await?;
    Ok(Json(json!({ "migrations": [] })))
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((server, id)): Path<(String, String)>,
) -> Result<Json<Value>, Fault> {
    allow(&context, &format!("{RULE}:show"), Need::Admin)?;
    let words = match found(&door, &context, &server, &id).await? {
        Some(_) => format!("Migration {id} for server {server} is not live-migration."),
        None => format!("In-progress live migration {id} is not found for server {server}."),
    };
    Err(Fault::not_found(words))
}

/// Calls one off.
pub(super) async fn abort(
    State(door): State<Door>,
    context: RequestContext,
    Path((server, id)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, &format!("{RULE}:delete"), Need::Manager)?;
    refuse_to_change(&door, &context, &server, &id).await
}

/// `force_complete`, the only one.
pub(super) async fn act(
    State(door): State<Door>,
    context: RequestContext,
    Path((server, id)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allow(&context, &format!("{RULE}:force_complete"), Need::Manager)?;
    refuse_to_change(&door, &context, &server, &id).await
}

async fn refuse_to_change(
    door: &Door,
    context: &RequestContext,
    server: &str,
    id: &str,
) -> Result<StatusCode, Fault> {
    match found(door, context, server, id).await? {
        Some(migration) => Err(Fault::bad_request(format!(
            "Migration {id} state of instance {server} is {}. Cannot force_complete while the migration is in this state.",
            migration.status.as_str()
        ))),
        None => Err(Fault::not_found(format!(
            "Migration {id} not found for instance {server}"
        ))),
    }
}

async fn found(
    door: &Door,
    context: &RequestContext,
    server: &str,
    id: &str,
) -> Result<Option<Migration>, Fault> {
    let server = instance_id(server)?;
    door.compute.get(context, server).await?;
    let is_meant = |m: &Migration| m.instance_id == server && m.id.to_string() == id;
    Ok(door.compute.migrations().await?.into_iter().find(is_meant))
}
