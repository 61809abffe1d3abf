//! The door of the standalone identity service: what clients of one machine need of Keystone's API v3.

mod assignments;
mod body;
mod caller;
mod catalog;
mod domains;
mod fault;
mod login;
mod page;
mod projects;
mod roles;
mod tokens;
mod users;
mod versions;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{delete, get, post, put};

use super::leftover::take_the_rest;
use crate::identity::{Catalog, Local};
use crate::objects::World;
use fault::Fault;

/// As oslo's `sizelimit` has it.
const LONGEST_BODY: usize = 114_688;

/// What every handler may use.
#[derive(Debug, Clone)]
struct Door {
    local: Local,
    catalog: Arc<Catalog>,
    world: Arc<dyn World>,
}

/// Everything under `/`, with request ids and errors as Keystone has them.
pub fn router(local: Local, catalog: Catalog, world: Arc<dyn World>) -> Router {
    let door = Door {
        local,
        catalog: Arc::new(catalog),
        world,
    };
    Router::new()
        .route("/", get(versions::list))
        .route("/healthcheck", get(|| async { "OK" }))
        .merge(logins())
        .merge(people())
        .merge(places())
        .fallback(|| async { Fault::not_found("The resource could not be found.") })
        .method_not_allowed_fallback(|| async { Fault::bad_method() })
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(middleware::from_fn(take_the_rest))
        .layer(middleware::from_fn_with_state(door.clone(), label))
        .with_state(door)
}

fn logins() -> Router<Door> {
    let tokens = get(tokens::show).post(tokens::create).delete(tokens::revoke);
    Router::new()
        .route("/v3", get(versions::show))
        .route("/v3/", get(versions::show))
        .route("/v3/auth/tokens", tokens)
        .route("/v3/auth/catalog", get(catalog::own))
        .route("/v3/auth/projects", get(projects::own))
        .route("/v3/auth/domains", get(domains::own))
        .route("/v3/auth/system", get(domains::own_system))
}

fn people() -> Router<Door> {
    let role = put(assignments::grant)
        .get(assignments::check)
        .delete(assignments::revoke);
    Router::new()
        .route("/v3/users", get(users::list).post(users::create))
        .route(
            "/v3/users/{id}",
            get(users::show).patch(users::update).delete(users::delete),
        )
        .route("/v3/users/{id}/password", post(users::change_password))
        .route("/v3/users/{id}/projects", get(projects::of_user))
        .route("/v3/projects", get(projects::list).post(projects::create))
        .route("/v3/projects/{id}", get(projects::show).patch(projects::update))
        .route("/v3/projects/{id}", delete(projects::delete))
        .route(
            "/v3/projects/{project}/users/{user}/roles",
            get(assignments::between),
        )
        .route("/v3/projects/{project}/users/{user}/roles/{role}", role)
        .route("/v3/role_assignments", get(assignments::list))
        .route("/v3/roles", get(roles::list))
        .route("/v3/roles/{id}", get(roles::show))
        .route("/v3/domains", get(domains::list))
        .route("/v3/domains/{id}", get(domains::show))
}

fn places() -> Router<Door> {
    Router::new()
        .route("/v3/services", get(catalog::services))
        .route("/v3/services/{id}", get(catalog::service))
        .route("/v3/endpoints", get(catalog::endpoints))
        .route("/v3/endpoints/{id}", get(catalog::endpoint))
        .route("/v3/regions", get(catalog::regions))
        .route("/v3/regions/{id}", get(catalog::region))
}

/// Every answer names its request, and says what it depended on.
async fn label(State(door): State<Door>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("X-Auth-Token"));
    if let Ok(id) = HeaderValue::from_str(&format!("req-{}", door.world.uuid())) {
        headers.insert("x-openstack-request-id", id);
    }
    if response.status() == 401
        && let Ok(uri) = HeaderValue::from_str(&format!("Keystone uri=\"{}\"", door.uri()))
    {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, uri);
    }
    response
}

impl Door {
    fn uri(&self) -> &str {
        use crate::identity::Validate;
        self.local.uri()
    }
}
