//! The table of actions: what was asked of each server, readable also when the server is gone.

use sqlx::SqlitePool;

use super::Error;
use crate::objects::{Action, InstanceId, RequestId};

pub(super) async fn create(pool: &SqlitePool, action: &Action) -> Result<(), Error> {
    sqlx::query("INSERT INTO actions (instance_id, request_id, start_time, record) VALUES (?, ?, ?, ?)")
        .bind(action.instance_id.to_string())
        .bind(action.request_id.as_str())
        .bind(action.start_time.as_microsecond())
        .bind(serde_json::to_string(action)?)
        .execute(pool)
        .await
        .map_err(|error| Error::unless_taken(error, "action", &action.request_id))?;
    Ok(())
}

pub(super) async fn save(pool: &SqlitePool, action: &Action) -> Result<(), Error> {
    let done = sqlx::query("UPDATE actions SET record = ? WHERE instance_id = ? AND request_id = ?")
        .bind(serde_json::to_string(action)?)
        .bind(action.instance_id.to_string())
        .bind(action.request_id.as_str())
        .execute(pool)
        .await?;
    Error::unless_found(done.rows_affected(), "action", &action.request_id)
}

/// Newest first, as Nova lists them.
pub(super) async fn list(pool: &SqlitePool, id: InstanceId) -> Result<Vec<Action>, Error> {
    let records: Vec<String> = sqlx::query_scalar(
        "SELECT record FROM actions WHERE instance_id = ? ORDER BY start_time DESC, request_id DESC",
    )
    .bind(id.to_string())
    .fetch_all(pool)
    .await?;
    records
        .iter()
        .map(|record| Ok(serde_json::from_str(record)?))
        .collect()
}

pub(super) async fn get(pool: &SqlitePool, id: InstanceId, request: &RequestId) -> Result<Action, Error> {
    let record: Option<String> =
        sqlx::query_scalar("SELECT record FROM actions WHERE instance_id = ? AND request_id = ?")
            .bind(id.to_string())
            .bind(request.as_str())
            .fetch_optional(pool)
            .await?;
    let record = record.ok_or_else(|| Error::no_such("action", request))?;
    Ok(serde_json::from_str(&record)?)
}
