//! A token as Keystone describes it, reduced to what we use.

use jiff::Timestamp;
use reqwest::Response;
use serde::Deserialize;

use super::catalog::Remote;
use super::{Error, Session};
use crate::identity::{Named, ValidToken};

#[derive(Debug, Deserialize)]
pub(in crate::identity) struct Answer {
    pub(super) token: Body,
}

#[derive(Debug, Deserialize)]
pub(super) struct Body {
    pub(super) expires_at: Timestamp,
    user: Owner,
    project: Option<Owner>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    pub(super) catalog: Vec<Remote>,
}

#[derive(Debug, Deserialize)]
struct Owner {
    id: String,
    name: String,
    domain: Domain,
}

#[derive(Debug, Deserialize)]
struct Domain {
    id: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Role {
    name: String,
}

/// Reads the body of an answer that is about a token.
pub(in crate::identity) async fn read(session: &Session, answer: Response) -> Result<Answer, Error> {
    let bytes = answer
        .bytes()
        .await
        .map_err(|source| session.unreachable(source))?;
    // Only where the mistake is: the text around it may be a secret.
    serde_json::from_slice(&bytes).map_err(|error| Error::Nonsense {
        url: session.url().to_owned(),
        reason: format!("not a token at line {}, column {}", error.line(), error.column()),
    })
}

impl From<Answer> for ValidToken {
    fn from(answer: Answer) -> Self {
        Self {
            user: answer.token.user.into(),
            project: answer.token.project.map(Named::from),
            roles: answer.token.roles.into_iter().map(|role| role.name).collect(),
            expires_at: answer.token.expires_at,
        }
    }
}

impl From<Owner> for Named {
    fn from(owner: Owner) -> Self {
        Self {
            id: owner.id,
            name: owner.name,
            domain_id: owner.domain.id,
            domain_name: owner.domain.name,
        }
    }
}
