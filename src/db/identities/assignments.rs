//! The table of assignments: who has which role in which project.

use sqlx::{Executor, Sqlite};

use super::{Error, Identities};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub user_id: String,
    pub project_id: String,
    pub role: String,
}

type Row = (String, String, String);

impl From<Row> for Assignment {
    fn from((user_id, project_id, role): Row) -> Self {
        Self {
            user_id,
            project_id,
            role,
        }
    }
}

impl Identities {
    /// Giving what is there already changes nothing.
    pub async fn assign(&self, assignment: &Assignment) -> Result<(), Error> {
        match insert(&self.pool, assignment).await {
            Err(Error::Exists { .. }) => Ok(()),
            other => other,
        }
    }

    pub async fn unassign(&self, assignment: &Assignment) -> Result<(), Error> {
        let gone = sqlx::query("DELETE FROM assignments WHERE user_id = ? AND project_id = ? AND role = ?")
            .bind(&assignment.user_id)
            .bind(&assignment.project_id)
            .bind(&assignment.role)
            .execute(&self.pool)
            .await?;
        Error::unless_found(gone.rows_affected(), "role assignment", &assignment.role)
    }

    pub async fn assignments(&self) -> Result<Vec<Assignment>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT user_id, project_id, role FROM assignments ORDER BY user_id, project_id, role",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Assignment::from).collect())
    }

    /// The user's roles in the project, by name.
    pub async fn roles(&self, user_id: &str, project_id: &str) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar(
            "SELECT role FROM assignments WHERE user_id = ? AND project_id = ? ORDER BY role",
        )
        .bind(user_id)
        .bind(project_id)
        .fetch_all(&self.pool)
        .await?)
    }
}

pub(super) async fn insert(
    connection: impl Executor<'_, Database = Sqlite>,
    assignment: &Assignment,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO assignments (user_id, project_id, role) VALUES (?, ?, ?)")
        .bind(&assignment.user_id)
        .bind(&assignment.project_id)
        .bind(&assignment.role)
        .execute(connection)
        .await
        .map_err(|error| Error::unless_taken(error, "role assignment", &assignment.role))?;
    Ok(())
}
