//! What a rule may say of an IP protocol, and what that means.

use serde_json::Value;

use super::error::Error;
use crate::network::firewall::Ethertype;
use crate::network::protocols::NUMBERS;
pub(super) use crate::network::protocols::number;

pub(super) const ICMP_PROTOCOLS: [u8; 2] = [1, 58];
const WITH_PORTS: [u8; 5] = [6, 17, 33, 132, 136];
const OF_IPV6: [u8; 6] = [41, 43, 44, 58, 59, 60];

/// As it is kept: a name in small letters, or a number. None is any.
pub(super) fn read(said: &Value) -> Result<Option<String>, Error> {
    let text = match said {
        Value::Null => return Ok(None),
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Number(number) => number.to_string(),
        other => return Err(unknown(&other.to_string())),
    };
    match number(&text) {
        _ if text == "any" => Ok(None),
        Some(_) => Ok(Some(text)),
        None => Err(unknown(&plain(said))),
    }
}

fn plain(said: &Value) -> String {
    said.as_str().map_or_else(|| said.to_string(), str::to_owned)
}

fn unknown(said: &str) -> Error {
    let names: Vec<String> = NUMBERS.iter().map(|(name, _)| format!("'{name}'")).collect();
    let message = format!(
        "Security group rule protocol {said} not supported. Only protocol values (None, 'any', {}) and integer \
         representations [0 to 255] are supported.",
        names.join(", ")
    );
    Error::invalid("SecurityGroupRuleInvalidProtocol", message)
}

/// The ICMP of IPv6 is a protocol of its own.
pub(super) fn in_family(protocol: String, ethertype: Ethertype) -> String {
    match (ethertype, protocol.as_str()) {
        (Ethertype::V6, "icmp" | "icmpv6") => "ipv6-icmp".to_owned(),
        (Ethertype::V6, "1") => "58".to_owned(),
        _ => protocol,
    }
}

pub(super) fn has_ports(number: u8) -> bool {
    WITH_PORTS.contains(&number)
}

pub(super) fn is_of_ipv6(protocol: &str) -> bool {
    number(protocol).is_some_and(|number| OF_IPV6.contains(&number))
}

pub(super) fn family_name(ethertype: Ethertype) -> &'static str {
    match ethertype {
        Ethertype::V4 => "IPv4",
        Ethertype::V6 => "IPv6",
    }
}
