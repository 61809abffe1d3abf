//! The rules of security groups: made, described and gone; what they say never changes.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::edit::{Edit, set};
use super::error::Error;
use super::protocols::{self, ICMP_PROTOCOLS};
use super::records::{SecurityGroup, SecurityGroupRule};
use super::rights::Resource;
use crate::network::firewall::{Direction, Ethertype};
use crate::objects::{Cidr, ProjectId};

/// What a client says of a rule. What has words of its own for mistakes is as it was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub project_id: Option<ProjectId>,
    pub description: Option<String>,
    pub direction: Option<Direction>,
    pub security_group_id: String,
    #[serde(default = "ipv4")]
    pub ethertype: Value,
    pub protocol: Value,
    pub port_range_min: Value,
    pub port_range_max: Value,
    pub remote_ip_prefix: Value,
    pub remote_group_id: Option<String>,
}

fn ipv4() -> Value {
    "IPv4".into()
}

pub fn create(edit: &mut Edit<'_>, wanted: Wanted) -> Result<Uuid, Error> {
    let project = edit.project(wanted.project_id.as_ref())?;
    let mut rule = read(edit, &wanted, project)?;
    rule.remote_group_id = match &wanted.remote_group_id {
        Some(remote) => Some(group(edit, remote)?),
        None => None,
    };
    rule.security_group_id = group(edit, &wanted.security_group_id)?;
    refuse_duplicate(edit, &rule)?;
    edit.claim::<SecurityGroupRule>(&rule.standard.project_id)?;
    let id = rule.standard.id;
    edit.state.security_group_rules.put(rule);
    Ok(id)
}

pub fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Wanted) -> Result<(), Error> {
    let rule = edit.own::<SecurityGroupRule>("update", id)?;
    set(&mut rule.standard.description, wanted.description);
    Ok(())
}

pub fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error> {
    edit.own::<SecurityGroupRule>("delete", id)?;
    edit.state.security_group_rules.remove(&id);
    Ok(())
}

/// All that can be said without looking at the groups.
fn read(edit: &Edit<'_>, wanted: &Wanted, project: ProjectId) -> Result<SecurityGroupRule, Error> {
    let ethertype = ethertype(&wanted.ethertype)?;
    let protocol = protocols::read(&wanted.protocol)?;
    let direction = wanted.direction.unwrap_or(Direction::Ingress);
    let mut rule = SecurityGroupRule::new(edit.uuid(), project, Uuid::nil(), direction, ethertype);
    set(&mut rule.standard.description, wanted.description.clone());
    rule.protocol = protocol.map(|name| protocols::in_family(name, ethertype));
    rule.port_range_min = port(&wanted.port_range_min)?;
    rule.port_range_max = port(&wanted.port_range_max)?;
    if (rule.port_range_min, rule.port_range_max) == (Some(1), Some(u16::MAX)) {
        (rule.port_range_min, rule.port_range_max) = (None, None);
    }
    rule.remote_ip_prefix = prefix(&wanted.remote_ip_prefix)?;
    check_ports(&rule)?;
    check_family(&rule)?;
    if rule.remote_ip_prefix.is_some() && wanted.remote_group_id.is_some() {
        let message =
            "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.";
        return Err(Error::invalid("SecurityGroupMultipleRemoteEntites", message));
    }
    Ok(rule)
}

