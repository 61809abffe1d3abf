//! Tokens: given out, looked up, taken back, and swept away when they have expired.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::roles::names;
use super::{DOMAIN, Error, Local};
use crate::db::{self, Project, User};
use crate::identity::{Named, ValidToken};
use crate::objects::Secret;

/// How often expired tokens are deleted, in seconds: rarely enough to cost nothing.
const PRUNE_EVERY: i64 = 3600;

/// A valid token, with what only the identity service itself tells about it.
#[derive(Debug, Clone)]
pub struct Token {
    pub valid: Arc<ValidToken>,
    /// How its user proved to be that user: `password`, `token`.
    pub methods: Vec<String>,
    pub issued_at: Timestamp,
    /// Its own, then that of the token it was made from.
    pub audit_ids: Vec<String>,
}

/// A token that was just made: the only time that the token itself is known.
#[derive(Debug, Clone)]
pub struct Issued {
    pub secret: Secret,
    pub token: Arc<Token>,
}

/// What a new token is to say.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) user: User,
    pub(super) project: Option<Project>,
    pub(super) methods: Vec<String>,
    pub(super) parent_audit_id: Option<String>,
    pub(super) expires_at: Timestamp,
}

impl Local {
    /// What `token` is good for. It is Unauthorized when it is not known, has expired, or when its user or project
    /// may no longer be used.
    pub async fn token(&self, token: &str) -> Result<Arc<Token>, Error> {
        let (hash, now) = (hash(token), self.inner.world.now());
        if let Some(known) = self.inner.cache.get(&hash, now) {
            return Ok(known);
        }
        let age = self.inner.cache.age();
        let token = Arc::new(self.read(&hash, now).await.map_err(unknown_is_unauthorized)?);
        self.inner.cache.put(age, hash, token.clone());
        Ok(token)
    }

    /// Ends `token`; tokens that were made from it stay.
    pub async fn revoke(&self, token: &str) -> Result<(), Error> {
        self.inner.records.delete_token(&hash(token)).await?;
        self.inner.cache.forget();
        Ok(())
    }

    pub(super) async fn issue(&self, grant: Grant) -> Result<Issued, Error> {
        self.prune().await?;
        let secret = self.new_secret();
        let record = db::Token {
            hash: hash(secret.expose()),
            user_id: grant.user.id,
            project_id: grant.project.map(|project| project.id),
            methods: grant.methods,
            audit_id: URL_SAFE_NO_PAD.encode(self.inner.world.uuid().as_bytes()),
            parent_audit_id: grant.parent_audit_id,
            issued_at: whole_second(self.inner.world.now()),
            expires_at: grant.expires_at,
        };
        self.inner.records.create_token(&record).await?;
        let token = self.token(secret.expose()).await?;
        Ok(Issued { secret, token })
    }

    /// When a token that is made now expires.
    pub(super) fn expiry(&self) -> Timestamp {
        let now = whole_second(self.inner.world.now());
        now.checked_add(self.inner.token_expiration)
            .unwrap_or(Timestamp::MAX)
    }

    /// 244 random bits in characters that need no quoting.
    fn new_secret(&self) -> Secret {
        let bits = [
            self.inner.world.uuid().into_bytes(),
            self.inner.world.uuid().into_bytes(),
        ];
        Secret::new(hex::encode(bits.concat()))
    }

    async fn read(&self, hash: &str, now: Timestamp) -> Result<Token, Error> {
        let records = &self.inner.records;
        let token = records.token(hash).await?;
        let user = records.user(&token.user_id).await?;
        if token.expires_at <= now || !user.enabled {
            return Err(Error::Unauthorized);
        }
        let (project, roles) = match &token.project_id {
            Some(id) => {
                let (project, roles) = self.open_project(&user, records.project(id).await?).await?;
                (Some(named(project.id, project.name)), roles)
            }
            None => (None, Vec::new()),
        };
        let valid = ValidToken {
            user: named(user.id, user.name),
            project,
            roles,
            expires_at: token.expires_at,
        };
        Ok(Token {
            valid: Arc::new(valid),
            methods: token.methods,
            issued_at: token.issued_at,
            audit_ids: [Some(token.audit_id), token.parent_audit_id]
                .into_iter()
                .flatten()
                .collect(),
        })
    }

    /// The project with the user's roles in it, if it may be used at all.
    pub(super) async fn open_project(
        &self,
        user: &User,
        project: Project,
    ) -> Result<(Project, Vec<String>), Error> {
        let roles = names(self.inner.records.roles(&user.id, &project.id).await?);
        match project.enabled && !roles.is_empty() {
            true => Ok((project, roles)),
            false => Err(Error::Unauthorized),
        }
    }

    async fn prune(&self) -> Result<(), Error> {
        let now = self.inner.world.now();
        let before = self.inner.pruned_at.load(Ordering::Relaxed);
        if now.as_second() - before < PRUNE_EVERY {
            return Ok(());
        }
        self.inner.pruned_at.store(now.as_second(), Ordering::Relaxed);
        let pruned = self.inner.records.prune_tokens(now).await?;
        tracing::debug!(tokens = pruned, "deleted tokens that had expired");
        Ok(())
    }
}

/// To a caller a token of a user that is gone is as good as none.
pub(super) fn unknown_is_unauthorized(error: Error) -> Error {
    match error {
        Error::NoSuch { .. } => Error::Unauthorized,
        other => other,
    }
}

fn hash(token: &str) -> String {
    hex::encode(digest(&SHA256, token.as_bytes()))
}

fn named(id: String, name: String) -> Named {
    Named {
        id,
        name,
        domain_id: DOMAIN.0.to_owned(),
        domain_name: DOMAIN.1.to_owned(),
    }
}

/// Keystone's times have no fraction, though they print one.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
