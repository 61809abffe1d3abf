//! `/os-services`: the compute service of this host.

mod handlers;
mod update;
mod view;

use axum::Router;
use axum::routing::{get, put};

use super::Door;
use crate::api::{Fault, Microversion};
use crate::compute::Service;

pub(super) use view::{state, status};

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/os-services", get(handlers::list))
        .route("/os-services/{id}", put(update::update).delete(handlers::delete))
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
