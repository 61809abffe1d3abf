//! One request to Neutron: where to, with which tokens, and how often.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, IF_MATCH};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Neutron, refusal};
use crate::network::Error;
use crate::objects::{RequestContext, Secret};

const PAUSE: Duration = Duration::from_millis(500);

/// In whose name a request is made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Caller<'a> {
    /// nova-docker itself.
    Us,
    /// nova-docker itself, which will ask again anyway: a failure is told at once.
    Watch,
    /// Who asks us; ourselves when their token is gone.
    User(&'a RequestContext),
}

#[derive(Debug)]
pub(super) struct Call {
    method: Method,
    /// What comes after `/v2.0/`.
    path: String,
    query: Vec<(String, String)>,
    body: Option<Value>,
    /// Refused by Neutron when what is there has another revision by now.
    revision: Option<u64>,
}

/// What a request carries to say who asks.
struct Tokens {
    auth: Secret,
    /// Ours beside the user's.
    service: Option<Secret>,
    /// Ours, if any was sent: what to forget when it is refused.
    own: Option<Secret>,
}

enum Failure {
    Silent,
    Broken(reqwest::Error),
    Refused(StatusCode, Bytes),
}

impl Call {
    pub(super) fn get(path: impl Into<String>, query: Vec<(String, String)>) -> Self {
        Self::new(Method::GET, path.into(), query, None)
    }

    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path.into(), Vec::new(), Some(body))
    }

    pub(super) fn put(path: impl Into<String>, body: Value, revision: Option<u64>) -> Self {
        let call = Self::new(Method::PUT, path.into(), Vec::new(), Some(body));
        Self { revision, ..call }
    }

    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path.into(), Vec::new(), None)
    }

    fn new(method: Method, path: String, query: Vec<(String, String)>, body: Option<Value>) -> Self {
        Self {
            method,
            path,
            query,
            body,
            revision: None,
        }
    }
}

impl Neutron {
    pub(super) async fn ask<T: DeserializeOwned>(&self, caller: Caller<'_>, call: &Call) -> Result<T, Error> {
        let bytes = self.send(caller, call).await?;
        serde_json::from_slice(&bytes).map_err(|error| refusal::unreadable(&call.path, &error))
    }

    /// Tried again as often as configured while Neutron cannot be reached, and once when our own token turned out to have
    /// ended. What may have been done already is not asked for again.
    pub(super) async fn send(&self, caller: Caller<'_>, call: &Call) -> Result<Bytes, Error> {
        let retries = match caller {
            Caller::Watch => 0,
            Caller::Us | Caller::User(_) => self.settings.http_retries,
        };
        let mut renewed = false;
        let mut tried = 0;
        loop {
            let endpoint = self.endpoint().await?;
            let tokens = self.tokens(caller).await?;
            let failure = match self.once(&endpoint, caller, call, &tokens).await {
                Ok(bytes) => return Ok(bytes),
                Err(failure) => failure,
            };
            if let (Failure::Refused(StatusCode::UNAUTHORIZED, _), Some(own), false) =
                (&failure, &tokens.own, renewed)
            {
                self.session.reject(own).await;
                renewed = true;
            } else if tried < retries && failure.is_worth_another_try(call) {
                tried += 1;
                tracing::warn!(url = endpoint, tried, "Neutron cannot be reached; trying again");
                tokio::time::sleep(PAUSE * tried).await;
            } else {
                return Err(self.error(endpoint, failure));
            }
        }
    }

    async fn once(
        &self,
        endpoint: &str,
        caller: Caller<'_>,
        call: &Call,
        tokens: &Tokens,
    ) -> Result<Bytes, Failure> {
        let request = self
            .client
            .request(call.method.clone(), format!("{endpoint}/v2.0/{}", call.path))
            .query(&call.query);
        let request = signed(request, caller, call, tokens);
        let answered = async {
            let answer = request.send().await.map_err(Failure::Broken)?;
            let status = answer.status();
            let bytes = answer.bytes().await.map_err(Failure::Broken)?;
            match status.is_success() {
                true => Ok(bytes),
                false => Err(Failure::Refused(status, bytes)),
            }
        };
        let answered = tokio::time::timeout(self.settings.timeout, answered).await;
        answered.unwrap_or(Err(Failure::Silent))
    }

    fn error(&self, url: String, failure: Failure) -> Error {
        let reason = match failure {
            Failure::Refused(status, body) => return refusal::error(status, &body),
            Failure::Silent => format!("nothing within {} s", self.settings.timeout.as_secs_f64()),
            Failure::Broken(error) => refusal::broken(&error.without_url()),
        };
        Error::Unreachable { url, reason }
    }

    /// Without the version.
    async fn endpoint(&self) -> Result<String, Error> {
        let url = match &self.settings.endpoint {
            Some(url) => url.clone(),
            None => {
                let interfaces: Vec<&str> = self.settings.interfaces.iter().map(String::as_str).collect();
                let region = self.settings.region.as_deref();
                self.session.endpoint("network", &interfaces, region).await?
            }
        };
        let url = url.trim_end_matches('/');
        let url = url.strip_suffix("/v2.0").unwrap_or(url);
        Ok(url.trim_end_matches('/').to_owned())
    }

    async fn tokens(&self, caller: Caller<'_>) -> Result<Tokens, Error> {
        let Caller::User(RequestContext {
            token: Some(user), ..
        }) = caller
        else {
            let own = self.session.token().await?;
            return Ok(Tokens {
                auth: own.clone(),
                service: None,
                own: Some(own),
            });
        };
        let own = match self.settings.send_service_user_token {
            true => Some(self.session.token().await?),
            false => None,
        };
        Ok(Tokens {
            auth: user.clone(),
            service: own.clone(),
            own,
        })
    }
}

impl Failure {
    /// Not answered at all, or by a proxy whose Neutron is away; what makes something new only when it cannot have arrived.
    fn is_worth_another_try(&self, call: &Call) -> bool {
        match self {
            Self::Refused(status, _) => *status == StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(error) => error.is_connect() || call.method != Method::POST,
            Self::Silent => false,
        }
    }
}

fn signed(request: RequestBuilder, caller: Caller<'_>, call: &Call, tokens: &Tokens) -> RequestBuilder {
    let mut request = request
        .header(ACCEPT, "application/json")
        .header("X-Auth-Token", tokens.auth.expose());
    if let Some(service) = &tokens.service {
        request = request.header("X-Service-Token", service.expose());
    }
    if let Caller::User(context) = caller {
        let id = context.global_request_id.as_ref().unwrap_or(&context.request_id);
        request = request.header("X-Openstack-Request-Id", id.as_str());
    }
    if let Some(revision) = call.revision {
        request = request.header(IF_MATCH, format!("revision_number={revision}"));
    }
    match &call.body {
        Some(body) => request.json(body),
        None => request,
    }
}
