//! The HTTP doors of the cloud, and the machinery they share.
//!
//! A resource is tables and adapters. No handler compares versions: rows, routes and actions carry their ranges.
//!
//! ```
//! use axum::Router;
//! use nova_docker::api::route::{Routes, get, post};
//! use nova_docker::api::request::{Ignored, OrNull};
//! use nova_docker::api::{Action, At, Body, Fault, Limit, Link, Links, Microversion, Query, RequestIds, Under, Within, page};
//! use nova_docker::{actions, query, request, shows, span, view};
//!
//! view! { pub struct Summary { id: String, links: [Link; 2] } }
//! view! { pub struct Detail { name: String, locked: bool = 2.9.., description: Option<String> = 2.19.. } }
//! view! { pub struct Attributes { hostname as "OS-EXT-SRV-ATTR:hostname": String = 2.3.. } }
//! request! {
//!     /// The `server` of `PUT /servers/{id}`.
//!     pub struct Update in "server" { name: Option<String>, description: Option<OrNull<String>> = 2.19.. }
//! }
//! request! { pub struct Reboot { kind as "type": String } }
//! query! { pub struct Listing { limit: Option<Limit>, marker: Option<String>, sort_key: Vec<String>, .. = ..2.75 } }
//! actions! {
//!     pub struct ServerActions on String { "os-start" => start, "reboot" => reboot, "addFloatingIp" => start = ..2.44 }
//! }
//!
//! async fn start(_id: String, _: Ignored) -> Result<http::StatusCode, Fault> { Ok(http::StatusCode::ACCEPTED) }
//! async fn reboot(id: String, how: Reboot) -> Result<http::StatusCode, Fault> {
//!     Err(Fault::conflict(format!("Cannot 'reboot' instance {id} while it is in task_state {}", how.kind)))
//! }
//! async fn list(at: Microversion, links: Links, Query(asked): Query<Listing>) -> Result<At<impl nova_docker::api::Shown>, Fault> {
//!     let all = ["a", "b", "c"];
//!     let page = page(&all, asked.limit, asked.marker.as_deref(), 1000, |id, marker| *id == marker)?;
//!     let servers: Vec<_> = page.items.iter().map(|id| Summary { id: (*id).into(), links: links.to("servers", id) }).collect();
//!     let next = page.last_if_full().map(|id| Under("servers_links", [links.next(id)]));
//!     Ok(At(at, (Under("servers", servers), next)))
//! }
//! async fn update(at: Microversion, Body(new): Body<Update>) -> At<Under<(Detail, Option<Attributes>)>> {
//!     let description = new.description.and_then(|description| description.0);
//!     let detail = Detail { name: new.name.unwrap_or_default(), locked: false, description };
//!     let for_admins = true.then(|| Attributes { hostname: "a".into() });
//!     At(at, Under("server", (detail, for_admins)))
//! }
//! async fn act(id: axum::extract::Path<String>, action: Action) -> Result<axum::response::Response, Fault> {
//!     ServerActions::dispatch(id.0, action).await
//! }
//! fn routes(ids: RequestIds) -> Router {
//!     let all = shows!("servers": Vec<Summary>, "servers_links": Option<[Link; 1]>);
//!     let routes = Routes::new()
//!         .route("/v2.1/servers", get(list).answers(200, all))
//!         .route("/v2.1/servers/{id}", get(list).put(update).answers(200, shows!("server": (Detail, Option<Attributes>))))
//!         .route("/v2.1/servers/{id}/tags", get(list).within(span!(2.26..)))
//!         .route("/v2.1/servers/{id}/action", post(act).does::<ServerActions>().answers(202, None));
//!     nova_docker::api::with_compute_layers(routes.into_router(), ids)
//! }
//! ```
//!
//! Value types with rules of their own (`FromStr`) become readable with `read_as_text!(ServerName, Tag)`. What the document of
//! the API says of a request is in the handler's type; of an answer, beside the route.

pub mod access_log;
pub mod compute;
pub mod console;
pub mod context;
pub mod cors;
pub mod fault;
pub mod healthcheck;
pub mod identity;
pub mod image;
pub mod layers;
mod leftover;
pub mod links;
pub mod metadata;
pub mod metrics;
pub mod microversion;
pub mod network;
pub mod openapi;
pub mod pagination;
pub mod policy;
mod refusal;
pub mod request;
pub mod request_id;
pub mod route;
pub mod schema;
mod table;
pub mod view;

pub use self::fault::Fault;
pub use self::layers::{with_compute_layers, with_shared_layers};
pub use self::links::{Link, LinkSettings, Links};
pub use self::microversion::{HISTORY, MAX, MIN, Microversion, Span};
pub use self::pagination::{Limit, NoSuchMarker, Page, page};
pub use self::request::{Action, Body, Invalid, Query};
pub use self::request_id::{RequestIdentity, RequestIds};
pub use self::route::Within;
pub use self::schema::{Book, Properties, Property, Schema, Shape};
pub use self::table::{Row, no_key_twice};
pub use self::view::{At, Shown, Under, View};

#[cfg(test)]
mod tests;

#[doc(hidden)]
pub use self::microversion::version_of;
