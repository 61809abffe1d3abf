//! `changePassword`.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::compute::Error;
use crate::objects::Secret;
use crate::request;

request! {
    pub(super) struct ChangePassword {
        admin_pass as "adminPass": String,
    }
}

pub(super) async fn change_password(on: Target, body: ChangePassword) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-admin-password", Need::Member)?;
    let password = Secret::new(body.admin_pass);
    let changed = on
        .door
        .compute
        .change_password(&on.context, on.id, password)
        .await;
    changed.map_err(changing)?;
    Ok(StatusCode::ACCEPTED)
}

fn changing(error: Error) -> Fault {
    match error {
        Error::Unsupported(_) => {
            Fault::new(StatusCode::NOT_IMPLEMENTED, "Unable to set password on instance")
        }
        other => other.into(),
    }
}
