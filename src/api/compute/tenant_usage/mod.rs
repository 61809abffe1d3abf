//! `/os-simple-tenant-usage`: how much of what projects had, in a span of time.

mod handlers;
mod period;
mod view;

use super::Door;
use crate::api::links::Link;
use crate::api::route::{Routes, get};
use crate::shows;
use view::{Servers, TenantView};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-simple-tenant-usage",
            get(handlers::list).answers(
                200,
                shows!("tenant_usages": Vec<(TenantView, Option<Servers>)>, "tenant_usages_links": Option<[Link; 1]>),
            ),
        )
        .route(
            "/os-simple-tenant-usage/{id}",
            get(handlers::show).answers(
                200,
                shows!("tenant_usage": (Option<TenantView>, Option<Servers>), "tenant_usage_links": Option<[Link; 1]>),
            ),
        )
}
