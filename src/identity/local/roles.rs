//! Who may do what where: given, taken away, listed.

use std::collections::BTreeSet;

use super::{Error, Local};
use crate::identity::Role;

pub use crate::db::Assignment;

impl Local {
    /// Giving a role that is there already changes nothing.
    pub async fn assign(&self, user_id: &str, project_id: &str, role: Role) -> Result<(), Error> {
        let assignment = self.assignment(user_id, project_id, role).await?;
        self.inner.records.assign(&assignment).await?;
        self.inner.cache.forget();
        Ok(())
    }

    pub async fn unassign(&self, user_id: &str, project_id: &str, role: Role) -> Result<(), Error> {
        let assignment = self.assignment(user_id, project_id, role).await?;
        self.inner.records.unassign(&assignment).await?;
        self.inner.cache.forget();
        Ok(())
    }

    /// The roles that were given, without those that come with them.
    pub async fn roles(&self, user_id: &str, project_id: &str) -> Result<Vec<Role>, Error> {
        self.inner.records.user(user_id).await?;
        self.inner.records.project(project_id).await?;
        let given = self.inner.records.roles(user_id, project_id).await?;
        Ok(given.iter().filter_map(|name| name.parse().ok()).collect())
    }

    pub async fn assignments(&self) -> Result<Vec<Assignment>, Error> {
        Ok(self.inner.records.assignments().await?)
    }

    async fn assignment(&self, user_id: &str, project_id: &str, role: Role) -> Result<Assignment, Error> {
        Ok(Assignment {
            user_id: self.inner.records.user(user_id).await?.id,
            project_id: self.inner.records.project(project_id).await?.id,
            role: role.name().to_owned(),
        })
    }
}

/// All roles that these names bring, in the order in which they imply each other.
pub(super) fn names(given: Vec<String>) -> Vec<String> {
    let given = given.iter().filter_map(|name| name.parse::<Role>().ok());
    let all: BTreeSet<Role> = given
        .flat_map(|role| role.with_implied().iter().copied())
        .collect();
    all.into_iter().map(|role| role.name().to_owned()).collect()
}
