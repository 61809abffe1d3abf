//! `/os-quota-sets`: what a project, or a user in it, may have.

mod handlers;
mod limit;
mod view;

use super::Door;
use crate::api::route::{NOTHING, Routes, get};
use crate::shows;
use view::{Of, QuotaFields};

pub(super) use limit::{QuotaLimit, given};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-quota-sets/{id}",
            get(handlers::show)
                .answers(200, shows!("quota_set": (Of, QuotaFields)))
                .put(handlers::update)
                .answers(200, shows!("quota_set": QuotaFields))
                .delete(handlers::delete)
                .answers(202, NOTHING),
        )
        .route(
            "/os-quota-sets/{id}/detail",
            get(handlers::detail).answers(200, shows!("quota_set": (Of, QuotaFields))),
        )
        .route(
            "/os-quota-sets/{id}/defaults",
            get(handlers::defaults).answers(200, shows!("quota_set": (Of, QuotaFields))),
        )
}
