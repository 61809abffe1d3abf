//! SSH keys under names of their users'.

use super::core::Compute;
use super::{quota, ssh, x509};
use crate::compute::{Error, NewKeypair};
use crate::db;
use crate::objects::{Keypair, RequestContext, Secret, UserId};

impl Compute {
    /// With the private key of a pair that was made here: it is told once and kept nowhere.
    pub async fn create_keypair(
        &self,
        context: &RequestContext,
        new: NewKeypair,
    ) -> Result<(Keypair, Option<Secret>), Error> {
        let NewKeypair {
            name,
            kind,
            public_key,
            user,
        } = new;
        let user = user.unwrap_or_else(|| context.user_id.clone());
        allowed(context, &user, "create")?;
        let have = self.core.records.keypairs(&user).await?.len();
        let quotas = self.core.quotas(&context.project_id, Some(&user)).await?;
        quota::check_keypairs(&quotas, have)?;
        let created_at = self.core.now();
        let is_certificate = kind == "x509";
        let (public_key, private_key) = match (public_key, is_certificate) {
            (Some(public_key), _) => (public_key, None),
            (None, true) => told(x509::generate(&user, created_at).await?),
            (None, false) => told(ssh::generate().await?),
        };
        let fingerprint = match is_certificate {
            true => x509::fingerprint(&public_key)?,
            false => ssh::fingerprint(&public_key)?,
        };
        let keypair = Keypair {
            user_id: user,
            name,
            kind,
            public_key,
            fingerprint,
            created_at,
        };
        match self.core.records.create_keypair(&keypair).await {
            Ok(()) => Ok((keypair, private_key)),
            Err(db::Error::Exists { .. }) => Err(Error::Conflict(format!(
                "Key pair '{}' already exists.",
                keypair.name
            ))),
            Err(error) => Err(error.into()),
        }
    }

    pub async fn list_keypairs(
        &self,
        context: &RequestContext,
        user: &UserId,
    ) -> Result<Vec<Keypair>, Error> {
        allowed(context, user, "index")?;
        Ok(self.core.records.keypairs(user).await?)
    }

    pub async fn get_keypair(
        &self,
        context: &RequestContext,
        user: &UserId,
        name: &str,
    ) -> Result<Keypair, Error> {
        allowed(context, user, "show")?;
        self.core
            .records
            .keypair(user, name)
            .await
            .map_err(|error| no_such_keypair(user, name, error))
    }

    pub async fn delete_keypair(
        &self,
        context: &RequestContext,
        user: &UserId,
        name: &str,
    ) -> Result<(), Error> {
        allowed(context, user, "delete")?;
        let deleted = self.core.records.delete_keypair(user, name).await;
        deleted.map_err(|error| no_such_keypair(user, name, error))
    }
}

fn told((public, private): (String, Secret)) -> (String, Option<Secret>) {
    (public, Some(private))
}

/// Keys belong to users, not to projects: only an administrator sees another user's.
fn allowed(context: &RequestContext, user: &UserId, verb: &str) -> Result<(), Error> {
    match *user == context.user_id || context.is_admin() {
        true => Ok(()),
        false => Err(Error::Forbidden(format!(
            "Policy doesn't allow os_compute_api:os-keypairs:{verb} to be performed."
        ))),
    }
}

fn no_such_keypair(user: &UserId, name: &str, error: db::Error) -> Error {
    match error {
        db::Error::NoSuch { .. } => Error::NoSuchKeypair {
            name: name.to_owned(),
            user: user.to_string(),
        },
        error => error.into(),
    }
}
