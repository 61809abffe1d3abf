//! Our own login at a Keystone: the service token, and where the catalog says the other services are.

mod answer;
mod catalog;

#[cfg(test)]
pub(super) mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::redirect::Policy;
use reqwest::{Certificate, RequestBuilder, Response, StatusCode};
use serde_json::json;
use tokio::sync::Mutex;

use super::{Domain, Error};
use crate::objects::{Secret, World};

pub(super) use answer::read;
use catalog::Remote;

/// How long to try to connect, and how long any service may pause in the middle of an answer.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(60);
/// Keystone's answers are small: one that takes longer than this will not come.
const ANSWER: Duration = Duration::from_secs(30);
/// A token is renewed this long before it ends, so that what it was sent with still finds it valid.
const EARLY: SignedDuration = SignedDuration::from_secs(60);
/// How often an endpoint that is missing may be looked for in a new catalog.
const CATALOG_AGE: SignedDuration = SignedDuration::from_secs(10);

/// Who we are to the Keystone of the cloud we are in.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// With or without `/v3`.
    pub auth_url: String,
    pub username: String,
    pub password: Secret,
    pub user_domain: Domain,
    pub project_name: String,
    pub project_domain: Domain,
    pub trust: Trust,
}

/// Whose certificates to believe.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// PEM certificates to trust instead of the system's.
    pub cafile: Option<PathBuf>,
    /// Trust any certificate.
    pub insecure: bool,
}

/// Logged in when first needed, and again when the token ends; clones are the same session.
#[derive(Debug, Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    client: reqwest::Client,
    /// Ends in `/v3`.
    url: String,
    credentials: Credentials,
    world: Arc<dyn World>,
    grant: Mutex<Option<Grant>>,
}

/// What one login gave.
#[derive(Debug, Clone)]
struct Grant {
    token: Secret,
    since: Timestamp,
    expires_at: Timestamp,
    catalog: Arc<Vec<Remote>>,
}

impl Session {
    /// Reads the certificates, but asks nobody yet.
    pub fn new(credentials: Credentials, world: Arc<dyn World>) -> Result<Self, Error> {
        let failed =
            |error: reqwest::Error| Error::Setting(format!("the client of the cloud's services: {error}"));
        let client = credentials
            .trust
            .client()?
            .read_timeout(SILENCE)
            .redirect(Policy::none());
        let client = client.build().map_err(failed)?;
        let url = v3(&credentials.auth_url);
        let inner = Inner {
            client,
            url,
            credentials,
            world,
            grant: Mutex::new(None),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// For requests to any service of the cloud: it trusts what was configured, and gives up on silence only, so
    /// it is good for images too.
    pub fn client(&self) -> &reqwest::Client {
        &self.inner.client
    }

    /// The identity service itself, with its `/v3`.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    pub async fn token(&self) -> Result<Secret, Error> {
        Ok(self.grant().await?.token)
    }

    /// To be called when a service said 401 to `token`: the next `token()` is another one.
    pub async fn reject(&self, token: &Secret) {
        let mut grant = self.inner.grant.lock().await;
        grant.take_if(|grant| grant.token == *token);
    }

    /// Where `service` (`image`, `network`, ...) is, by the first of `interfaces` that the catalog has in `region`.
    pub async fn endpoint(
        &self,
        service: &str,
        interfaces: &[&str],
        region: Option<&str>,
    ) -> Result<String, Error> {
        let grant = self.grant().await?;
        if let Some(url) = catalog::find(&grant.catalog, service, interfaces, region) {
            return Ok(url);
        }
        // It may have been registered since we logged in.
        if self.inner.world.now().duration_since(grant.since) > CATALOG_AGE {
            self.reject(&grant.token).await;
        }
        let grant = self.grant().await?;
        catalog::find(&grant.catalog, service, interfaces, region).ok_or_else(|| Error::NoEndpoint {
            service: service.to_owned(),
            region: region.map(str::to_owned),
        })
    }

    /// Sends one request to Keystone itself.
    pub(super) async fn ask(&self, request: RequestBuilder) -> Result<Response, Error> {
        request
            .timeout(ANSWER)
            .send()
            .await
            .map_err(|source| self.unreachable(source))
    }

    pub(super) fn unreachable(&self, source: reqwest::Error) -> Error {
        Error::Unreachable {
            url: self.inner.url.clone(),
            source: source.without_url(),
        }
    }

    /// One login at a time: who comes meanwhile waits for its result.
    async fn grant(&self) -> Result<Grant, Error> {
        let mut current = self.inner.grant.lock().await;
        let now = self.inner.world.now();
        if let Some(grant) = current.as_ref().filter(|grant| now < grant.expires_at - EARLY) {
            return Ok(grant.clone());
        }
        let grant = self.log_in(now).await?;
        *current = Some(grant.clone());
        Ok(grant)
    }

    async fn log_in(&self, now: Timestamp) -> Result<Grant, Error> {
        let url = format!("{}/auth/tokens", self.inner.url);
        let answer = self
            .ask(self.inner.client.post(&url).json(&self.inner.credentials.login()))
            .await?;
        if answer.status() != StatusCode::CREATED {
            return Err(Error::Refused {
                url,
                status: answer.status().as_u16(),
            });
        }
        let token = answer
            .headers()
            .get("x-subject-token")
            .and_then(|value| value.to_str().ok());
        let token = token.map(Secret::new).ok_or_else(|| Error::Nonsense {
            url,
            reason: "it has no X-Subject-Token".to_owned(),
        })?;
        let body = read(self, answer).await?;
        Ok(Grant {
            token,
            since: now,
            expires_at: body.token.expires_at,
            catalog: Arc::new(body.token.catalog),
        })
    }
}

impl Credentials {
    fn login(&self) -> serde_json::Value {
        json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": self.username,
                "domain": domain(&self.user_domain),
                "password": self.password.expose(),
            }}},
            "scope": {"project": {"name": self.project_name, "domain": domain(&self.project_domain)}},
        }})
    }
}

fn domain(domain: &Domain) -> serde_json::Value {
    match domain {
        Domain::Id(id) => json!({"id": id}),
        Domain::Name(name) => json!({"name": name}),
    }
}

impl Trust {
    /// Of a service of the cloud; it waits for answers as long as its user says.
    pub(crate) fn client(&self) -> Result<reqwest::ClientBuilder, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("nova-docker/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT);
        if let Some(path) = &self.cafile {
            let failed = |reason: String| Error::Setting(format!("cafile {}: {reason}", path.display()));
            let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
            let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            if certificates.is_empty() {
                return Err(failed("no PEM certificates".to_owned()));
            }
            builder = builder.tls_certs_only(certificates);
        }
        Ok(builder.tls_danger_accept_invalid_certs(self.insecure))
    }
}

/// Operators write the address of the service, of its version, or of a version that is gone.
fn v3(auth_url: &str) -> String {
    let url = auth_url.trim_end_matches('/');
    let root = url
        .strip_suffix("/v3")
        .or_else(|| url.strip_suffix("/v2.0"))
        .unwrap_or(url);
    format!("{root}/v3")
}
