//! A login: proof of being a user, exchanged for a token with the scope that was asked for.

use super::token::{Grant, unknown_is_unauthorized};
use super::{DOMAIN, Error, Issued, Local, password};
use crate::db::{Project, User};
use crate::objects::Secret;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticate {
    pub proof: Proof,
    pub scope: Scope,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    Password { user: Reference, password: Secret },
    Token(Secret),
}

/// What the token is to be good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The user's default project if there is one.
    Default,
    Unscoped,
    Project(Reference),
    /// A domain, or the whole system: nobody has a role there.
    Elsewhere,
}

/// A user or a project, as the caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Id(String),
    Name { name: String, domain: Domain },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    Id(String),
    Name(String),
}

impl Domain {
    fn is_ours(&self) -> bool {
        match self {
            Self::Id(id) => id == DOMAIN.0,
            Self::Name(name) => name == DOMAIN.1,
        }
    }
}

impl Local {
    /// Whatever is wrong - the user, the password, the project, the role in it - the answer is Unauthorized.
    pub async fn authenticate(&self, request: Authenticate) -> Result<Issued, Error> {
        let mut grant = match request.proof {
            Proof::Password { user, password } => self.by_password(user, &password).await?,
            Proof::Token(token) => self.by_token(&token).await?,
        };
        grant.project = self.scope(&grant.user, request.scope).await?;
        self.issue(grant).await
    }

    async fn by_password(&self, user: Reference, password: &Secret) -> Result<Grant, Error> {
        let user = match self.find_user(user).await {
            Err(Error::NoSuch { .. }) => None,
            other => Some(other?),
        };
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let right = password::is_right(password, hash, self.inner.world.uuid()).await?;
        let user = user
            .filter(|user| right && user.enabled)
            .ok_or(Error::Unauthorized)?;
        Ok(Grant {
            user,
            project: None,
            methods: vec!["password".to_owned()],
            parent_audit_id: None,
            expires_at: self.expiry(),
        })
    }

    /// A token made from another ends with it.
    async fn by_token(&self, token: &Secret) -> Result<Grant, Error> {
        let parent = self.token(token.expose()).await?;
        let user = self
            .inner
            .records
            .user(&parent.valid.user.id)
            .await
            .map_err(Error::from);
        let mut methods = parent.methods.clone();
        if !methods.iter().any(|method| method == "token") {
            methods.insert(0, "token".to_owned());
        }
        Ok(Grant {
            user: user.map_err(unknown_is_unauthorized)?,
            project: None,
            methods,
            // The first of a chain: what all tokens of one login have in common.
            parent_audit_id: parent.audit_ids.last().cloned(),
            expires_at: parent.valid.expires_at,
        })
    }

    async fn find_user(&self, user: Reference) -> Result<User, Error> {
        Ok(match user {
            Reference::Id(id) => self.inner.records.user(&id).await?,
            Reference::Name { name, domain } if domain.is_ours() => {
                self.inner.records.user_named(&name).await?
            }
            Reference::Name { name, .. } => {
                return Err(Error::NoSuch {
                    kind: "user",
                    id: name,
                });
            }
        })
    }

    async fn scope(&self, user: &User, scope: Scope) -> Result<Option<Project>, Error> {
        let project = match (scope, &user.default_project_id) {
            (Scope::Unscoped, _) | (Scope::Default, None) => return Ok(None),
            (Scope::Elsewhere, _) => return Err(Error::Unauthorized),
            (Scope::Project(project), _) => self.find_project(project).await,
            // As in Keystone, a default project that cannot be used does not keep its user out.
            (Scope::Default, Some(id)) => {
                let Ok(project) = self.inner.records.project(id).await else {
                    return Ok(None);
                };
                return Ok(self
                    .open_project(user, project)
                    .await
                    .ok()
                    .map(|(project, _)| project));
            }
        };
        let (project, _) = self
            .open_project(user, project.map_err(unknown_is_unauthorized)?)
            .await?;
        Ok(Some(project))
    }

    async fn find_project(&self, project: Reference) -> Result<Project, Error> {
        Ok(match project {
            Reference::Id(id) => self.inner.records.project(&id).await?,
            Reference::Name { name, domain } if domain.is_ours() => {
                self.inner.records.project_named(&name).await?
            }
            Reference::Name { .. } => return Err(Error::Unauthorized),
        })
    }
}
