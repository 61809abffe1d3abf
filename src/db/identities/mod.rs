//! The tables of the standalone identity service: users, projects, who may do what where, and tokens.

mod assignments;
mod projects;
mod tokens;
mod users;

use sqlx::SqlitePool;

use super::Error;

pub use assignments::Assignment;
pub use projects::Project;
pub use tokens::Token;
pub use users::User;

/// The records of the standalone identity service.
#[derive(Debug, Clone)]
pub struct Identities {
    pool: SqlitePool,
}

/// What an identity service begins with.
#[derive(Debug, Clone, Default)]
pub struct Founding {
    pub users: Vec<User>,
    pub projects: Vec<Project>,
    pub assignments: Vec<Assignment>,
}

impl Identities {
    pub(super) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// Writes all of it or nothing.
    pub async fn found(&self, founding: &Founding) -> Result<(), Error> {
        let mut transaction = self.pool.begin().await?;
        for user in &founding.users {
            users::insert(&mut *transaction, user).await?;
        }
        for project in &founding.projects {
            projects::insert(&mut *transaction, project).await?;
        }
        for assignment in &founding.assignments {
            assignments::insert(&mut *transaction, assignment).await?;
        }
        Ok(transaction.commit().await?)
    }
}
