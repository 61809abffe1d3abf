//! `/servers/{id}/shares`, since 2.97: no server has a share, and none can get one.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::api::compute::Door;
use crate::api::compute::servers::instance_id;
use crate::api::compute::text::{ShareTag, UuidText};
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get};
use crate::api::{Body, Fault, Query, Within};
use crate::objects::{Instance, RequestContext, VmState};
use crate::shows;
use crate::{query, request, span};

pub(super) fn routes() -> Routes<Door> {
    let here = span!(2.97..);
    Routes::new()
        .route(
            "/servers/{id}/shares",
            get(list)
                .answers(200, shows!("shares": [u8; 0]))
                .post(create)
                .within(here),
        )
        .route(
            "/servers/{id}/shares/{share}",
            get(show).delete(delete).within(here),
        )
}

query! {
    struct Nothing {}
}

request! {
    #[expect(dead_code, reason = "read for its form alone: there is nothing to do with it")]
    struct AttachShare in "share" {
        share_id: UuidText,
        tag: Option<ShareTag>,
    }
}

type Answer = Result<Json<Value>, Fault>;

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "index", Need::Reader)?;
    Ok(Json(json!({"shares": []})))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, share)): Path<(String, String)>,
    Query(Nothing {}): Query<Nothing>,
) -> Answer {
    door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "show", Need::Reader)?;
    Err(no_such_share(&share))
}

async fn create(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Body(_asked): Body<AttachShare>,
) -> Answer {
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "create", Need::Member)?;
    check_state(&instance, "create share", &[VmState::Stopped])?;
    Err(Fault::forbidden(
        "Feature not supported because either compute or instance are not configured correctly.",
    ))
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, share)): Path<(String, String)>,
) -> Answer {
    let instance = door.compute.get(&context, instance_id(&id)?).await?;
    allowed(&context, "delete", Need::Member)?;
    check_state(&instance, "delete share", &[VmState::Stopped, VmState::Error])?;
    Err(no_such_share(&share))
}

fn check_state(instance: &Instance, verb: &str, states: &[VmState]) -> Result<(), Fault> {
    match states.contains(&instance.vm_state) {
        true => Ok(()),
        false => Err(Fault::conflict(format!(
            "Cannot '{verb}' instance {} while it is in vm_state {}",
            instance.id,
            instance.vm_state.as_str()
        ))),
    }
}

fn no_such_share(id: &str) -> Fault {
    Fault::not_found(format!("Share {id} could not be found."))
}

fn allowed(context: &RequestContext, verb: &str, need: Need) -> Result<(), Fault> {
    allow(context, &format!("os_compute_api:os-server-shares:{verb}"), need)
}
