//! The records of migrations: what moved from one flavor to another, and what became of it.

use super::core::{Compute, Core};
use crate::compute::Error;
use crate::objects::{
    Flavor, Instance, InstanceId, Migration, MigrationKind, MigrationStatus, RequestContext,
};

impl Compute {
    /// Newest first, of every project: an administrator's to see.
    pub async fn migrations(&self) -> Result<Vec<Migration>, Error> {
        Ok(self.core.records.migrations(None).await?)
    }
}

/// The record of a resize that begins; the one of an earlier life when it began then.
pub(super) async fn begin(
    core: &Core,
    context: &RequestContext,
    instance: &Instance,
    old: &Flavor,
) -> Result<(), Error> {
    let begun = match open(core, instance.id).await? {
        Some(known) if known.new_flavor == instance.flavor.id && has_just_begun(known.status) => true,
        Some(_) => {
            // A confirmation was killed before it could say so here.
            mark(core, instance.id, MigrationStatus::Confirmed).await?;
            false
        }
        None => false,
    };
    if !begun {
        let migration = Migration {
            id: 0,
            uuid: core.world.uuid(),
            instance_id: instance.id,
            project_id: instance.project_id.clone(),
            user_id: context.user_id.clone(),
            kind: MigrationKind::Resize,
            status: MigrationStatus::PreMigrating,
            old_flavor: old.id.clone(),
            new_flavor: instance.flavor.id.clone(),
            source_host: instance.host.clone(),
            dest_host: instance.host.clone(),
            created_at: core.now(),
            updated_at: None,
        };
        core.records.create_migration(migration).await?;
    }
    mark(core, instance.id, MigrationStatus::Migrating).await
}

const fn has_just_begun(status: MigrationStatus) -> bool {
    matches!(status, MigrationStatus::PreMigrating | MigrationStatus::Migrating)
}

/// The one that is neither over nor taken back.
async fn open(core: &Core, id: InstanceId) -> Result<Option<Migration>, Error> {
    let over = |status| {
        matches!(
            status,
            MigrationStatus::Confirmed | MigrationStatus::Reverted | MigrationStatus::Error
        )
    };
    let migrations = core.records.migrations(Some(id)).await?;
    Ok(migrations.into_iter().find(|migration| !over(migration.status)))
}

/// Fine when there is none.
pub(super) async fn mark(core: &Core, id: InstanceId, status: MigrationStatus) -> Result<(), Error> {
    if let Some(mut migration) = open(core, id).await? {
        migration.status = status;
        migration.updated_at = Some(core.now());
        core.records.save_migration(&migration).await?;
    }
    Ok(())
}

pub(super) async fn mark_quietly(core: &Core, id: InstanceId, status: MigrationStatus) {
    if let Err(error) = mark(core, id, status).await {
        tracing::warn!(instance.id = %id, %error, "what became of a migration was not recorded");
    }
}
