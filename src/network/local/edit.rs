//! A change while it is being made: the state it is made to, who asks for it, and where time and ids come from.

use uuid::Uuid;

use super::error::Error;
use super::rights::Resource;
use super::state::State;
use crate::objects::{self, ProjectId, RequestContext, World};

/// Logic changes `state` and nothing else; when it says no, what it did to `state` is forgotten.
#[derive(Debug)]
pub struct Edit<'a> {
    pub state: &'a mut State,
    pub context: &'a RequestContext,
    pub world: &'a dyn World,
}

impl Edit<'_> {
    pub fn uuid(&self) -> Uuid {
        self.world.id(objects::Resource::Network)
    }

    /// Whose a new resource is: the caller's, or for administrators the project they name.
    pub fn project(&self, named: Option<&ProjectId>) -> Result<ProjectId, Error> {
        match named {
            Some(named) if *named != self.context.project_id && !self.context.is_admin() => {
                Err(Error::invalid(
                    "HTTPBadRequest",
                    "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires \
                     admin privileges",
                ))
            }
            Some(named) => Ok(named.clone()),
            None => Ok(self.context.project_id.clone()),
        }
    }

    /// The record to be changed by `verb`, checked to be the caller's to change.
    pub fn own<T: Resource>(&mut self, verb: &str, id: Uuid) -> Result<&mut T, Error> {
        self.state.own::<T>(self.context, verb, id)?;
        T::table_mut(self.state)
            .get_mut(&id)
            .ok_or_else(|| T::no_such(id))
    }

    /// Takes one more of a resource from the project's quota.
    pub fn claim<T: Resource>(&self, project: &ProjectId) -> Result<(), Error> {
        super::quotas::check::<T>(self.state, project)
    }

    pub fn forbid_unless_admin(&self, rule: &str) -> Result<(), Error> {
        match self.context.is_admin() {
            true => Ok(()),
            false => Err(Error::not_allowed(rule)),
        }
    }
}

/// Replaces what is there by what is wanted, if anything is.
pub(super) fn set<T>(field: &mut T, wanted: Option<T>) {
    if let Some(wanted) = wanted {
        *field = wanted;
    }
}
