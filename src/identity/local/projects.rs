//! Projects: made, changed, deleted, listed.

use super::{Error, Local};
use crate::objects::Resource;

pub use crate::db::Project;

#[derive(Debug, Clone)]
pub struct NewProject {
    pub name: String,
    pub enabled: bool,
    pub description: String,
}

/// `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ProjectChange {
    pub name: Option<String>,
    pub enabled: Option<bool>,
    pub description: Option<String>,
}

impl Local {
    pub async fn projects(&self) -> Result<Vec<Project>, Error> {
        Ok(self.inner.records.projects().await?)
    }

    /// Those where the user has a role, and that are enabled.
    pub async fn projects_of(&self, user_id: &str) -> Result<Vec<Project>, Error> {
        self.inner.records.user(user_id).await?;
        let mut projects = self.inner.records.projects_of(user_id).await?;
        projects.retain(|project| project.enabled);
        Ok(projects)
    }

    pub async fn project(&self, id: &str) -> Result<Project, Error> {
        Ok(self.inner.records.project(id).await?)
    }

    pub async fn create_project(&self, new: NewProject) -> Result<Project, Error> {
        let project = Project {
            id: self.inner.world.id(Resource::Identity).simple().to_string(),
            name: valid_name(new.name)?,
            enabled: new.enabled,
            description: new.description,
        };
        self.inner.records.create_project(&project).await?;
        Ok(project)
    }

    pub async fn update_project(&self, id: &str, change: ProjectChange) -> Result<Project, Error> {
        let mut project = self.inner.records.project(id).await?;
        if let Some(name) = change.name {
            project.name = valid_name(name)?;
        }
        project.enabled = change.enabled.unwrap_or(project.enabled);
        project.description = change.description.unwrap_or(project.description);
        self.inner.records.update_project(&project).await?;
        self.inner.cache.forget();
        Ok(project)
    }

    /// The roles in it and its tokens go too; what other services keep for it is theirs to clean up.
    pub async fn delete_project(&self, id: &str) -> Result<(), Error> {
        self.inner.records.delete_project(id).await?;
        self.inner.cache.forget();
        Ok(())
    }
}

fn valid_name(name: String) -> Result<String, Error> {
    match name.trim().is_empty() || name.chars().count() > 64 {
        true => Err(Error::Invalid(
            "A project's name has 1 to 64 characters.".to_owned(),
        )),
        false => Ok(name),
    }
}
