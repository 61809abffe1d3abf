//! Volumes and shares: there is no block storage and no shared file system service, and that is what is answered.

mod assisted;
mod attachments;
mod proxies;
mod shares;

use super::Door;
use crate::api::Fault;
use crate::api::route::Routes;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .merge(assisted::routes())
        .merge(attachments::routes())
        .merge(proxies::routes())
        .merge(shares::routes())
}

/// Without a service that has volumes, none is found.
fn no_such_volume(id: &str) -> Fault {
    Fault::not_found(format!("Volume {id} could not be found."))
}
