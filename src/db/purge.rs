//! Forgets servers that are gone, and what was done with them.

use std::ops::AddAssign;
use std::path::Path;

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{SqliteConnection, SqlitePool};

use super::open::{BUSY, connect};
use super::{Db, Error, Fit};

/// Servers of one transaction: few, so that a service that uses the file never waits long for its turn.
const BATCH: i64 = 500;

/// Records that were forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    pub instances: u64,
    pub actions: u64,
    pub migrations: u64,
}

impl AddAssign for Purged {
    fn add_assign(&mut self, other: Self) {
        self.instances += other.instances;
        self.actions += other.actions;
        self.migrations += other.migrations;
    }
}

impl Db {
    /// Forgets the servers that ended before that time, also while a service uses the file: it keeps nothing of them in memory.
    /// `see` is told what is forgotten so far; killed in the midst, that much is.
    pub async fn purge(path: &Path, before: Timestamp, mut see: impl FnMut(Purged)) -> Result<Purged, Error> {
        match Self::look(path).await? {
            Fit::Missing => return Ok(Purged::default()),
            Fit::Current => {}
            Fit::Older => {
                return Err(Error::Open(
                    "its tables are those of an older nova-docker: db sync".to_owned(),
                ));
            }
            Fit::Newer => return Err(Error::Open("a newer nova-docker made it".to_owned())),
        }
        let pool = connect(SqliteConnectOptions::new().filename(path).busy_timeout(BUSY)).await?;
        let mut all = Purged::default();
        loop {
            let some = purge_some(&pool, before).await?;
            if some.instances == 0 {
                return Ok(all);
            }
            all += some;
            see(all);
        }
    }
}

async fn purge_some(pool: &SqlitePool, before: Timestamp) -> Result<Purged, Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT id FROM deleted_instances WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?",
    )
    .bind(before.as_microsecond())
    .bind(BATCH)
    .fetch_all(&mut *transaction)
    .await?;
    let mut purged = Purged::default();
    for id in &ids {
        purged += purge_one(&mut transaction, id).await?;
    }
    transaction.commit().await?;
    Ok(purged)
}

async fn purge_one(connection: &mut SqliteConnection, id: &str) -> Result<Purged, Error> {
    let mut delete = async |statement: &'static str| -> Result<u64, Error> {
        let done = sqlx::query(statement).bind(id).execute(&mut *connection).await?;
        Ok(done.rows_affected())
    };
    Ok(Purged {
        actions: delete("DELETE FROM actions WHERE instance_id = ?").await?,
        migrations: delete("DELETE FROM migrations WHERE instance_id = ?").await?,
        instances: delete("DELETE FROM deleted_instances WHERE id = ?").await?,
    })
}
