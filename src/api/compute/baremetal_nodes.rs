//! `/os-baremetal-nodes`, until 2.35: a bare metal service was behind it, and there is none here.

use axum::extract::{Path, State};

use super::Door;
use crate::api::policy::{Need, allow};
use crate::api::route::{Routes, get, post};
use crate::api::{Action, Fault, Within};
use crate::objects::RequestContext;
use crate::span;

pub(super) fn routes() -> Routes<Door> {
    let here = span!(..2.36);
    Routes::new()
        .route("/os-baremetal-nodes", get(list).post(create).within(here))
        .route("/os-baremetal-nodes/{id}", get(show).delete(delete).within(here))
        .route("/os-baremetal-nodes/{id}/action", post(act).within(here))
}

async fn list(State(_door): State<Door>, context: RequestContext) -> Result<(), Fault> {
    allow(&context, "os_compute_api:os-baremetal-nodes:list", Need::Admin)?;
    Err(Fault::not_supported())
}

async fn show(context: RequestContext, Path(id): Path<String>) -> Result<(), Fault> {
    allow(&context, "os_compute_api:os-baremetal-nodes:show", Need::Admin)?;
    Err(Fault::not_found(format!("Node {id} could not be found.")))
}

async fn create(_context: RequestContext) -> Fault {
    refused("node-create")
}

async fn delete(_context: RequestContext) -> Fault {
    refused("node-delete")
}

async fn act(_context: RequestContext, action: Action) -> Fault {
    match action.name.as_str() {
        "add_interface" => refused("port-create"),
        "remove_interface" => refused("port-delete"),
        name => Fault::bad_request(format!("There is no such action: {name}")),
    }
}

fn refused(command: &str) -> Fault {
    Fault::bad_request(format!(
        "Command not supported. Please use Ironic command {command} to perform this action."
    ))
}
