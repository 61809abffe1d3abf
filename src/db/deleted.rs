//! The table of servers that are gone.

use jiff::Timestamp;
use sqlx::{SqliteConnection, SqlitePool};

use super::Error;
use crate::objects::{Instance, ProjectId};

pub(super) async fn insert(
    connection: &mut SqliteConnection,
    instance: &Instance,
    deleted_at: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO deleted_instances (id, project_id, created_at, number, deleted_at, record) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(instance.id.to_string())
    .bind(instance.project_id.as_str())
    .bind(instance.created_at.as_microsecond())
    .bind(instance.number)
    .bind(deleted_at.as_microsecond())
    .bind(serde_json::to_string(instance)?)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn list(
    pool: &SqlitePool,
    since: Option<Timestamp>,
    project: Option<&ProjectId>,
) -> Result<Vec<Instance>, Error> {
    let records: Vec<String> = sqlx::query_scalar(
        "SELECT record FROM deleted_instances WHERE deleted_at >= ? AND (? IS NULL OR project_id = ?) \
         ORDER BY created_at DESC, number DESC",
    )
    .bind(since.map_or(i64::MIN, Timestamp::as_microsecond))
    .bind(project.map(ProjectId::as_str))
    .bind(project.map(ProjectId::as_str))
    .fetch_all(pool)
    .await?;
    records
        .iter()
        .map(|record| Ok(serde_json::from_str(record)?))
        .collect()
}
