//! What administrators do about a server that hangs: `os-resetState`; a crash dump; and what Nova does no more.

use http::StatusCode;

use super::Target;
use crate::api::Fault;
use crate::api::policy::{Need, allow};
use crate::api::request::Ignored;
use crate::objects::VmState;
use crate::{read_as_text, request};

request! {
    pub(super) struct ResetState {
        state: NewState,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NewState(VmState);

impl std::str::FromStr for NewState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "active" => Ok(Self(VmState::Active)),
            "error" => Ok(Self(VmState::Error)),
            other => Err(format!("'{other}' is not one of ['active', 'error']")),
        }
    }
}

read_as_text!(NewState = ["active", "error"]);

pub(super) async fn reset_state(on: Target, body: ResetState) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-admin-actions:reset_state",
        Need::Admin,
    )?;
    let compute = &on.door.compute;
    compute.reset_state(&on.context, on.id, body.state.0).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn crash_dump(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:servers:trigger_crash_dump",
        Need::Member,
    )?;
    on.door.compute.trigger_crash_dump(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// There is nothing left to do: a container's addresses are set from outside whenever an interface is plugged in.
pub(super) async fn inject_network_info(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-admin-actions:inject_network_info",
        Need::Admin,
    )?;
    on.door.compute.get(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Of the networks that Nova once had itself.
pub(super) async fn gone(_: Target, _: Ignored) -> Result<StatusCode, Fault> {
    Err(Fault::gone())
}
