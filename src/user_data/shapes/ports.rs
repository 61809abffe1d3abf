//! Ports of the container, and where on the host they are reached.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::record::Record;
use super::values::{each, each_entry, spelled, text, unfit, unfit_text};
use crate::user_data::document::Node;
use crate::user_data::error::Mistake;
use crate::user_data::options::PortBinding;

const EXPECTED_PORT: &str = "a port such as 22/tcp";
const EXPECTED_HOST_PORT: &str = "a port of the host such as \"8022\"";

/// The ports a container offers to others, published or not: a list, or a mapping with nothing for values.
pub(in crate::user_data) fn exposed(node: &Node) -> Result<Vec<String>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, port),
        Node::Mapping(entries) => each_entry(entries, |key, value| match value {
            Node::Null => named(key),
            Node::Mapping(inner) if inner.is_empty() => named(key),
            other => Err(unfit(
                "{}: where a port is published belongs into the host config",
                other,
            )),
        }),
        single => Ok(vec![port(single)?]),
    }
}

/// A mapping of ports to where each is reached, which `read` understands.
pub(in crate::user_data) fn bindings(
    node: &Node,
    read: fn(&Node) -> Result<Vec<PortBinding>, Mistake>,
) -> Result<BTreeMap<String, Vec<PortBinding>>, Mistake> {
    match node {
        Node::Null => Ok(BTreeMap::new()),
        Node::Mapping(entries) => each_entry(entries, |key, value| Ok((named(key)?, read(value)?))),
        other => Err(unfit("a mapping of ports such as 22/tcp", other)),
    }
}

/// The Engine's shape: a list of mappings.
pub(in crate::user_data) fn listed(node: &Node) -> Result<Vec<PortBinding>, Mistake> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(items) => each(items, mapped),
        other => Err(unfit("a list such as [{\"HostPort\": \"8022\"}]", other)),
    }
}

/// docker-py's shapes: a port, an address with a port or without one, a mapping, a list of such, or null for a port
/// that the Engine chooses. An address in front makes a list one binding.
pub(in crate::user_data) fn in_any_shape(node: &Node) -> Result<Vec<PortBinding>, Mistake> {
    match node {
        Node::List(items) if !items.first().is_some_and(is_address) => each(items, one),
        single => Ok(vec![one(single)?]),
    }
}

fn one(node: &Node) -> Result<PortBinding, Mistake> {
    match node {
        Node::Null => Ok(PortBinding::default()),
        Node::Mapping(_) => mapped(node),
        Node::List(tuple) => match tuple.as_slice() {
            [address, port] if is_address(address) => Ok(PortBinding {
                host_ip: text(address)?,
                host_port: host_port(port)?,
            }),
            [address] if is_address(address) => Ok(PortBinding {
                host_ip: text(address)?,
                ..PortBinding::default()
            }),
            [port] => Ok(PortBinding {
                host_ip: None,
                host_port: host_port(port)?,
            }),
            _ => Err(unfit("an address and a port", node)),
        },
        port => Ok(PortBinding {
            host_ip: None,
            host_port: host_port(port)?,
        }),
    }
}

fn mapped(node: &Node) -> Result<PortBinding, Mistake> {
    let record = Record::of(
        node,
        &["HostIp", "HostPort"],
        "a mapping such as {\"HostPort\": \"8022\"}",
    )?;
    let host_ip = record.read("HostIp", |node| match text(node)? {
        Some(address) if address.parse::<IpAddr>().is_err() => Err(unfit("an IP address", node)),
        address => Ok(address),
    })?;
    Ok(PortBinding {
        host_ip,
        host_port: record.read("HostPort", host_port)?,
    })
}

/// The Engine takes a text only, so a number becomes one. A range gives each of the container's ports one of its own.
fn host_port(node: &Node) -> Result<String, Mistake> {
    if *node == Node::Null {
        return Ok(String::new());
    }
    let port = spelled(node).map_err(|_| unfit(EXPECTED_HOST_PORT, node))?;
    let is_range = || {
        port.split_once('-')
            .is_some_and(|(first, last)| is_port(first) && is_port(last))
    };
    if port.is_empty() || is_port(&port) || is_range() {
        Ok(port)
    } else {
        Err(unfit(EXPECTED_HOST_PORT, node))
    }
}

/// `22`, `"22"`, `"22/tcp"` or `[22, tcp]`.
fn port(node: &Node) -> Result<String, Mistake> {
    match node {
        Node::List(pair) => match pair.as_slice() {
            [number, protocol] => named(&format!("{}/{}", spelled(number)?, spelled(protocol)?)),
            _ => Err(unfit(EXPECTED_PORT, node)),
        },
        Node::Text(_) | Node::Number(_) => named(&spelled(node)?),
        other => Err(unfit(EXPECTED_PORT, other)),
    }
}

/// The Engine's name of a port: the number and the protocol.
fn named(spec: &str) -> Result<String, Mistake> {
    let (number, protocol) = spec.split_once('/').unwrap_or((spec, "tcp"));
    let protocol = protocol.to_ascii_lowercase();
    if is_port(number) && ["tcp", "udp", "sctp"].contains(&protocol.as_str()) {
        Ok(format!("{number}/{protocol}"))
    } else {
        Err(unfit_text(EXPECTED_PORT, spec))
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_address(node: &Node) -> bool {
    matches!(node, Node::Text(text) if text.parse::<IpAddr>().is_ok())
}
