//! Users: made, changed, deleted, listed.

use super::{Error, Local, password};
use crate::db;
use crate::objects::{Resource, Secret};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
    pub enabled: bool,
    pub description: String,
    pub default_project_id: Option<String>,
}

impl From<db::User> for User {
    fn from(user: db::User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            enabled: user.enabled,
            description: user.description,
            default_project_id: user.default_project_id,
        }
    }
}

#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: String,
    /// Without one the user cannot log in.
    pub password: Option<Secret>,
    pub enabled: bool,
    pub description: String,
    pub default_project_id: Option<String>,
}

/// `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub password: Option<Secret>,
    pub enabled: Option<bool>,
    pub description: Option<String>,
    pub default_project_id: Option<Option<String>>,
}

impl Local {
    pub async fn users(&self) -> Result<Vec<User>, Error> {
        Ok(self
            .inner
            .records
            .users()
            .await?
            .into_iter()
            .map(User::from)
            .collect())
    }

    pub async fn user(&self, id: &str) -> Result<User, Error> {
        Ok(self.inner.records.user(id).await?.into())
    }

    pub async fn create_user(&self, new: NewUser) -> Result<User, Error> {
        let user = db::User {
            id: self.inner.world.id(Resource::Identity).simple().to_string(),
            name: valid_name(new.name)?,
            enabled: new.enabled,
            description: new.description,
            default_project_id: new.default_project_id,
            password_hash: match &new.password {
                Some(password) => self.hash(password).await?,
                None => String::new(),
            },
        };
        self.inner.records.create_user(&user).await?;
        Ok(user.into())
    }

    /// A new password, and being disabled, end all of the user's tokens.
    pub async fn update_user(&self, id: &str, change: UserChange) -> Result<User, Error> {
        let mut user = self.inner.records.user(id).await?;
        let ends_tokens = change.password.is_some() || change.enabled == Some(false);
        if let Some(name) = change.name {
            user.name = valid_name(name)?;
        }
        if let Some(password) = &change.password {
            user.password_hash = self.hash(password).await?;
        }
        user.enabled = change.enabled.unwrap_or(user.enabled);
        user.description = change.description.unwrap_or(user.description);
        user.default_project_id = change.default_project_id.unwrap_or(user.default_project_id);
        self.inner.records.update_user(&user).await?;
        if ends_tokens {
            self.inner.records.delete_tokens_of(id).await?;
        }
        self.inner.cache.forget();
        Ok(user.into())
    }

    /// What users do themselves, knowing the password they have. Anything wrong is Unauthorized.
    pub async fn change_password(&self, id: &str, original: &Secret, password: Secret) -> Result<(), Error> {
        let user = match self.inner.records.user(id).await {
            Err(db::Error::NoSuch { .. }) => None,
            other => Some(other?),
        };
        let may = user.as_ref().is_some_and(|user| user.enabled);
        let hash = user.map(|user| user.password_hash);
        if !password::is_right(original, hash, self.inner.world.uuid()).await? || !may {
            return Err(Error::Unauthorized);
        }
        self.update_user(
            id,
            UserChange {
                password: Some(password),
                ..UserChange::default()
            },
        )
        .await?;
        Ok(())
    }

    /// The user's roles and tokens go too.
    pub async fn delete_user(&self, id: &str) -> Result<(), Error> {
        self.inner.records.delete_user(id).await?;
        self.inner.cache.forget();
        Ok(())
    }

    pub(super) async fn hash(&self, password: &Secret) -> Result<String, Error> {
        password::hash(password, self.inner.world.uuid()).await
    }
}

fn valid_name(name: String) -> Result<String, Error> {
    match name.trim().is_empty() || name.chars().count() > 255 {
        true => Err(Error::Invalid(
            "A user's name has 1 to 255 characters.".to_owned(),
        )),
        false => Ok(name),
    }
}
