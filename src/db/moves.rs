//! The table of migrations: every move of a server from one flavor to another.

use sqlx::SqlitePool;

use super::Error;
use crate::objects::{InstanceId, Migration};

/// Gives the migration its number, the next one.
pub(super) async fn create(pool: &SqlitePool, mut migration: Migration) -> Result<Migration, Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let last: Option<i64> = sqlx::query_scalar("SELECT MAX(id) FROM migrations")
        .fetch_one(&mut *transaction)
        .await?;
    migration.id = last.unwrap_or(0) + 1;
    sqlx::query("INSERT INTO migrations (id, uuid, instance_id, created_at, record) VALUES (?, ?, ?, ?, ?)")
        .bind(migration.id)
        .bind(migration.uuid.to_string())
        .bind(migration.instance_id.to_string())
        .bind(migration.created_at.as_microsecond())
        .bind(serde_json::to_string(&migration)?)
        .execute(&mut *transaction)
        .await
        .map_err(|error| Error::unless_taken(error, "migration", migration.uuid))?;
    transaction.commit().await?;
    Ok(migration)
}

pub(super) async fn save(pool: &SqlitePool, migration: &Migration) -> Result<(), Error> {
    let done = sqlx::query("UPDATE migrations SET record = ? WHERE id = ?")
        .bind(serde_json::to_string(migration)?)
        .bind(migration.id)
        .execute(pool)
        .await?;
    Error::unless_found(done.rows_affected(), "migration", migration.id)
}

/// Newest first; of one instance, or of all.
pub(super) async fn list(pool: &SqlitePool, of: Option<InstanceId>) -> Result<Vec<Migration>, Error> {
    let asked = match of {
        Some(instance) => {
            sqlx::query_scalar("SELECT record FROM migrations WHERE instance_id = ? ORDER BY id DESC")
                .bind(instance.to_string())
        }
        None => sqlx::query_scalar("SELECT record FROM migrations ORDER BY id DESC"),
    };
    let records: Vec<String> = asked.fetch_all(pool).await?;
    records
        .iter()
        .map(|record| Ok(serde_json::from_str(record)?))
        .collect()
}
