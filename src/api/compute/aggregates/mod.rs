//! `/os-aggregates`: hosts put together, and what is said of them.

mod actions;
mod handlers;
mod request;
mod view;

use super::Door;
use crate::api::Within;
use crate::api::route::{NOTHING, Routes, get, post};
use crate::shows;
use crate::span;
use view::{AggregateMade, AggregateView};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-aggregates",
            get(handlers::list)
                .answers(200, shows!("aggregates": Vec<AggregateView>))
                .post(handlers::create)
                .answers(200, shows!("aggregate": AggregateMade)),
        )
        .route(
            "/os-aggregates/{id}",
            get(handlers::show)
                .answers(200, shows!("aggregate": AggregateView))
                .put(handlers::update)
                .answers(200, shows!("aggregate": AggregateView))
                .delete(handlers::delete)
                .answers(200, NOTHING),
        )
        .route("/os-aggregates/{id}/action", actions::method())
        .route(
            "/os-aggregates/{id}/images",
            post(handlers::images).answers(202, NOTHING).within(span!(2.81..)),
        )
}
