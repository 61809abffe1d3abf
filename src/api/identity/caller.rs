//! Who asks, as its token says, and what it may therefore do.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Door;
use super::fault::Fault;
use crate::identity::local::Token;

/// The caller of a request that needs one.
#[derive(Debug)]
pub(super) struct Caller(pub(super) Arc<Token>);

impl Caller {
    pub(super) fn user_id(&self) -> &str {
        &self.0.valid.user.id
    }

    pub(super) fn is_admin(&self) -> bool {
        self.0.valid.roles.iter().any(|role| role == "admin")
    }

    /// `action` is Keystone's policy name.
    pub(super) fn must_be_admin(&self, action: &str) -> Result<(), Fault> {
        match self.is_admin() {
            true => Ok(()),
            false => Err(Fault::forbidden(action)),
        }
    }

    pub(super) fn must_be(&self, user_id: &str, action: &str) -> Result<(), Fault> {
        match self.user_id() == user_id {
            true => Ok(()),
            false => self.must_be_admin(action),
        }
    }
}

impl FromRequestParts<Door> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Fault> {
        let token = parts
            .headers
            .get("x-auth-token")
            .and_then(|value| value.to_str().ok());
        let token = token.ok_or_else(Fault::unauthorized)?;
        Ok(Self(door.local.token(token).await?))
    }
}
