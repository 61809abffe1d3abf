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

pub(super) use instance_actions::{Moment, in_order};

use super::Door;
use crate::api::compute::proxies::Group;
use crate::api::links::Link;
use crate::api::route::{NOTHING, Routes, delete, get, post, whole};
use crate::api::{Fault, Span, Within};
use crate::objects::InstanceId;
use crate::shows;
use crate::span;
use addresses::PlainAddresses;
use create::CreateAnswer;
use remote_consoles::RemoteConsole;
use update::{ChangedInFull, ChangedInShort};
use view::{ServerDetail, ServerGroups, ServerItem, UserDataAttribute};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .merge(under("/servers", Span::ALWAYS))
        // The same resource under the name it had for servers that boot from a volume.
        .merge(under("/os-volumes_boot", span!(..2.103)))
        .merge(below_one())
        .merge(diagnostics::routes())
        .merge(instance_actions::routes())
        .merge(interfaces::routes())
        .merge(metadata::routes())
        .merge(tags::routes())
}

/// Servers, and what is done to one.
fn under(path: &str, span: Span) -> Routes<Door> {
    Routes::new()
        .route(
            path,
            get(list::list)
                .answers(
                    200,
                    shows!("servers": Vec<ServerItem>, "servers_links": Option<[Link; 1]>),
                )
                .post(create::create)
                .answers(202, whole::<CreateAnswer>())
                .within(span),
        )
        .route(
            &format!("{path}/detail"),
            get(list::detail)
                .answers(
                    200,
                    shows!("servers": Vec<ServerDetail>, "servers_links": Option<[Link; 1]>),
                )
                .within(span),
        )
        .route(
            &format!("{path}/{{id}}"),
            get(show::show)
                .answers(200, shows!("server": (ServerDetail, ServerGroups)))
                .put(update::update)
                .answers_within(span!(..2.75), 200, shows!("server": ChangedInShort))
                .answers_within(
                    span!(2.75..),
                    200,
                    shows!("server": (ChangedInFull, Option<UserDataAttribute>)),
                )
                .delete(delete::delete)
                .answers(204, NOTHING)
                .within(span),
        )
        .route(&format!("{path}/{{id}}/action"), actions::method().within(span))
}

/// What hangs below a server.
fn below_one() -> Routes<Door> {
    Routes::new()
        .route(
            "/servers/{id}/ips",
            get(ips::list).answers(200, shows!("addresses": PlainAddresses)),
        )
        .route(
            "/servers/{id}/ips/{network}",
            get(ips::show).answers(200, whole::<PlainAddresses>()),
        )
        .route(
            "/servers/{id}/remote-consoles",
            post(remote_consoles::create)
                .answers(200, shows!("remote_console": RemoteConsole))
                .within(span!(2.6..)),
        )
        .route(
            "/servers/{id}/os-server-password",
            get(server_password::show)
                .answers(200, shows!("password": String))
                .delete(server_password::clear)
                .answers(204, NOTHING),
        )
        .route(
            "/servers/{id}/migrations",
            get(migrations::list)
                .answers(200, shows!("migrations": [u8; 0]))
                .within(span!(2.23..)),
        )
        .route(
            "/servers/{id}/migrations/{migration}",
            get(migrations::show)
                .within(span!(2.23..))
                .merge(delete(migrations::abort).within(span!(2.24..))),
        )
        .route(
            "/servers/{id}/migrations/{migration}/action",
            post(migrations::act).within(span!(2.22..)),
        )
        .route(
            "/servers/{id}/os-security-groups",
            get(security_groups::list).answers(200, shows!("security_groups": Vec<Group>)),
        )
}

/// Text that is no id names no server.
pub(super) fn instance_id(text: &str) -> Result<InstanceId, Fault> {
    let message = || Fault::not_found(format!("Instance {text} could not be found."));
    text.parse().map_err(|_| message())
}
