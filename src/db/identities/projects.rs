//! The table of projects.

use sqlx::{Executor, Sqlite};

use super::{Error, Identities};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub description: String,
}

type Row = (String, String, i64, String);

impl From<Row> for Project {
    fn from((id, name, enabled, description): Row) -> Self {
        Self {
            id,
            name,
            enabled: enabled != 0,
            description,
        }
    }
}

impl Identities {
    pub async fn create_project(&self, project: &Project) -> Result<(), Error> {
        insert(&self.pool, project).await
    }

    /// By name.
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT id, name, enabled, description FROM projects ORDER BY name")
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(Project::from).collect())
    }

    /// Those where the user has a role, by name.
    pub async fn projects_of(&self, user_id: &str) -> Result<Vec<Project>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, name, enabled, description FROM projects \
             WHERE id IN (SELECT project_id FROM assignments WHERE user_id = ?) ORDER BY name",
        )
        .bind(user_id)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(Project::from).collect())
    }

    pub async fn project(&self, id: &str) -> Result<Project, Error> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, enabled, description FROM projects WHERE id = ?")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        row.map(Project::from)
            .ok_or_else(|| Error::no_such("project", id))
    }

    pub async fn project_named(&self, name: &str) -> Result<Project, Error> {
        let row: Option<Row> =
            sqlx::query_as("SELECT id, name, enabled, description FROM projects WHERE name = ?")
                .bind(name)
                .fetch_optional(&self.pool)
                .await?;
        row.map(Project::from)
            .ok_or_else(|| Error::no_such("project", name))
    }

    /// Replaces the project with this id by `project`.
    pub async fn update_project(&self, project: &Project) -> Result<(), Error> {
        let done = sqlx::query("UPDATE projects SET name = ?, enabled = ?, description = ? WHERE id = ?")
            .bind(&project.name)
            .bind(i64::from(project.enabled))
            .bind(&project.description)
            .bind(&project.id)
            .execute(&self.pool)
            .await
            .map_err(|error| Error::unless_taken(error, "project", &project.name))?;
        Error::unless_found(done.rows_affected(), "project", &project.id)
    }

    /// The roles in it and its tokens go with it.
    pub async fn delete_project(&self, id: &str) -> Result<(), Error> {
        let gone = sqlx::query("DELETE FROM projects WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Error::unless_found(gone.rows_affected(), "project", id)
    }
}

pub(super) async fn insert(
    connection: impl Executor<'_, Database = Sqlite>,
    project: &Project,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO projects (id, name, enabled, description) VALUES (?, ?, ?, ?)")
        .bind(&project.id)
        .bind(&project.name)
        .bind(i64::from(project.enabled))
        .bind(&project.description)
        .execute(connection)
        .await
        .map_err(|error| Error::unless_taken(error, "project", &project.name))?;
    Ok(())
}
