//! The table of what is arranged around servers: one row for each thing, whatever its kind.

use async_trait::async_trait;

use super::{Db, Error};

/// What `compute` remembers beside servers, flavors and keys, as text under a kind and a key. [`Kept`](super::Kept) says which types
/// that are.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// All of a kind, by key.
    async fn catalog(&self, kind: &'static str) -> Result<Vec<String>, Error>;
    async fn entry(&self, kind: &'static str, id: &str) -> Result<Option<String>, Error>;
    /// Puts the entry there, or in place of the one with its key.
    async fn put_entry(&self, kind: &'static str, id: &str, record: &str) -> Result<(), Error>;
    /// Whether it was there.
    async fn delete_entry(&self, kind: &'static str, id: &str) -> Result<bool, Error>;
}

#[async_trait]
impl Catalog for Db {
    async fn catalog(&self, kind: &'static str) -> Result<Vec<String>, Error> {
        let records = sqlx::query_scalar("SELECT record FROM catalog WHERE kind = ? ORDER BY id")
            .bind(kind)
            .fetch_all(&self.inner.pool);
        Ok(records.await?)
    }

    async fn entry(&self, kind: &'static str, id: &str) -> Result<Option<String>, Error> {
        let record = sqlx::query_scalar("SELECT record FROM catalog WHERE kind = ? AND id = ?")
            .bind(kind)
            .bind(id)
            .fetch_optional(&self.inner.pool);
        Ok(record.await?)
    }

    async fn put_entry(&self, kind: &'static str, id: &str, record: &str) -> Result<(), Error> {
        sqlx::query(
            "INSERT INTO catalog (kind, id, record) VALUES (?, ?, ?) \
             ON CONFLICT (kind, id) DO UPDATE SET record = excluded.record",
        )
        .bind(kind)
        .bind(id)
        .bind(record)
        .execute(&self.inner.pool)
        .await?;
        Ok(())
    }

    async fn delete_entry(&self, kind: &'static str, id: &str) -> Result<bool, Error> {
        let gone = sqlx::query("DELETE FROM catalog WHERE kind = ? AND id = ?")
            .bind(kind)
            .bind(id)
            .execute(&self.inner.pool)
            .await?;
        Ok(gone.rows_affected() > 0)
    }
}
