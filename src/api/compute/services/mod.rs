//! `/os-services`: the compute service of this host.

mod handlers;
mod update;
mod view;

use super::Door;
use crate::api::route::{NOTHING, Routes, get, put};
use crate::api::{Fault, Microversion};
use crate::compute::Service;
use crate::{shows, span};
use update::Told;
use view::ServiceView;

pub(super) use view::{state, status};

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-services",
            get(handlers::list).answers(200, shows!("services": Vec<ServiceView>)),
        )
        .route(
            "/os-services/{id}",
            put(update::update)
                .answers_within(span!(..2.53), 200, shows!("service": Told))
                .answers_within(span!(2.53..), 200, shows!("service": ServiceView))
                .delete(handlers::delete)
                .answers(204, NOTHING),
        )
}

impl Microversion {
    /// Before, services and hypervisors were known by numbers.
    pub(super) const fn knows_hosts_by_uuid(self) -> bool {
        self.at_least("2.53")
    }
}

async fn found(door: &Door, is: impl Fn(&Service) -> bool) -> Result<Option<Service>, Fault> {
    Ok(door.compute.services().await?.into_iter().find(is))
}
