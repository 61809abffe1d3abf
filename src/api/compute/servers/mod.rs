//! Servers: what is made, listed, shown, changed and deleted, and what is done to one.

mod actions;
mod addresses;
mod boot_request;
mod create;
mod create_request;
mod delete;
mod destination;
mod instance_actions;
mod interfaces;
mod ips;
mod list;
mod metadata;
mod remote_consoles;
mod security_groups;
mod server_password;
mod show;
mod status;
mod tags;
mod update;
mod view;
mod wanted_networks;

use axum::Router;
use axum::routing::{get, post};

use super::Door;
use crate::api::{Fault, Within};
use crate::objects::InstanceId;
use crate::span;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/servers", get(list::list).post(create::create))
        .route("/servers/detail", get(list::detail))
        .route(
            "/servers/{id}",
            get(show::show).put(update::update).delete(delete::delete),
        )
        .route("/servers/{id}/action", post(actions::act))
        .route("/servers/{id}/ips", get(ips::list))
        .route("/servers/{id}/ips/{network}", get(ips::show))
        .route("/servers/{id}/os-instance-actions", get(instance_actions::list))
        .route(
            "/servers/{id}/os-instance-actions/{request}",
            get(instance_actions::show),
        )
        .route(
            "/servers/{id}/remote-consoles",
            post(remote_consoles::create).within(span!(2.6..)),
        )
        .route(
            "/servers/{id}/os-server-password",
            get(server_password::show).delete(server_password::clear),
        )
        .route("/servers/{id}/os-security-groups", get(security_groups::list))
        .merge(interfaces::routes())
        .merge(metadata::routes())
        .merge(tags::routes())
}

/// Text that is no id names no server.
fn instance_id(text: &str) -> Result<InstanceId, Fault> {
    let message = || Fault::not_found(format!("Instance {text} could not be found."));
    text.parse().map_err(|_| message())
}
