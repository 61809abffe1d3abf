//! `/os-volumes` and `/os-snapshots`, until 2.35: lists without entries, and nothing to be made.

use axum::Json;
use axum::extract::Path;
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Value, json};

use super::no_such_volume;
use crate::api::compute::Door;
use crate::api::pagination::Limit;
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, Ignored, Invalid, Read, Whole};
use crate::api::route::{Routes, get};
use crate::api::{Body, Fault, Microversion, Query, Within};
use crate::objects::RequestContext;
use crate::shows;
use crate::{query, request, span};

pub(super) fn routes() -> Routes<Door> {
    let here = span!(..2.36);
    Routes::new()
        .route(
            "/os-volumes",
            get(volumes)
                .answers(200, shows!("volumes": [u8; 0]))
                .post(create_volume)
                .within(here),
        )
        .route(
            "/os-volumes/detail",
            get(volumes_detail)
                .answers(200, shows!("volumes": [u8; 0]))
                .within(here),
        )
        .route("/os-volumes/{id}", get(volume).delete(delete_volume).within(here))
        .route(
            "/os-snapshots",
            get(snapshots)
                .answers(200, shows!("snapshots": [u8; 0]))
                .post(create_snapshot)
                .within(here),
        )
        .route(
            "/os-snapshots/detail",
            get(snapshots_detail)
                .answers(200, shows!("snapshots": [u8; 0]))
                .within(here),
        )
        .route(
            "/os-snapshots/{id}",
            get(snapshot).delete(delete_snapshot).within(here),
        )
}

query! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct Paged {
        limit: Option<Limit>,
        offset: Option<Limit>,
        ..
    }
}

request! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct CreateVolume in "volume" {
        size: Whole<1, { u64::MAX }>,
        volume_type: Option<String>,
        metadata: Option<Object>,
        snapshot_id: Option<String>,
        availability_zone: Option<String>,
        display_name: Option<String>,
        display_description: Option<String>,
    }
}

request! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct CreateSnapshot in "snapshot" {
        volume_id: String,
        force: Option<Flag>,
        display_name: Option<String>,
        display_description: Option<String>,
    }
}

#[derive(Debug)]
struct Object;

crate::schema! { Object => {"type": "object"} }

impl Read for Object {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        std::collections::BTreeMap::<String, Ignored>::read(version, value).map(|_| Self)
    }
}

type Answer = Result<Json<Value>, Fault>;

async fn volumes(context: RequestContext, Query(_paged): Query<Paged>) -> Answer {
    allowed(&context, "list", Need::Reader)?;
    Ok(Json(json!({"volumes": []})))
}

async fn volumes_detail(context: RequestContext, Query(_paged): Query<Paged>) -> Answer {
    allowed(&context, "detail", Need::Reader)?;
    Ok(Json(json!({"volumes": []})))
}

async fn volume(context: RequestContext, Path(id): Path<String>) -> Answer {
    allowed(&context, "show", Need::Reader)?;
    Err(no_such_volume(&id))
}

async fn delete_volume(context: RequestContext, Path(id): Path<String>) -> Answer {
    allowed(&context, "delete", Need::Member)?;
    Err(no_such_volume(&id))
}

async fn create_volume(
    context: RequestContext,
    Body(asked): Body<CreateVolume>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "create", Need::Member)?;
    match asked.snapshot_id {
        Some(id) => Err::<(), _>(no_such_snapshot(&id)),
        None => Err(no_service()),
    }
}

async fn snapshots(context: RequestContext, Query(_paged): Query<Paged>) -> Answer {
    allowed(&context, "snapshots:list", Need::Reader)?;
    Ok(Json(json!({"snapshots": []})))
}

async fn snapshots_detail(context: RequestContext, Query(_paged): Query<Paged>) -> Answer {
    allowed(&context, "snapshots:detail", Need::Reader)?;
    Ok(Json(json!({"snapshots": []})))
}

async fn snapshot(context: RequestContext, Path(id): Path<String>) -> Answer {
    allowed(&context, "snapshots:show", Need::Reader)?;
    Err(no_such_snapshot(&id))
}

async fn delete_snapshot(context: RequestContext, Path(id): Path<String>) -> Answer {
    allowed(&context, "snapshots:delete", Need::Member)?;
    Err(no_such_snapshot(&id))
}

async fn create_snapshot(context: RequestContext, Body(asked): Body<CreateSnapshot>) -> Answer {
    allowed(&context, "snapshots:create", Need::Member)?;
    Err(no_such_volume(&asked.volume_id))
}

fn allowed(context: &RequestContext, verb: &str, need: Need) -> Result<(), Fault> {
    allow(context, &format!("os_compute_api:os-volumes:{verb}"), need)
}

fn no_such_snapshot(id: &str) -> Fault {
    Fault::not_found(format!("Snapshot {id} could not be found."))
}

fn no_service() -> Fault {
    let message = "There is no block storage service in this cloud: no volume can be made.";
    Fault::new(StatusCode::BAD_REQUEST, message)
}
