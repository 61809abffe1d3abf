//! One request to Glance: where to, with which tokens, and how often.

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Body, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::{Glance, answer};
use crate::image::Error;
use crate::objects::{ImageId, RequestContext, Secret};

/// How Glance wants changes to be called.
const PATCHES: &str = "application/openstack-images-v2.1-json-patch";

const PAUSE: Duration = Duration::from_secs(1);

/// What a request carries to say who asks.
struct Tokens {
    auth: Secret,
    /// Ours beside the user's.
    service: Option<Secret>,
    /// Ours, if any was sent: what to forget when it is refused.
    own: Option<Secret>,
}

impl Glance {
    /// A request without data, tried again as often as configured while Glance cannot be reached, and once when our
    /// own token turned out to have ended.
    pub(super) async fn ask(
        &self,
        context: &RequestContext,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Response, Error> {
        let endpoints = self.endpoints().await?;
        let mut renewed = false;
        let mut tried = 0;
        loop {
            let endpoint = &endpoints[tried as usize % endpoints.len()];
            let tokens = self.tokens(context).await?;
            let mut request = self
                .client
                .request(method.clone(), format!("{endpoint}/v2/{path}"));
            if method == Method::PATCH {
                request = request.header(CONTENT_TYPE, PATCHES);
            }
            if let Some(body) = &body {
                request = request.json(body);
            }
            let answer = signed(request, context, &tokens).send().await;
            if let (Ok(refused), Some(own), false) = (&answer, &tokens.own, renewed)
                && refused.status() == StatusCode::UNAUTHORIZED
            {
                self.session.reject(own).await;
                renewed = true;
                continue;
            }
            if tried < self.settings.num_retries && worth_another_try(&answer) {
                tried += 1;
                tracing::warn!(url = endpoint, tried, "Glance did not answer; trying again");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            return judged(endpoint, answer, path).await;
        }
    }

    /// Sends the data of an image, once.
    pub(super) async fn send_data(
        &self,
        context: &RequestContext,
        id: ImageId,
        data: Body,
    ) -> Result<(), Error> {
        let endpoints = self.endpoints().await?;
        let endpoint = &endpoints[0];
        let tokens = self.tokens(context).await?;
        let request = self.uploads.put(format!("{endpoint}/v2/images/{id}/file"));
        let request = request
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(data);
        let answer = signed(request, context, &tokens).send().await;
        judged(endpoint, answer, &format!("images/{id}")).await?;
        Ok(())
    }

    /// At least one, without the version.
    pub(super) async fn endpoints(&self) -> Result<Vec<String>, Error> {
        let bare = |url: &String| {
            let url = url.trim_end_matches('/');
            url.strip_suffix("/v2")
                .unwrap_or(url)
                .trim_end_matches('/')
                .to_owned()
        };
        if !self.settings.endpoints.is_empty() {
            return Ok(self.settings.endpoints.iter().map(bare).collect());
        }
        let interfaces: Vec<&str> = self.settings.interfaces.iter().map(String::as_str).collect();
        let region = self.settings.region.as_deref();
        Ok(vec![bare(
            &self.session.endpoint("image", &interfaces, region).await?,
        )])
    }

    async fn tokens(&self, context: &RequestContext) -> Result<Tokens, Error> {
        let Some(user) = &context.token else {
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

fn signed(request: RequestBuilder, context: &RequestContext, tokens: &Tokens) -> RequestBuilder {
    let id = context.global_request_id.as_ref().unwrap_or(&context.request_id);
    let request = request
        .header(ACCEPT, "application/json, application/octet-stream")
        .header("X-Auth-Token", tokens.auth.expose())
        .header("X-Openstack-Request-Id", id.as_str());
    match &tokens.service {
        Some(service) => request.header("X-Service-Token", service.expose()),
        None => request,
    }
}

fn worth_another_try(answer: &Result<Response, reqwest::Error>) -> bool {
    match answer {
        Ok(answer) => answer.status() == StatusCode::SERVICE_UNAVAILABLE,
        Err(error) => error.is_connect(),
    }
}

/// `path` names the image in question.
async fn judged(
    endpoint: &str,
    answer: Result<Response, reqwest::Error>,
    path: &str,
) -> Result<Response, Error> {
    let answer = answer.map_err(|source| Error::Unreachable {
        url: endpoint.to_owned(),
        source: source.without_url(),
    })?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let message = answer::message(answer).await;
    let id = path
        .trim_start_matches("images/")
        .trim_end_matches("/file")
        .to_owned();
    Err(match status {
        StatusCode::NOT_FOUND => Error::NotFound(id),
        StatusCode::FORBIDDEN => Error::Forbidden(message),
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Error::Invalid(message),
        StatusCode::CONFLICT => Error::Conflict(message),
        status => Error::Refused {
            status: status.as_u16(),
            message,
        },
    })
}