fn ethertype(said: &Value) -> Result<Ethertype, Error> {
    let said = match said {
        Value::Null => "None".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match said.to_ascii_lowercase().as_str() {
        "ipv4" => Ok(Ethertype::V4),
        "ipv6" => Ok(Ethertype::V6),
        _ => Err(Error::invalid(
            "SecurityGroupRuleInvalidEtherType",
            format!(
                "Security group rule for ethertype '{said}' not supported. Allowed values are ['IPv4', 'IPv6']."
            ),
        )),
    }
}

/// A number, also as text.
fn port(said: &Value) -> Result<Option<u16>, Error> {
    let text = match said {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let number = text.trim().parse().map(Some);
    number.map_err(|_| invalid_port(text))
}

fn invalid_port(said: impl std::fmt::Display) -> Error {
    let message = format!("Invalid value for port {said}");
    Error::invalid("SecurityGroupInvalidPortValue", message)
}

/// A single address is a range of one; the empty text is nothing.
fn prefix(said: &Value) -> Result<Option<Cidr>, Error> {
    let text = match said {
        Value::Null => return Ok(None),
        Value::String(text) if text.is_empty() => return Ok(None),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let parsed = text.parse().ok().or_else(|| {
        let address: std::net::IpAddr = text.parse().ok()?;
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Some(Cidr { address, prefix })
    });
    let message = || format!("Invalid CIDR {text} given as IP prefix.");
    parsed
        .map(Some)
        .ok_or_else(|| Error::invalid("InvalidCIDR", message()))
}

fn check_ports(rule: &SecurityGroupRule) -> Result<(), Error> {
    let (min, max) = (rule.port_range_min, rule.port_range_max);
    if min.is_none() && max.is_none() {
        return Ok(());
    }
    let Some(protocol) = rule.protocol.as_deref() else {
        let message = "Must also specify protocol if port range is given.";
        return Err(Error::invalid("SecurityGroupProtocolRequiredWithPorts", message));
    };
    let number = protocols::number(protocol);
    match number {
        Some(number) if protocols::has_ports(number) => match (min, max) {
            (Some(0), _) | (_, Some(0)) => Err(invalid_port(0)),
            (Some(min), Some(max)) if min <= max => Ok(()),
            _ => Err(Error::invalid(
                "SecurityGroupInvalidPortRange",
                "For TCP/UDP protocols, port_range_min must be <= port_range_max",
            )),
        },
        Some(number) if ICMP_PROTOCOLS.contains(&number) => check_icmp(min, max),
        _ => {
            let protocol = number.map_or_else(|| protocol.to_owned(), |number| number.to_string());
            let message = format!(
                "Ports cannot be specified for protocol {protocol}. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE."
            );
            Err(Error::invalid("SecurityGroupInvalidProtocolForPort", message))
        }
    }
}

fn check_icmp(kind: Option<u16>, code: Option<u16>) -> Result<(), Error> {
    for (value, name, attribute) in [(kind, "type", "port_range_min"), (code, "code", "port_range_max")] {
        if let Some(value) = value.filter(|value| *value > 255) {
            let message =
                format!("Invalid value for ICMP {name} ({attribute}) {value}. It must be 0 to 255.");
            return Err(Error::invalid("SecurityGroupInvalidIcmpValue", message));
        }
    }
    match (kind, code) {
        (None, Some(code)) => {
            let message = format!(
                "ICMP code (port-range-max) {code} is provided but ICMP type (port-range-min) is missing."
            );
            Err(Error::invalid("SecurityGroupMissingIcmpType", message))
        }
        _ => Ok(()),
    }
}

fn check_family(rule: &SecurityGroupRule) -> Result<(), Error> {
    let ethertype = protocols::family_name(rule.ethertype);
    if let Some(prefix) = rule.remote_ip_prefix
        && prefix.address.is_ipv4() != (rule.ethertype == Ethertype::V4)
    {
        let message = format!("Conflicting value ethertype {ethertype} for CIDR {prefix}");
        return Err(Error::invalid("SecurityGroupRuleParameterConflict", message));
    }
    match rule.protocol.as_deref() {
        Some(protocol) if rule.ethertype == Ethertype::V4 && protocols::is_of_ipv6(protocol) => {
            let message = format!("Invalid ethertype {ethertype} for protocol {protocol}.");
            Err(Error::invalid(
                "SecurityGroupEthertypeConflictWithProtocol",
                message,
            ))
        }
        _ => Ok(()),
    }
}

/// One that the caller sees.
fn group(edit: &Edit<'_>, id: &str) -> Result<Uuid, Error> {
    let id = Uuid::parse_str(id).map_err(|_| SecurityGroup::no_such(id))?;
    let group = edit.state.find::<SecurityGroup>(edit.context, id)?;
    Ok(group.standard.id)
}

fn refuse_duplicate(edit: &Edit<'_>, rule: &SecurityGroupRule) -> Result<(), Error> {
    let mut others = edit.state.rules_of(rule.security_group_id);
    let Some(other) = others.find(|other| meaning(other) == meaning(rule)) else {
        return Ok(());
    };
    // It has no time yet: it came with the same request.
    if other.standard.created_at == Timestamp::UNIX_EPOCH {
        let message = "Duplicate Security Group Rule in POST.";
        return Err(Error::conflict("DuplicateSecurityGroupRuleInPost", message));
    }
    let message = format!(
        "Security group rule already exists. Rule id is {}.",
        other.standard.id
    );
    Err(Error::conflict("SecurityGroupRuleExists", message))
}

type Meaning = (
    Direction,
    Ethertype,
    Option<String>,
    [Option<u16>; 2],
    Option<Cidr>,
    Option<Uuid>,
);

/// Names and numbers of a protocol mean the same, and so do everybody and no prefix.
fn meaning(rule: &SecurityGroupRule) -> Meaning {
    let number =
        |name: &String| protocols::number(name).map_or_else(|| name.clone(), |number| number.to_string());
    (
        rule.direction,
        rule.ethertype,
        rule.protocol.as_ref().map(number),
        [rule.port_range_min, rule.port_range_max],
        rule.remote_ip_prefix.filter(|prefix| prefix.prefix > 0),
        rule.remote_group_id,
    )
}
