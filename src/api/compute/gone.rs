//! What Nova has taken away for good: 410 at every version.

use http::StatusCode;

use super::Door;
use crate::api::Fault;
use crate::api::route::{Routes, delete, get, post, put};
use crate::objects::RequestContext;

async fn gone(_context: RequestContext) -> Fault {
    let message = "This resource is no longer available.  No forwarding address is given.";
    Fault::new(StatusCode::GONE, message)
}

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .merge(services())
        .merge(networks())
        .route("/servers/{id}/consoles", get(gone).post(gone))
        .route("/servers/{id}/consoles/{console}", get(gone).delete(gone))
        .route("/servers/{id}/os-virtual-interfaces", get(gone))
}

/// Agents inside servers, cells of the first kind, certificates and VPN servers of projects.
fn services() -> Routes<Door> {
    Routes::new()
        .route("/os-agents", get(gone).post(gone))
        .route("/os-agents/{id}", put(gone).delete(gone))
        .route("/os-cells", get(gone).post(gone))
        .route("/os-cells/capacities", get(gone))
        .route("/os-cells/detail", get(gone))
        .route("/os-cells/info", get(gone))
        .route("/os-cells/sync_instances", post(gone))
        .route("/os-cells/{id}", get(gone).put(gone).delete(gone))
        .route("/os-cells/{id}/capacities", get(gone))
        .route("/os-certificates", post(gone))
        .route("/os-certificates/{id}", get(gone))
        .route("/os-cloudpipe", get(gone).post(gone))
        .route("/os-cloudpipe/{id}", put(gone))
        .route("/os-fping", get(gone))
        .route("/os-fping/{id}", get(gone))
}

/// What nova-network did.
fn networks() -> Routes<Door> {
    Routes::new()
        .route("/os-fixed-ips/{id}", get(gone))
        .route("/os-fixed-ips/{id}/action", post(gone))
        .route("/os-floating-ip-dns", get(gone))
        .route("/os-floating-ip-dns/{id}", put(gone).delete(gone))
        .route(
            "/os-floating-ip-dns/{id}/entries/{entry}",
            get(gone).put(gone).delete(gone),
        )
        .route("/os-floating-ips-bulk", get(gone).post(gone))
        .route("/os-floating-ips-bulk/{id}", get(gone).put(gone))
        .route("/os-security-group-default-rules", get(gone).post(gone))
        .route("/os-security-group-default-rules/{id}", delete(gone).get(gone))
}
