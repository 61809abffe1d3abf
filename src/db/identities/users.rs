//! The table of users.

use sqlx::{Executor, Sqlite};

use super::{Error, Identities};

/// A user; its password is known by its hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub description: String,
    pub default_project_id: Option<String>,
    pub password_hash: String,
}

type Row = (String, String, i64, String, Option<String>, String);

impl From<Row> for User {
    fn from((id, name, enabled, description, default_project_id, password_hash): Row) -> Self {
        Self {
            id,
            name,
            enabled: enabled != 0,
            description,
            default_project_id,
            password_hash,
        }
    }
}

impl Identities {
    pub async fn create_user(&self, user: &User) -> Result<(), Error> {
        insert(&self.pool, user).await
    }

    /// By name.
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, name, enabled, description, default_project_id, password_hash FROM users ORDER BY name",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    pub async fn user(&self, id: &str) -> Result<User, Error> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, name, enabled, description, default_project_id, password_hash FROM users WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        row.map(User::from).ok_or_else(|| Error::no_such("user", id))
    }

    pub async fn user_named(&self, name: &str) -> Result<User, Error> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, name, enabled, description, default_project_id, password_hash FROM users WHERE name = ?",
        )
        .bind(name)
        .fetch_optional(&self.pool)
        .await?;
        row.map(User::from).ok_or_else(|| Error::no_such("user", name))
    }

    /// Replaces the user with this id by `user`.
    pub async fn update_user(&self, user: &User) -> Result<(), Error> {
        let done = sqlx::query(
            "UPDATE users SET name = ?, enabled = ?, description = ?, default_project_id = ?, password_hash = ? \
             WHERE id = ?",
        )
        .bind(&user.name)
        .bind(i64::from(user.enabled))
        .bind(&user.description)
        .bind(&user.default_project_id)
        .bind(&user.password_hash)
        .bind(&user.id)
        .execute(&self.pool)
        .await
        .map_err(|error| Error::unless_taken(error, "user", &user.name))?;
        Error::unless_found(done.rows_affected(), "user", &user.id)
    }

    /// Its roles and tokens go with it.
    pub async fn delete_user(&self, id: &str) -> Result<(), Error> {
        let gone = sqlx::query("DELETE FROM users WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Error::unless_found(gone.rows_affected(), "user", id)
    }
}

pub(super) async fn insert(
    connection: impl Executor<'_, Database = Sqlite>,
    user: &User,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO users (id, name, enabled, description, default_project_id, password_hash) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(&user.id)
    .bind(&user.name)
    .bind(i64::from(user.enabled))
    .bind(&user.description)
    .bind(&user.default_project_id)
    .bind(&user.password_hash)
    .execute(connection)
    .await
    .map_err(|error| Error::unless_taken(error, "user", &user.name))?;
    Ok(())
}
