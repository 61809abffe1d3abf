//! The network API of a cloud of one machine: as much of Neutron's v2.0 as its clients use.
//!
//! A resource is a table of attributes and three functions of `network::local`; everything else - reading bodies, filters,
//! pages, fields, tags - is the same for all of them. A new one is a file in `resources/` and a line in `resources::resources`.

mod attribute;
mod body;
mod checks;
mod extensions;
mod fault;
mod listing;
mod others;
mod paging;
mod quotas;
mod resource;
mod resources;
mod tags;
#[cfg(test)]
mod tests;
mod versions;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;

use super::context::authenticate;
use super::{RequestIds, with_shared_layers};
use crate::identity::Validate;
use crate::network::local::LocalNetworks;
use fault::Fault;

/// What the service is made of.
#[derive(Debug)]
pub struct Parts {
    pub networks: LocalNetworks,
    pub identity: Arc<dyn Validate>,
    pub ids: RequestIds,
    /// Its one availability zone, as compute has it.
    pub zone: String,
}

/// What every handler may use.
#[derive(Debug, Clone)]
struct Door {
    networks: LocalNetworks,
    zone: Arc<str>,
}

/// Every path of the service, with the layers that all services share around them.
pub fn router(parts: Parts) -> Router {
    let door = Door {
        networks: parts.networks,
        zone: parts.zone.into(),
    };
    let routes = Router::new()
        .route("/", get(versions::list))
        .route("/healthcheck", get(|| async { "OK" }))
        .merge(behind_a_token().route_layer(from_fn_with_state(parts.identity, authenticate)))
        .fallback(fault::no_such_path)
        .method_not_allowed_fallback(fault::no_such_method);
    with_shared_layers(routes.with_state(door), parts.ids, || {
        Fault::unexpected().into_response()
    })
}

fn behind_a_token() -> Router<Door> {
    Router::new()
        .route("/v2.0", get(versions::show))
        .route("/v2.0/", get(versions::show))
        .route("/v2.0/extensions", get(extensions::list))
        .route("/v2.0/extensions/{alias}", get(extensions::show))
        .merge(others::routes())
        .merge(quotas::routes())
        .merge(resources::routes())
}
