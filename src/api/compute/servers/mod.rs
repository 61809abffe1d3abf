//! Servers: what is made, listed, shown, changed and deleted, and what is done to one.

mod actions;
mod addresses;
mod boot_request;
mod create;
mod create_request;
mod delete;
mod destination;
mod diagnostics;
mod instance_actions;
mod interfaces;
mod ips;
mod list;
mod metadata;
mod migrations;
mod remote_consoles;
mod security_groups;
mod server_password;
mod show;
mod status;
mod tags;
mod update;
mod view;
mod wanted_networks;

pub(super) use metadata::{Metadata, OneEntry};

use axum::Router;
use axum::routing::{get, post};

pub(super) use instance_actions::{Moment, in_order};

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
        .route("/servers/{id}/diagnostics", get(diagnostics::show))
        .route(
            "/servers/{id}/topology",
            get(diagnostics::topology).within(span!(2.78..)),
        )
        .route(
            "/servers/{id}/migrations",
            get(migrations::list).within(span!(2.23..)),
        )
        .route(
            "/servers/{id}/migrations/{migration}",
            get(migrations::show)
                .within(span!(2.23..))
                .merge(axum::routing::delete(migrations::abort).within(span!(2.24..))),
        )
        .route(
            "/servers/{id}/migrations/{migration}/action",
            post(migrations::act).within(span!(2.22..)),
        )
        .route("/servers/{id}/os-security-groups", get(security_groups::list))
        .merge(volumes_boot())
        .merge(interfaces::routes())
        .merge(metadata::routes())
        .merge(tags::routes())
}

/// The same resource under the name it had for servers that boot from a volume.
fn volumes_boot() -> Router<Door> {
    let until = span!(..2.103);
    Router::new()
        .route(
            "/os-volumes_boot",
            get(list::list).post(create::create).within(until),
        )
        .route("/os-volumes_boot/detail", get(list::detail).within(until))
        .route(
            "/os-volumes_boot/{id}",
            get(show::show)
                .put(update::update)
                .delete(delete::delete)
                .within(until),
        )
        .route("/os-volumes_boot/{id}/action", post(actions::act).within(until))
}

/// Text that is no id names no server.
pub(super) fn instance_id(text: &str) -> Result<InstanceId, Fault> {
    let message = || Fault::not_found(format!("Instance {text} could not be found."));
    text.parse().map_err(|_| message())
}
