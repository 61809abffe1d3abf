//! Who calls: the token in the request, asked of the identity service.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use http::request::Parts;

use super::error::of_identity;
use crate::api::RequestIdentity;
use crate::identity::{self, Validate};
use crate::objects::{ProjectId, RequestContext, Secret, UserId};

/// A handler that takes one is only reached with a valid token for a project.
#[derive(Debug)]
pub(super) struct Caller(pub(super) RequestContext);

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Arc<dyn Validate>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let identity = Arc::<dyn Validate>::from_ref(state);
        let ids = <RequestIdentity as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        match context(parts, identity.as_ref(), ids).await {
            Ok(context) => Ok(Self(context)),
            Err(identity::Error::Unauthorized) => Err(unauthorized(identity.uri())),
            Err(error) => Err(of_identity(&error).into_response()),
        }
    }
}

async fn context(
    parts: &Parts,
    identity: &dyn Validate,
    ids: RequestIdentity,
) -> Result<RequestContext, identity::Error> {
    let token = parts
        .headers
        .get("x-auth-token")
        .and_then(|token| token.to_str().ok());
    let token = token.ok_or(identity::Error::Unauthorized)?;
    let valid = identity.validate(token).await?;
    let project = valid.project.as_ref().ok_or(identity::Error::Unauthorized)?;
    Ok(RequestContext {
        request_id: ids.local,
        global_request_id: ids.global,
        user_id: UserId(valid.user.id.clone()),
        project_id: ProjectId(project.id.clone()),
        roles: valid.roles.clone(),
        token: Some(Secret::new(token)),
    })
}

fn unauthorized(uri: &str) -> Response {
    let mut response = of_identity(&identity::Error::Unauthorized).into_response();
    let challenge = HeaderValue::from_str(&format!("Keystone uri=\"{uri}\""));
    response
        .headers_mut()
        .extend(challenge.ok().map(|challenge| (WWW_AUTHENTICATE, challenge)));
    response
}
