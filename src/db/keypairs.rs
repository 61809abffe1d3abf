//! The table of keypairs: a user's public keys, each under a name of its own.

use sqlx::SqlitePool;

use super::Error;
use crate::objects::{Keypair, UserId};

pub(super) async fn create(pool: &SqlitePool, keypair: &Keypair) -> Result<(), Error> {
    sqlx::query("INSERT INTO keypairs (user_id, name, record) VALUES (?, ?, ?)")
        .bind(keypair.user_id.as_str())
        .bind(&keypair.name)
        .bind(serde_json::to_string(keypair)?)
        .execute(pool)
        .await
        .map_err(|error| Error::unless_taken(error, "keypair", &keypair.name))?;
    Ok(())
}

/// By name.
pub(super) async fn list(pool: &SqlitePool, user: &UserId) -> Result<Vec<Keypair>, Error> {
    let records: Vec<String> =
        sqlx::query_scalar("SELECT record FROM keypairs WHERE user_id = ? ORDER BY name")
            .bind(user.as_str())
            .fetch_all(pool)
            .await?;
    records
        .iter()
        .map(|record| Ok(serde_json::from_str(record)?))
        .collect()
}

pub(super) async fn get(pool: &SqlitePool, user: &UserId, name: &str) -> Result<Keypair, Error> {
    let record: Option<String> =
        sqlx::query_scalar("SELECT record FROM keypairs WHERE user_id = ? AND name = ?")
            .bind(user.as_str())
            .bind(name)
            .fetch_optional(pool)
            .await?;
    let record = record.ok_or_else(|| Error::no_such("keypair", name))?;
    Ok(serde_json::from_str(&record)?)
}

pub(super) async fn delete(pool: &SqlitePool, user: &UserId, name: &str) -> Result<(), Error> {
    let gone = sqlx::query("DELETE FROM keypairs WHERE user_id = ? AND name = ?")
        .bind(user.as_str())
        .bind(name)
        .execute(pool)
        .await?;
    Error::unless_found(gone.rows_affected(), "keypair", name)
}
