//! `addSecurityGroup` and `removeSecurityGroup`: what a server's ports let through, by a group's name or id.

use http::StatusCode;
use serde_json::Value;

use super::Target;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read};
use crate::api::{Fault, Microversion};
use crate::request;

request! {
    pub(super) struct Group {
        name: GroupName,
    }
}

/// Any text but none: the network service says which groups there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupName(String);

crate::schema! { GroupName => {"type": "string", "minLength": 1} }

impl Read for GroupName {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match String::read(version, value)? {
            text if text.is_empty() => Err(Invalid::new(value, "'' should be non-empty")),
            text => Ok(Self(text)),
        }
    }
}

impl Group {
    fn name(&self) -> Result<&str, Fault> {
        match self.name.0.trim() {
            "" => Err(Fault::bad_request("Security group name cannot be empty")),
            _ => Ok(&self.name.0),
        }
    }
}

pub(super) async fn add(on: Target, group: Group) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-security-groups:add", Need::Member)?;
    let compute = &on.door.compute;
    compute
        .add_security_group(&on.context, on.id, group.name()?)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn remove(on: Target, group: Group) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-security-groups:remove",
        Need::Member,
    )?;
    let compute = &on.door.compute;
    compute
        .remove_security_group(&on.context, on.id, group.name()?)
        .await?;
    Ok(StatusCode::ACCEPTED)
}
