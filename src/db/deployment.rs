//! The table of what is true of the installation as a whole, and what a new one begins with.

use sqlx::{Executor, Sqlite, SqlitePool};

use super::{Error, flavors};
use crate::objects::{DeploymentId, World};

/// The installation's own id.
const ID: &str = "id";

/// The id of this installation; a database without one is new, and gets it together with the classic flavors.
pub(super) async fn find_or_found(pool: &SqlitePool, world: &dyn World) -> Result<DeploymentId, Error> {
    if let Some(id) = get(pool, ID).await? {
        return id
            .parse()
            .map_err(|error| Error::Open(format!("the installation's id: {error}")));
    }
    let id = DeploymentId(world.uuid());
    let mut transaction = pool.begin().await?;
    for flavor in flavors::classic(world.now()) {
        flavors::create(&mut *transaction, &flavor).await?;
    }
    set(&mut transaction, ID, &id.to_string()).await?;
    transaction.commit().await?;
    Ok(id)
}

pub(super) async fn get(
    connection: impl Executor<'_, Database = Sqlite>,
    name: &str,
) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar("SELECT value FROM deployment WHERE name = ?")
        .bind(name)
        .fetch_optional(connection)
        .await?)
}

pub(super) async fn set(
    connection: &mut sqlx::SqliteConnection,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    let changed = sqlx::query("UPDATE deployment SET value = ? WHERE name = ?")
        .bind(value)
        .bind(name)
        .execute(&mut *connection)
        .await?;
    if changed.rows_affected() == 0 {
        sqlx::query("INSERT INTO deployment (name, value) VALUES (?, ?)")
            .bind(name)
            .bind(value)
            .execute(connection)
            .await?;
    }
    Ok(())
}
