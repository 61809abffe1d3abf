//! Flavors: what servers may be, who may use which, and their extra specs.

mod access;
mod extra_specs;
mod list;
mod manage;
mod view;

use super::Door;
use crate::api::Within;
use crate::api::route::{NOTHING, Routes, get, put};
use crate::span;
use crate::{api::links::Link, shows};
use view::{FlavorItem, FlavorView};

pub(super) use view::FlavorSummary;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/flavors",
            get(list::list)
                .answers(
                    200,
                    shows!("flavors": Vec<FlavorItem>, "flavors_links": Option<[Link; 1]>),
                )
                .post(manage::create)
                .answers(200, shows!("flavor": FlavorView)),
        )
        .route(
            "/flavors/detail",
            get(list::detail).answers(
                200,
                shows!("flavors": Vec<FlavorView>, "flavors_links": Option<[Link; 1]>),
            ),
        )
        .route(
            "/flavors/{id}",
            get(manage::show)
                .answers(200, shows!("flavor": FlavorView))
                .delete(manage::delete)
                .answers(202, NOTHING)
                .merge(
                    put(manage::update)
                        .answers(200, shows!("flavor": FlavorView))
                        .within(span!(2.55..)),
                ),
        )
        .merge(access::routes())
        .merge(extra_specs::routes())
}
