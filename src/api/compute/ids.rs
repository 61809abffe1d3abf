//! Ids and addresses in requests, read once as what they are, with what Nova's schemas say of anything else.

use std::net::IpAddr;

use serde_json::Value;
use uuid::Uuid;

use super::text::UuidText;
use crate::api::request::{Invalid, Read};
use crate::api::{Fault, Microversion};

/// The id of a port, a network, a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub(super) Uuid);

/// IPv4 or IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address(pub(super) IpAddr);

/// The number in a path that names something by one.
pub(super) fn number(text: &str) -> Result<i64, Fault> {
    text.trim()
        .parse()
        .map_err(|_| Fault::bad_request("Invalid input received: id must be an integer"))
}

/// The UUID in a path that names something by one.
pub(super) fn uuid(text: &str) -> Result<Uuid, Fault> {
    text.parse()
        .map_err(|_| Fault::bad_request(format!("Invalid uuid {text}")))
}

impl Read for Id {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let UuidText(text) = UuidText::read(version, value)?;
        let id = text.parse().map_err(|_| Invalid::fits_no_schema(value))?;
        Ok(Self(id))
    }
}

impl Read for Address {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let text = String::read(version, value)?;
        let address = text.parse().map_err(|_| Invalid::fits_no_schema(value))?;
        Ok(Self(address))
    }
}

crate::schema! {
    Id => {"type": "string", "format": "uuid"},
    Address => {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
}
