//! `addFloatingIp` and `removeFloatingIp`: where an address of another network leads, until 2.44.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::compute::ids::Address;
use crate::api::policy::{Need, allow};
use crate::request;

request! {
    pub(super) struct AddFloatingIp {
        address: Address,
        fixed_address: Option<Address>,
    }
}

request! {
    pub(super) struct RemoveFloatingIp {
        address: Address,
    }
}

pub(super) async fn add(on: Target, body: AddFloatingIp) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-floating-ips:add", Need::Member)?;
    let fixed = body.fixed_address.map(|address| address.0);
    let compute = &on.door.compute;
    compute
        .add_floating_ip(&on.context, on.id, body.address.0, fixed)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn remove(on: Target, body: RemoveFloatingIp) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-floating-ips:remove", Need::Member)?;
    let compute = &on.door.compute;
    compute
        .remove_floating_ip(&on.context, on.id, body.address.0)
        .await?;
    Ok(StatusCode::ACCEPTED)
}
