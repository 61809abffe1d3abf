//! The Compute API v2.1: its routes, and what all of its handlers share.

mod aggregates;
mod availability_zones;
mod baremetal_nodes;
mod console_auth_tokens;
mod extensions;
mod external_events;
mod flavors;
mod gone;
mod hosts;
mod hypervisors;
mod ids;
mod images;
mod keypairs;
mod limits;
mod migrations;
mod project_path;
mod proxies;
mod quota_class_sets;
mod quota_sets;
mod reference;
mod server_groups;
mod servers;
mod services;
mod tenant_usage;
mod text;
mod time;
mod usage_audit_log;
mod versions;
mod volumes;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::any_service;
use axum::{Extension, Router};
use http::{HeaderMap, Method};
use serde_json::Value;

use super::console;
use super::context::authenticate;
use super::healthcheck::{Check, HealthSettings};
use super::links::LinkSettings;
use super::policy::{Policy, judged};
use super::request::refuse_unread;
use super::route::{NOTHING, Routes, get};
use super::{RequestIds, openapi, with_compute_layers};
use crate::compute::Compute;
use crate::identity::Validate;
use crate::objects::World;

/// What every handler of this door holds.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    compute: Compute,
    /// `[api] max_limit`: the longest page.
    max_limit: usize,
    health: Arc<HealthSettings>,
    consoles: Arc<console::Settings>,
}

/// What the door is built of.
#[derive(Debug)]
pub struct Parts {
    pub compute: Compute,
    pub identity: Arc<dyn Validate>,
    pub policy: Arc<Policy>,
    pub world: Arc<dyn World>,
    pub links: LinkSettings,
    pub consoles: Arc<console::Settings>,
    pub max_limit: usize,
    /// Bytes; a longer body is answered 413.
    pub max_body: usize,
    pub health: HealthSettings,
}

/// The whole service of one port.
pub fn router(parts: Parts) -> Router {
    let judges = (parts.policy, parts.compute.clone());
    let door = Door {
        compute: parts.compute,
        max_limit: parts.max_limit,
        health: parts.health.into(),
        consoles: parts.consoles,
    };
    let resources = resources()
        .into_router()
        .layer(from_fn(refuse_unread))
        .layer(from_fn(project_path::must_match))
        .layer(from_fn_with_state(judges, judged))
        .layer(from_fn_with_state(parts.identity, authenticate));
    let routes = service()
        .into_router()
        .nest(VERSION, resources)
        .layer(DefaultBodyLimit::max(parts.max_body))
        .with_state(door);
    let service =
        with_compute_layers(routes, RequestIds::of_compute(parts.world)).layer(Extension(parts.links));
    Router::new().fallback_service(any_service(project_path::Undo::new(service)))
}

/// What the resources are below.
const VERSION: &str = "/v2.1";

/// What a token is needed for.
fn resources() -> Routes<Door> {
    Routes::new()
        .merge(aggregates::routes())
        .merge(availability_zones::routes())
        .merge(baremetal_nodes::routes())
        .merge(console_auth_tokens::routes())
        .merge(extensions::routes())
        .merge(external_events::routes())
        .merge(flavors::routes())
        .merge(gone::routes())
        .merge(hosts::routes())
        .merge(hypervisors::routes())
        .merge(images::routes())
        .merge(keypairs::routes())
        .merge(limits::routes())
        .merge(migrations::routes())
        .merge(proxies::routes())
        .merge(quota_class_sets::routes())
        .merge(quota_sets::routes())
        .merge(server_groups::routes())
        .merge(servers::routes())
        .merge(services::routes())
        .merge(tenant_usage::routes())
        .merge(usage_audit_log::routes())
        .merge(volumes::routes())
}

/// What anybody may ask the service about itself.
fn service() -> Routes<Door> {
    Routes::new()
        .merge(versions::routes())
        .merge(reference::routes())
        .route(
            "/healthcheck",
            get(healthcheck).answers(200, NOTHING).answers(503, NOTHING),
        )
}

/// The document that describes this API.
pub fn document() -> Value {
    let mut operations = service().into_operations();
    let resources = resources().into_operations().into_iter();
    operations.extend(resources.map(|operation| operation.below(VERSION)));
    openapi::document(&operations)
}

/// Well when servers can be made; load balancers ask.
async fn healthcheck(State(door): State<Door>, method: Method, headers: HeaderMap) -> Response {
    let trouble = match door.compute.is_ready().await {
        true => None,
        false => Some("The Docker engine does not answer."),
    };
    let engine = Check {
        class: "DockerEngine",
        trouble,
    };
    door.health.answer(&method, &headers, &[engine])
}
