//! `GET /os-migrations`: every move of a server from one flavor to another.

use axum::extract::State;
use axum::response::IntoResponse;
use uuid::Uuid;

use super::Door;
use super::servers::{Moment, in_order};
use super::time::Micros;
use crate::api::links::{Link, Links};
use crate::api::pagination::{Limit, page};
use crate::api::policy::{Need, allow, permits};
use crate::api::route::{Routes, get};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::objects::{FlavorId, InstanceId, Migration, ProjectId, RequestContext, UserId};
use crate::shows;
use crate::{query, view};

pub(super) fn routes() -> Routes<Door> {
    Routes::new().route(
        "/os-migrations",
        get(list).answers(
            200,
            shows!("migrations": Vec<Shown>, "migrations_links": Option<[Link; 1]>),
        ),
    )
}

query! {
    struct ListMigrations {
        hidden: Option<String>,
        host: Option<String>,
        instance_uuid: Option<String>,
        source_compute: Option<String>,
        status: Option<String>,
        migration_type: Option<String>,
        limit: Option<Limit> = 2.59..,
        marker: Option<String> = 2.59..,
        changes_since as "changes-since": Option<Moment> = 2.59..,
        changes_before as "changes-before": Option<Moment> = 2.66..,
        user_id: Option<String> = 2.80..,
        project_id: Option<String> = 2.80..,
        .. = ..2.59
    }
}

view! {
    struct Shown {
        id: i64,
        instance_uuid: InstanceId,
        status: &'static str,
        migration_type: &'static str = 2.23..,
        source_compute: Option<String>,
        source_node: Option<String>,
        dest_compute: Option<String>,
        dest_node: Option<String>,
        dest_host: Option<String>,
        old_instance_type_id: Option<i64>,
        new_instance_type_id: Option<i64>,
        created_at: Micros,
        updated_at: Option<Micros>,
        uuid: Uuid = 2.59..,
        user_id: UserId = 2.80..,
        project_id: ProjectId = 2.80..,
    }
}

view! {
    struct Next {
        migrations_links: [Link; 1] = 2.59..,
    }
}

impl Microversion {
    const fn pages_migrations(self) -> bool {
        self.at_least("2.59")
    }
}

impl From<&Migration> for Shown {
    fn from(migration: &Migration) -> Self {
        Self {
            id: migration.id,
            instance_uuid: migration.instance_id,
            status: migration.status.as_str(),
            migration_type: migration.kind.as_str(),
            source_compute: migration.source_host.clone(),
            source_node: migration.source_host.clone(),
            dest_compute: migration.dest_host.clone(),
            dest_node: migration.dest_host.clone(),
            dest_host: None,
            old_instance_type_id: number(&migration.old_flavor),
            new_instance_type_id: number(&migration.new_flavor),
            created_at: Micros(migration.created_at),
            updated_at: migration.updated_at.map(Micros),
            uuid: migration.uuid,
            user_id: migration.user_id.clone(),
            project_id: migration.project_id.clone(),
        }
    }
}

impl Shown {
    fn without_hosts(self) -> Self {
        Self {
            source_compute: None,
            source_node: None,
            dest_compute: None,
            dest_node: None,
            ..self
        }
    }
}

/// Nova's own number of a flavor, which a flavor here has not: its id, where that is a number.
fn number(flavor: &FlavorId) -> Option<i64> {
    flavor.as_str().parse().ok()
}

impl ListMigrations {
    fn lets_pass(&self, migration: &Migration) -> bool {
        let is = |wanted: &Option<String>, have: &str| wanted.as_ref().is_none_or(|wanted| wanted == have);
        let hosts = [&migration.source_host, &migration.dest_host];
        let changed = migration.updated_at.unwrap_or(migration.created_at);
        is(&self.instance_uuid, &migration.instance_id.to_string())
            && is(&self.status, migration.status.as_str())
            && is(&self.migration_type, migration.kind.as_str())
            && is(&self.user_id, migration.user_id.as_str())
            && is(&self.project_id, migration.project_id.as_str())
            && is(
                &self.source_compute,
                migration.source_host.as_deref().unwrap_or_default(),
            )
            && self
                .host
                .as_ref()
                .is_none_or(|wanted| hosts.iter().any(|have| have.as_ref() == Some(wanted)))
            && self.hidden.as_deref().is_none_or(|hidden| !is_yes(hidden))
            && self.changes_since.is_none_or(|since| changed >= since.0)
            && self.changes_before.is_none_or(|before| changed <= before.0)
    }
}

/// Nothing is hidden here.
fn is_yes(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "1" | "true" | "yes" | "on" | "t" | "y"
    )
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListMigrations>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-migrations:index", Need::Manager)?;
    let (all, hosts) = (
        "os_compute_api:os-migrations:index:all_projects",
        "os_compute_api:os-migrations:index:host",
    );
    let all_projects = permits(&context, all, Need::Admin);
    if query.host.is_some() || query.source_compute.is_some() {
        allow(&context, hosts, Need::Admin)?;
    }
    in_order(query.changes_since, query.changes_before)?;
    let mut found = door.compute.migrations().await?;
    found.retain(|migration| {
        (all_projects || migration.project_id == context.project_id) && query.lets_pass(migration)
    });
    let page = page(
        &found,
        query.limit,
        query.marker.as_deref(),
        door.max_limit,
        |migration, uuid| migration.uuid.to_string() == uuid,
    )?;
    let last = page.last_if_full().filter(|_| version.pages_migrations());
    let next = last.map(|last| Next {
        migrations_links: [links.next(last.uuid.to_string())],
    });
    let shown = page.items.iter().map(Shown::from);
    let shown: Vec<Shown> = match permits(&context, hosts, Need::Admin) {
        true => shown.collect(),
        false => shown.map(Shown::without_hosts).collect(),
    };
    Ok(At(version, (Under("migrations", shown), next)))
}
