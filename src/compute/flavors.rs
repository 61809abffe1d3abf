//! Flavors: who may use which, and what administrators change about them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use super::core::{Compute, Core};
use crate::compute::Error;
use crate::db;
use crate::objects::{Flavor, FlavorAccess, FlavorId, ProjectId, RequestContext, Resource};
use crate::user_data::FlavorOptions;

/// A flavor to be made; without an id it gets one.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFlavor {
    pub id: Option<FlavorId>,
    pub name: String,
    pub description: Option<String>,
    pub vcpus: u32,
    pub memory_mb: u64,
    pub root_gb: u64,
    pub ephemeral_gb: u64,
    pub swap_mb: u64,
    pub rxtx_factor: f64,
    pub is_public: bool,
}

/// Why an extra spec `docker:<option>` says nothing of containers.
pub fn check_docker_spec(name: &str, value: &str) -> Result<(), String> {
    let specs = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    match FlavorOptions::of(&specs) {
        Ok(_) => Ok(()),
        Err(bad) => Err(bad.to_string()),
    }
}

impl Compute {
    /// Those of the wanted publicity, or all; a flavor that the caller's project was given counts as public.
    pub async fn flavors(
        &self,
        context: &RequestContext,
        public: Option<bool>,
    ) -> Result<Vec<Arc<Flavor>>, Error> {
        let mut flavors = self.core.records.flavors().await?;
        let Some(public) = public else {
            return Ok(flavors);
        };
        let accesses: Vec<FlavorAccess> = self.core.records.all_kept().await?;
        let given: HashSet<&FlavorId> = accesses
            .iter()
            .filter(|access| access.projects.contains(&context.project_id))
            .map(|access| &access.flavor)
            .collect();
        flavors.retain(|flavor| flavor.is_public == public || given.contains(&flavor.id));
        Ok(flavors)
    }

    /// One that the caller may use: public, given to their project, or any for an administrator.
    pub async fn flavor(&self, context: &RequestContext, id: &str) -> Result<Arc<Flavor>, Error> {
        self.core.flavor_for(context, id).await
    }

    pub async fn create_flavor(&self, new: NewFlavor) -> Result<Flavor, Error> {
        let core = &self.core;
        let id = new
            .id
            .unwrap_or_else(|| FlavorId(core.world.id(Resource::Flavor).to_string()));
        let flavor = Flavor {
            id,
            name: new.name,
            description: new.description,
            vcpus: new.vcpus,
            memory_mb: new.memory_mb,
            root_gb: new.root_gb,
            ephemeral_gb: new.ephemeral_gb,
            swap_mb: new.swap_mb,
            rxtx_factor: new.rxtx_factor,
            is_public: new.is_public,
            disabled: false,
            extra_specs: BTreeMap::new(),
            created_at: core.now(),
        };
        let name_is_taken = core
            .records
            .flavors()
            .await?
            .iter()
            .any(|f| f.name == flavor.name);
        let taken = match name_is_taken {
            true => format!("Flavor with name {} already exists.", flavor.name),
            false => format!("Flavor with ID {} already exists.", flavor.id),
        };
        match core.records.create_flavor(&flavor).await {
            Ok(()) => Ok(flavor),
            Err(db::Error::Exists { .. }) => Err(Error::Conflict(taken)),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn describe_flavor(&self, id: &str, description: Option<String>) -> Result<Flavor, Error> {
        self.core
            .change_flavor(id, |flavor| {
                flavor.description = description;
                Ok(())
            })
            .await
    }

    /// Servers keep what they have of it.
    pub async fn delete_flavor(&self, id: &str) -> Result<(), Error> {
        let _alone = self.core.claims.lock().await;
        let records = &self.core.records;
        self.core.flavor(id).await?;
        // Access first: whoever makes a flavor of this id anew does not inherit it.
        records.drop_kept::<FlavorAccess>(id).await?;
        let deleted = records.delete_flavor(&id.into()).await;
        deleted.map_err(|error| no_such_flavor(id, error))
    }

    pub async fn add_extra_specs(&self, id: &str, specs: BTreeMap<String, String>) -> Result<(), Error> {
        let add = |flavor: &mut Flavor| {
            flavor.extra_specs.extend(specs);
            Ok(())
        };
        self.core.change_flavor(id, add).await?;
        Ok(())
    }

    pub async fn delete_extra_spec(&self, id: &str, key: &str) -> Result<(), Error> {
        let delete = |flavor: &mut Flavor| match flavor.extra_specs.remove(key) {
            Some(_) => Ok(()),
            None => Err(Error::NotFound(format!(
                "Flavor {id} has no extra specs with key {key}."
            ))),
        };
        self.core.change_flavor(id, delete).await?;
        Ok(())
    }

    /// The projects that were given the flavor.
    pub async fn flavor_access(&self, id: &FlavorId) -> Result<BTreeSet<ProjectId>, Error> {
        Ok(self.core.access(id).await?.projects)
    }

    pub async fn add_flavor_access(&self, id: &FlavorId, project: ProjectId) -> Result<(), Error> {
        let _alone = self.core.claims.lock().await;
        let mut access = self.core.access(id).await?;
        if access.projects.contains(&project) {
            return Err(Error::Conflict(format!(
                "Flavor access already exists for flavor {id} and project {project} combination."
            )));
        }
        access.projects.insert(project);
        Ok(self.core.records.keep(&access).await?)
    }

    pub async fn remove_flavor_access(&self, id: &FlavorId, project: &ProjectId) -> Result<(), Error> {
        let _alone = self.core.claims.lock().await;
        let mut access = self.core.access(id).await?;
        if !access.projects.remove(project) {
            return Err(Error::NotFound(format!(
                "Flavor access not found for {id} / {project} combination."
            )));
        }
        Ok(self.core.records.keep(&access).await?)
    }
}

impl Core {
    /// The record, whoever asks.
    async fn flavor(&self, id: &str) -> Result<Arc<Flavor>, Error> {
        let flavor = self.records.flavor(&id.into()).await;
        flavor.map_err(|error| no_such_flavor(id, error))
    }

    pub(super) async fn flavor_for(&self, context: &RequestContext, id: &str) -> Result<Arc<Flavor>, Error> {
        let flavor = self.flavor(id).await?;
        let may = flavor.is_public
            || context.is_admin()
            || self
                .access(&flavor.id)
                .await?
                .projects
                .contains(&context.project_id);
        match may {
            true => Ok(flavor),
            false => Err(Error::NoSuchFlavor(id.to_owned())),
        }
    }

    async fn access(&self, id: &FlavorId) -> Result<FlavorAccess, Error> {
        let access = self.records.kept(id.as_str()).await?;
        Ok(access.unwrap_or_else(|| FlavorAccess {
            flavor: id.clone(),
            projects: BTreeSet::new(),
        }))
    }

    async fn change_flavor(
        &self,
        id: &str,
        change: impl FnOnce(&mut Flavor) -> Result<(), Error>,
    ) -> Result<Flavor, Error> {
        let _alone = self.claims.lock().await;
        let mut flavor = Flavor::clone(self.flavor(id).await?.as_ref());
        change(&mut flavor)?;
        self.records.save_flavor(&flavor).await?;
        Ok(flavor)
    }
}

fn no_such_flavor(id: &str, error: db::Error) -> Error {
    match error {
        db::Error::NoSuch { .. } => Error::NoSuchFlavor(id.to_owned()),
        error => error.into(),
    }
}
