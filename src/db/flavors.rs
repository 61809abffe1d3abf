//! The table of flavors, and the classic ones that a new installation begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{Executor, Sqlite, SqlitePool};

use super::Error;
use crate::objects::{Flavor, FlavorId};

/// id, name, vcpus, MiB of memory, GiB of root disk: what Nova installations have had since the beginning, and
/// the two that its test suites look for.
const CLASSIC: [(&str, &str, u32, u64, u64); 7] = [
    ("1", "m1.tiny", 1, 512, 1),
    ("2", "m1.small", 1, 2048, 20),
    ("3", "m1.medium", 2, 4096, 40),
    ("4", "m1.large", 4, 8192, 80),
    ("5", "m1.xlarge", 8, 16384, 160),
    ("42", "m1.nano", 1, 64, 0),
    ("84", "m1.micro", 1, 128, 0),
];

pub(super) fn classic(created_at: Timestamp) -> impl Iterator<Item = Flavor> {
    CLASSIC
        .into_iter()
        .map(move |(id, name, vcpus, memory_mb, root_gb)| Flavor {
            id: FlavorId::from(id),
            name: name.to_owned(),
            description: None,
            vcpus,
            memory_mb,
            root_gb,
            ephemeral_gb: 0,
            swap_mb: 0,
            rxtx_factor: 1.0,
            is_public: true,
            disabled: false,
            extra_specs: BTreeMap::new(),
            created_at,
        })
}

pub(super) async fn create(
    connection: impl Executor<'_, Database = Sqlite>,
    flavor: &Flavor,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO flavors (id, name, memory_mb, record) VALUES (?, ?, ?, ?)")
        .bind(flavor.id.as_str())
        .bind(&flavor.name)
        .bind(i64::try_from(flavor.memory_mb).unwrap_or(i64::MAX))
        .bind(serde_json::to_string(flavor)?)
        .execute(connection)
        .await
        .map_err(|error| Error::unless_taken(error, "flavor", &flavor.id))?;
    Ok(())
}

/// By id, as Nova lists them.
pub(super) async fn list(pool: &SqlitePool) -> Result<Vec<Arc<Flavor>>, Error> {
    let records: Vec<String> = sqlx::query_scalar("SELECT record FROM flavors ORDER BY id")
        .fetch_all(pool)
        .await?;
    records
        .iter()
        .map(|record| Ok(Arc::new(serde_json::from_str(record)?)))
        .collect()
}

pub(super) async fn get(pool: &SqlitePool, id: &FlavorId) -> Result<Arc<Flavor>, Error> {
    let record: Option<String> = sqlx::query_scalar("SELECT record FROM flavors WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(pool)
        .await?;
    let record = record.ok_or_else(|| Error::no_such("flavor", id))?;
    Ok(Arc::new(serde_json::from_str(&record)?))
}

/// What the table's own columns say never changes.
pub(super) async fn save(pool: &SqlitePool, flavor: &Flavor) -> Result<(), Error> {
    let done = sqlx::query("UPDATE flavors SET record = ? WHERE id = ?")
        .bind(serde_json::to_string(flavor)?)
        .bind(flavor.id.as_str())
        .execute(pool)
        .await?;
    Error::unless_found(done.rows_affected(), "flavor", &flavor.id)
}

pub(super) async fn delete(pool: &SqlitePool, id: &FlavorId) -> Result<(), Error> {
    let gone = sqlx::query("DELETE FROM flavors WHERE id = ?")
        .bind(id.as_str())
        .execute(pool)
        .await?;
    Error::unless_found(gone.rows_affected(), "flavor", id)
}
