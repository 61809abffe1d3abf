//! The body of a login, as keystoneauth writes it, turned into what the identity room understands.

use serde::Deserialize;
use serde_json::Value;

use super::fault::Fault;
use crate::identity::Domain;
use crate::identity::local::{Authenticate, Proof, Reference, Scope};
use crate::objects::Secret;

#[derive(Deserialize)]
pub(super) struct Login {
    auth: Auth,
}

#[derive(Deserialize)]
struct Auth {
    identity: Identity,
    scope: Option<ScopeBody>,
}

#[derive(Deserialize)]
struct Identity {
    methods: Vec<String>,
    password: Option<PasswordBody>,
    token: Option<TokenBody>,
}

#[derive(Deserialize)]
struct PasswordBody {
    user: UserBody,
}

#[derive(Deserialize)]
struct UserBody {
    #[serde(flatten)]
    who: Who,
    password: String,
}

#[derive(Deserialize)]
struct TokenBody {
    id: String,
}

/// A user or a project.
#[derive(Deserialize)]
struct Who {
    id: Option<String>,
    name: Option<String>,
    domain: Option<DomainBody>,
}

#[derive(Deserialize)]
struct DomainBody {
    id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ScopeBody {
    /// `"unscoped"`, the only word there is.
    Word(String),
    Object(ScopeObject),
}

#[derive(Deserialize)]
struct ScopeObject {
    project: Option<Who>,
    unscoped: Option<Value>,
}

impl Login {
    pub(super) fn read(self) -> Result<Authenticate, Fault> {
        Ok(Authenticate {
            proof: self.auth.identity.read()?,
            scope: scope(self.auth.scope)?,
        })
    }
}

impl Identity {
    fn read(self) -> Result<Proof, Fault> {
        match self.methods.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["password"] => {
                let user = self.password.ok_or_else(|| missing("password", "identity"))?.user;
                Ok(Proof::Password {
                    user: user.who.read("user")?,
                    password: Secret::new(user.password),
                })
            }
            ["token"] => {
                let token = self.token.ok_or_else(|| missing("token", "identity"))?;
                Ok(Proof::Token(Secret::new(token.id)))
            }
            [] => Err(Fault::bad_request(
                "Invalid input for field 'identity/methods': [] is too short.",
            )),
            // As in Keystone a 401: an unknown way to log in is a failed login.
            _ => Err(Fault::unauthorized()),
        }
    }
}

impl Who {
    fn read(self, kind: &str) -> Result<Reference, Fault> {
        match (self.id, self.name) {
            (Some(id), _) => Ok(Reference::Id(id)),
            (None, Some(name)) => {
                let domain = self
                    .domain
                    .and_then(DomainBody::read)
                    .ok_or_else(|| missing("domain", kind))?;
                Ok(Reference::Name { name, domain })
            }
            (None, None) => Err(missing("id or name", kind)),
        }
    }
}

impl DomainBody {
    fn read(self) -> Option<Domain> {
        self.id.map(Domain::Id).or_else(|| self.name.map(Domain::Name))
    }
}

fn scope(scope: Option<ScopeBody>) -> Result<Scope, Fault> {
    Ok(match scope {
        None => Scope::Default,
        Some(ScopeBody::Word(word)) if word == "unscoped" => Scope::Unscoped,
        Some(ScopeBody::Word(_)) => return Err(Fault::bad_request("Invalid input for field 'scope'.")),
        Some(ScopeBody::Object(ScopeObject {
            project: Some(project),
            ..
        })) => Scope::Project(project.read("project")?),
        Some(ScopeBody::Object(ScopeObject {
            unscoped: Some(_), ..
        })) => Scope::Unscoped,
        Some(ScopeBody::Object(_)) => Scope::Elsewhere,
    })
}

fn missing(what: &str, place: &str) -> Fault {
    Fault::bad_request(format!(
        "Expecting to find {what} in {place}. The server could not comply with the request since it is either \
         malformed or otherwise incorrect. The client is assumed to be in error."
    ))
}
