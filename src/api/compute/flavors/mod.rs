//! Flavors: what servers may be, who may use which, and their extra specs.

mod access;
mod extra_specs;
mod list;
mod manage;
mod view;

use axum::Router;
use axum::routing::{get, post};

use super::Door;
use crate::api::Within;
use crate::span;

pub(super) use view::FlavorSummary;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/flavors", get(list::list).post(manage::create))
        .route("/flavors/detail", get(list::detail))
        .route(
            "/flavors/{id}",
            get(manage::show)
                .delete(manage::delete)
                .merge(axum::routing::put(manage::update).within(span!(2.55..))),
        )
        .route("/flavors/{id}/action", post(access::act))
        .route("/flavors/{id}/os-flavor-access", get(access::list))
        .merge(extra_specs::routes())
}
