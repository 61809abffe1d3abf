//! `migrate`, `os-migrateLive` and `evacuate`: there is one host, and this is how Nova says so.

use http::StatusCode;
use serde_json::{Value, json};

use super::Target;
use crate::api::compute::text::Fqdn;
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, Invalid, OrNull, Read};
use crate::api::schema::{one_of, or_null, words};
use crate::api::{Book, Fault, Microversion, Schema};
use crate::{request, span};

request! {
    #[derive(Default)]
    pub(super) struct To {
        host: Option<OrNull<Fqdn>>,
    }
}

/// `null`, or since 2.56 an object.
#[derive(Debug, Default)]
pub(super) struct Migrate(To);

impl Microversion {
    /// Before a cold migration had a host, nobody looked at what came with the action.
    const fn reads_where_a_migration_goes(self) -> bool {
        self.at_least("2.56")
    }
}

impl Schema for Migrate {
    fn schema(book: &mut Book) -> Value {
        let read = or_null(To::schema(book));
        one_of([(span!(..2.56), json!({})), (span!(2.56..), read)])
    }
}

impl Read for Migrate {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value.is_null() || !version.reads_where_a_migration_goes() {
            true => Ok(Self::default()),
            false => To::read(version, value).map(Self),
        }
    }
}

request! {
    pub(super) struct MigrateLive {
        host: OrNull<Fqdn>,
        block_migration: BlockMigration,
        disk_over_commit: Flag = ..2.25,
        force: Option<Flag> = 2.30..2.68,
    }
}

/// Yes, no, or since 2.25 `auto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BlockMigration;

impl Microversion {
    const fn finds_out_about_block_migration(self) -> bool {
        self.at_least("2.25")
    }
}

impl Schema for BlockMigration {
    fn schema(book: &mut Book) -> Value {
        one_of([(span!(), Flag::schema(book)), (span!(2.25..), words(["auto"]))])
    }
}

impl Read for BlockMigration {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match version.finds_out_about_block_migration() && value == "auto" {
            true => Ok(Self),
            false => Flag::read(version, value).map(|_| Self),
        }
    }
}

request! {
    pub(super) struct Evacuate {
        host: Option<Fqdn>,
        on_shared_storage as "onSharedStorage": Flag = ..2.14,
        admin_pass as "adminPass": Option<String>,
        force: Option<Flag> = 2.29..2.68,
    }
}

pub(super) async fn migrate(on: Target, body: Migrate) -> Result<StatusCode, Fault> {
    let host = body.0.host.and_then(|or_null| or_null.0);
    match host {
        Some(_) => allow(
            &on.context,
            "os_compute_api:os-migrate-server:migrate:host",
            Need::Admin,
        )?,
        None => allow(
            &on.context,
            "os_compute_api:os-migrate-server:migrate",
            Need::Manager,
        )?,
    }
    let host = host.as_ref().map(|host| host.0.as_str());
    on.door.compute.migrate(&on.context, on.id, host).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn live(on: Target, body: MigrateLive) -> Result<StatusCode, Fault> {
    // Read for their form alone.
    let _ = (body.block_migration, body.disk_over_commit);
    match body.host.0 {
        Some(_) => allow(
            &on.context,
            "os_compute_api:os-migrate-server:migrate_live:host",
            Need::Admin,
        )?,
        None => allow(
            &on.context,
            "os_compute_api:os-migrate-server:migrate_live",
            Need::Manager,
        )?,
    }
    forced_nowhere(body.force, body.host.0.as_ref())?;
    let host = body.host.0.as_ref().map(|host| host.0.as_str());
    on.door.compute.live_migrate(&on.context, on.id, host).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn evacuate(on: Target, body: Evacuate) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-evacuate", Need::Admin)?;
    forced_nowhere(body.force, body.host.as_ref())?;
    if body.on_shared_storage.0 && body.admin_pass.is_some() {
        return Err(Fault::bad_request(
            "admin password can't be changed on existing disk",
        ));
    }
    let host = body.host.as_ref().map(|host| host.0.as_str());
    on.door.compute.evacuate(&on.context, on.id, host).await?;
    Ok(StatusCode::OK)
}

fn forced_nowhere(force: Option<Flag>, host: Option<&Fqdn>) -> Result<(), Fault> {
    match (force, host) {
        (Some(Flag(true)), None) => Err(Fault::bad_request("Can't force to a non-provided destination")),
        _ => Ok(()),
    }
}
