//! `/os-hypervisors`: the compute node of this host.

mod handlers;
mod view;

use super::Door;
use crate::api::Within;
use crate::api::links::Link;
use crate::api::route::{Routes, get};
use crate::shows;
use crate::span;
use view::{HypervisorItem, HypervisorRest, Servers, Statistics, Uptime};

type InFull = (HypervisorItem, HypervisorRest, Option<Servers>);

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-hypervisors",
            get(handlers::list)
                .answers(200, shows!("hypervisors": Vec<(HypervisorItem, Option<Servers>)>, "hypervisors_links": Option<[Link; 1]>)),
        )
        .route(
            "/os-hypervisors/detail",
            get(handlers::detail)
                .answers(200, shows!("hypervisors": Vec<InFull>, "hypervisors_links": Option<[Link; 1]>)),
        )
        .route(
            "/os-hypervisors/statistics",
            get(handlers::statistics)
                .answers(200, shows!("hypervisor_statistics": Statistics))
                .within(span!(..2.88)),
        )
        .route(
            "/os-hypervisors/{id}",
            get(handlers::show).answers(200, shows!("hypervisor": InFull)),
        )
        .route(
            "/os-hypervisors/{id}/search",
            get(handlers::search)
                .answers(200, shows!("hypervisors": Vec<HypervisorItem>))
                .within(span!(..2.53)),
        )
        .route(
            "/os-hypervisors/{id}/servers",
            get(handlers::servers)
                .answers(200, shows!("hypervisors": Vec<(HypervisorItem, Option<Servers>)>))
                .within(span!(..2.53)),
        )
        .route(
            "/os-hypervisors/{id}/uptime",
            get(handlers::uptime)
                .answers(200, shows!("hypervisor": (HypervisorItem, Uptime)))
                .within(span!(..2.88)),
        )
}
