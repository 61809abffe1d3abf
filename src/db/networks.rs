//! The table of the standalone network service: one row for each of its resources, whatever its kind.

use sqlx::SqlitePool;

use super::Error;

/// The records of the standalone network service.
#[derive(Debug, Clone)]
pub struct Networks {
    pool: SqlitePool,
}

/// A resource as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct NetworkRow {
    pub kind: String,
    pub id: String,
    pub record: String,
}

/// What a change does to one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkWrite {
    Put(NetworkRow),
    Delete { kind: &'static str, id: String },
}

impl Networks {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    pub async fn all(&self) -> Result<Vec<NetworkRow>, Error> {
        Ok(
            sqlx::query_as("SELECT kind, id, record FROM network_resources ORDER BY kind, id")
                .fetch_all(&self.pool)
                .await?,
        )
    }

    /// All of it, or nothing.
    pub async fn write(&self, writes: &[NetworkWrite]) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        for write in writes {
            let query = match write {
                NetworkWrite::Put(row) => sqlx::query(
                    "INSERT INTO network_resources (kind, id, record) VALUES (?, ?, ?) \
                     ON CONFLICT (kind, id) DO UPDATE SET record = excluded.record",
                )
                .bind(&row.kind)
                .bind(&row.id)
                .bind(&row.record),
                NetworkWrite::Delete { kind, id } => {
                    sqlx::query("DELETE FROM network_resources WHERE kind = ? AND id = ?")
                        .bind(*kind)
                        .bind(id)
                }
            };
            query.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;

    fn row(id: &str, record: &str) -> NetworkRow {
        NetworkRow {
            kind: "network".to_owned(),
            id: id.to_owned(),
            record: record.to_owned(),
        }
    }

    #[tokio::test]
    async fn rows_are_put_replaced_and_deleted_together() {
        let networks = Db::in_memory().await.unwrap().networks();
        let put = |id, record| NetworkWrite::Put(row(id, record));
        networks.write(&[put("a", "1"), put("b", "2")]).await.unwrap();
        let gone = NetworkWrite::Delete {
            kind: "network",
            id: "b".to_owned(),
        };
        networks.write(&[put("a", "3"), gone]).await.unwrap();
        assert_eq!(networks.all().await.unwrap(), [row("a", "3")]);
    }
}
