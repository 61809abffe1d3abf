//! `addFixedIp` and `removeFixedIp`: one address more or less on a server's port, until 2.44.

use http::StatusCode;
use serde_json::Value;

use super::Target;
use crate::api::compute::ids::Address;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read};
use crate::api::{Fault, Microversion};
use crate::compute::Error;
use crate::network::Error as NetworkError;
use crate::request;

request! {
    pub(super) struct AddFixedIp {
        network as "networkId": NetworkId,
    }
}

request! {
    pub(super) struct RemoveFixedIp {
        address: Address,
    }
}

/// Networks had numbers once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NetworkId(String);

crate::schema! { NetworkId => {"type": ["string", "number"], "minLength": 1, "maxLength": 36} }

impl Read for NetworkId {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(Invalid::not_of_type(value, &["string", "number"])),
        };
        match (value.as_str(), text.chars().count()) {
            (Some(_), 0) => Err(Invalid::new(value, "'' should be non-empty")),
            (Some(_), 37..) => Err(Invalid::new(value, format!("'{text}' is too long"))),
            _ => Ok(Self(text)),
        }
    }
}

pub(super) async fn add(on: Target, body: AddFixedIp) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-multinic:add", Need::Member)?;
    let none = |_| Fault::not_found(format!("Network could not be found for instance {}.", on.id));
    let network = body.network.0.parse().map_err(none)?;
    on.door.compute.add_fixed_ip(&on.context, on.id, network).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn remove(on: Target, body: RemoveFixedIp) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-multinic:remove", Need::Member)?;
    let address = body.address.0;
    let removed = on.door.compute.remove_fixed_ip(&on.context, on.id, address).await;
    removed.map_err(removing)?;
    Ok(StatusCode::ACCEPTED)
}

/// An address that the server does not have is the request's fault, not the path's.
fn removing(error: Error) -> Fault {
    match error {
        Error::NotFound(message) | Error::Network(NetworkError::NotFound(message)) => {
            Fault::bad_request(message)
        }
        other => other.into(),
    }
}
