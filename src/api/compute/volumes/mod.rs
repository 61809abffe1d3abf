//! Volumes and shares: there is no block storage and no shared file system service, and that is what is answered.

mod assisted;
mod attachments;
mod proxies;
mod shares;

use axum::Router;

use super::Door;
use crate::api::Fault;

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .merge(assisted::routes())
        .merge(attachments::routes())
        .merge(proxies::routes())
        .merge(shares::routes())
}

/// Without a service that has volumes, none is found.
fn no_such_volume(id: &str) -> Fault {
    Fault::not_found(format!("Volume {id} could not be found."))
}
