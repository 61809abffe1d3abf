//! Who asks: a token becomes the context of the request, or the request ends here.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::{Fault, RequestIdentity};
use crate::identity::{Error, ValidToken, Validate};
use crate::objects::{ProjectId, RequestContext, RequestId, Secret, UserId};

/// Middleware of every service but identity: behind it, every request has a [`RequestContext`].
pub async fn authenticate(
    State(identity): State<Arc<dyn Validate>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(secret) = token(request.headers()) else {
        return unauthorized(identity.uri());
    };
    let vouched = match service_token(request.headers()) {
        None => Ok(false),
        Some(secret) => vouches(identity.as_ref(), &secret).await.map(|()| true),
    };
    let valid = match vouched {
        Ok(true) => identity.validate_expired(secret.expose()).await,
        Ok(false) => identity.validate(secret.expose()).await,
        Err(error) => Err(error),
    };
    match valid {
        Ok(token) => match context(&token, secret, request.extensions().get()) {
            Some(context) => {
                let span = tracing::Span::current();
                span.record("user_id", context.user_id.as_str());
                span.record("project_id", context.project_id.as_str());
                request.extensions_mut().insert(context);
                next.run(request).await
            }
            None => Fault::forbidden("The token has no project: ask for one that is scoped to a project.")
                .into_response(),
        },
        Err(Error::Unauthorized) => unauthorized(identity.uri()),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "a token could not be validated");
            let message = "The Keystone service is temporarily unavailable.";
            Fault::new(StatusCode::SERVICE_UNAVAILABLE, message).into_response()
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let message = "The request you have made requires authentication.";
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Fault::unauthorized(message))
    }
}

/// Whether a service stands behind the caller; one that may not is refused with them.
async fn vouches(identity: &dyn Validate, secret: &Secret) -> Result<(), Error> {
    let token = identity.validate(secret.expose()).await?;
    match identity.is_service(&token) {
        true => Ok(()),
        false => Err(Error::Unauthorized),
    }
}

/// `X-Storage-Token` is what older clients send; keystonemiddleware takes both.
fn token(headers: &HeaderMap) -> Option<Secret> {
    secret(headers, "x-auth-token").or_else(|| secret(headers, "x-storage-token"))
}

fn service_token(headers: &HeaderMap) -> Option<Secret> {
    secret(headers, "x-service-token")
}

fn secret(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let value = headers.get(name)?;
    value
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
        .map(Secret::new)
}

fn context(token: &ValidToken, secret: Secret, identity: Option<&RequestIdentity>) -> Option<RequestContext> {
    let project = token.project.as_ref()?;
    Some(RequestContext {
        judge: None,
        request_id: identity.map_or_else(|| RequestId::from("-"), |identity| identity.local.clone()),
        global_request_id: identity.and_then(|identity| identity.global.clone()),
        user_id: UserId(token.user.id.clone()),
        project_id: ProjectId(project.id.clone()),
        roles: token.roles.clone(),
        token: Some(secret),
    })
}

/// The schema of what [`authenticate`] says to those whom it does not know.
pub(super) fn described() -> Value {
    let told = json!({
        "type": "object",
        "properties": {"code": {"type": "integer"}, "title": {"type": "string"}, "message": {"type": "string"}},
        "required": ["code", "title", "message"],
        "additionalProperties": false,
    });
    json!({"type": "object", "properties": {"error": told}, "required": ["error"], "additionalProperties": false})
}

fn unauthorized(uri: &str) -> Response {
    let body = r#"{"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires authentication."}}"#;
    let headers = [
        (WWW_AUTHENTICATE, format!("Keystone uri=\"{uri}\"")),
        (CONTENT_TYPE, "application/json".to_owned()),
    ];
    (StatusCode::UNAUTHORIZED, headers, body).into_response()
}
