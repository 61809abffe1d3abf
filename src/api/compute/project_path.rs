//! `/v2.1/{project_id}/servers` is `/v2.1/servers`, once the project is the caller's own; `/v2` is `/v2.1` without microversions.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Uri;
use http::uri::PathAndQuery;
use tower::Service;

use crate::api::Fault;
use crate::api::links::split_project;
use crate::api::microversion::ask_for_none;
use crate::objects::RequestContext;

/// The project that stood in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
struct InPath(String);

/// Takes the project out of the path before routes are looked up, and leaves it in the request's extensions. Links are made
/// from the path as it came.
#[derive(Debug, Clone)]
pub(super) struct Undo(Router);

impl Undo {
    pub(super) fn new(router: Router) -> Self {
        Self(router)
    }
}

impl Service<Request> for Undo {
    type Response = Response;
    type Error = Infallible;
    type Future = <Router as Service<Request>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.0, cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if let Some(Plain { uri, project, is_old }) = plain(request.uri()) {
            let asked = std::mem::replace(request.uri_mut(), uri);
            request.extensions_mut().insert(OriginalUri(asked));
            if let Some(project) = project {
                request.extensions_mut().insert(InPath(project));
            }
            if is_old {
                ask_for_none(request.headers_mut());
            }
        }
        self.0.call(request)
    }
}

/// A path as the routes know it.
#[derive(Debug)]
struct Plain {
    uri: Uri,
    project: Option<String>,
    /// Asked for below `/v2`.
    is_old: bool,
}

/// Nothing of a path that is plain already.
fn plain(uri: &Uri) -> Option<Plain> {
    let (after, is_old) = match uri.path().strip_prefix("/v2.1") {
        Some(after) => (after, false),
        None => (uri.path().strip_prefix("/v2")?, true),
    };
    if !after.starts_with('/') {
        return None;
    }
    let (project, resource) = match split_project(after) {
        ("", _) | (_, "") => (None, after),
        (project, resource) => (Some(project[1..].to_owned()), resource),
    };
    // The version's own document is not the newer one's.
    let is_elsewhere = project.is_some() || (is_old && resource != "/");
    is_elsewhere.then_some(())?;
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = PathAndQuery::try_from(format!("/v2.1{resource}{query}")).ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path);
    Some(Plain {
        uri: Uri::from_parts(parts).ok()?,
        project,
        is_old,
    })
}

/// Middleware behind authentication: the project in the path is the caller's.
pub(super) async fn must_match(context: RequestContext, request: Request, next: Next) -> Response {
    match request.extensions().get::<InPath>() {
        Some(InPath(project)) if project != context.project_id.as_str() => Fault::bad_request(format!(
            "Malformed request URL: URL's project_id '{project}' doesn't match Context's project_id '{}'",
            context.project_id
        ))
        .into_response(),
        _ => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_project_and_the_old_version_are_taken_out() {
        let undone = |path: &'static str| {
            plain(&Uri::from_static(path)).map(|plain| (plain.uri.to_string(), plain.project, plain.is_old))
        };
        let project = Some("0a1b".to_owned());
        assert_eq!(
            undone("/v2.1/0a1b/servers?limit=1"),
            Some(("/v2.1/servers?limit=1".to_owned(), project.clone(), false))
        );
        assert_eq!(
            undone("/v2/0a1b/servers?limit=1"),
            Some(("/v2.1/servers?limit=1".to_owned(), project, true))
        );
        assert_eq!(
            undone("/v2/servers/0a1b"),
            Some(("/v2.1/servers/0a1b".to_owned(), None, true))
        );
        assert_eq!(undone("/v2/"), None);
        assert_eq!(undone("/v2"), None);
        assert_eq!(undone("/versions"), None);
        assert_eq!(undone("/v2.1/servers/0a1b"), None);
        assert_eq!(undone("/v2.1/flavors"), None);
        assert_eq!(undone("/v2.1/"), None);
    }
}
