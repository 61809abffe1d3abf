//! `/os-security-group-rules`: what is let in, read and checked as Nova did before it asked the network service.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::Value;

use super::UNTIL_2_35;
use super::security_group_view::{Rule, Source, ports, range};
use super::security_groups::{find, group_id};
use crate::api::compute::Door;
use crate::api::compute::ids::Id;
use crate::api::policy::{Need, allow};
use crate::api::request::OrNull;
use crate::api::route::{NOTHING, Routes, delete, post};
use crate::api::{At, Body, Fault, Microversion, Under, Within};
use crate::network::firewall::Ethertype;
use crate::network::{Admission, Error};
use crate::objects::{Cidr, RequestContext};
use crate::request;
use crate::shows;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/os-security-group-rules",
            post(create)
                .answers(200, shows!("security_group_rule": Rule))
                .within(UNTIL_2_35),
        )
        .route(
            "/os-security-group-rules/{id}",
            delete(remove).answers(202, NOTHING).within(UNTIL_2_35),
        )
}

request! {
    struct Create {
        rule as "security_group_rule": Wanted,
        ..
    }
}

request! {
    /// Half of it is read late: Nova has words of its own for what is wrong there.
    struct Wanted {
        parent_group_id: Id,
        group_id: Option<OrNull<Id>>,
        from_port: Option<Value>,
        to_port: Option<Value>,
        ip_protocol: Option<Value>,
        cidr: Option<Value>,
        ..
    }
}

async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Body(body): Body<Create>,
) -> Result<impl IntoResponse, Fault> {
    let policy = "os_compute_api:os-security-groups:rule:create";
    allow(&context, policy, Need::Member)?;
    let wanted = body.rule;
    let parent = find(&door, &context, wanted.parent_group_id.0).await?;
    let source = match wanted.group_id.as_ref().and_then(|group| group.0) {
        Some(group) => Some(find(&door, &context, group.0).await?),
        None => None,
    };
    let admits = wanted.admits(source.as_ref().map(|group| group.id))?;
    let proxy = door.compute.network_proxy();
    let known = proxy.rules(&context, &[parent.id]).await?;
    if known.iter().any(|rule| means(&rule.admits) == means(&admits)) {
        let message = format!("This rule already exists in group {}", parent.id);
        return Err(Fault::bad_request(message));
    }
    let made = proxy.create_rule(&context, parent.id, &admits).await;
    // Nova takes every conflict for a limit.
    let made = made.map_err(|error| match error {
        Error::Conflict(words) => Fault::forbidden(words),
        error => error.into(),
    })?;
    let shown = Rule::of(&made, source.as_ref().map(Source::of));
    Ok(At(version, Under("security_group_rule", shown)))
}

async fn remove(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    let policy = "os_compute_api:os-security-groups:rule:delete";
    allow(&context, policy, Need::Member)?;
    let id = group_id(&id)?;
    door.compute.network_proxy().delete_rule(&context, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// By what Nova tells rules apart: whom they admit, to which ports.
fn means(admits: &Admission) -> impl PartialEq + use<> {
    let range = admits.remote_group.is_none().then(|| range(admits));
    let protocol = admits.protocol.as_deref().map(str::to_ascii_lowercase);
    (admits.remote_group, range, ports(admits), protocol)
}

impl Wanted {
    fn admits(&self, source: Option<uuid::Uuid>) -> Result<Admission, Fault> {
        let protocol = said(&self.ip_protocol).map(plain);
        let mut ends = (said(&self.from_port).cloned(), said(&self.to_port).cloned());
        let remote_prefix = match source {
            Some(_) => {
                if (&ends.0, &ends.1) == (&None, &None) {
                    ends = all_of(protocol.as_deref());
                }
                None
            }
            None => Some(cidr(&self.cidr)?),
        };
        let (protocol, ports) = match (protocol, ends) {
            (Some(protocol), (Some(from), Some(to))) => {
                let ports = checked(&protocol, &from, &to)?;
                (Some(protocol.to_ascii_lowercase()), ports)
            }
            _ if source.is_some() => (None, [None, None]),
            _ => {
                let message = "Not enough parameters to build a valid rule.";
                return Err(Fault::bad_request(message));
            }
        };
        remote_prefix.iter().try_for_each(check_prefix)?;
        let v4 = remote_prefix.is_none_or(|prefix: Cidr| prefix.address.is_ipv4());
        Ok(Admission {
            ethertype: if v4 { Ethertype::V4 } else { Ethertype::V6 },
            protocol,
            min: ports[0],
            max: ports[1],
            remote_group: source,
            remote_prefix,
        })
    }
}

/// Null and an empty text say nothing.
fn said(value: &Option<Value>) -> Option<&Value> {
    let nothing = |value: &&Value| value.is_null() || value.as_str() == Some("");
    value.as_ref().filter(|value| !nothing(value))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A group is let in to everything of a protocol when no ports are said.
fn all_of(protocol: Option<&str>) -> (Option<Value>, Option<Value>) {
    let both = |from: i32, to: i32| (Some(from.into()), Some(to.into()));
    match protocol.map(str::to_ascii_lowercase).as_deref() {
        Some("icmp") => both(-1, -1),
        Some("tcp" | "udp") => both(1, 65_535),
        _ => (None, None),
    }
}

fn cidr(said_so: &Option<Value>) -> Result<Cidr, Fault> {
    let Some(value) = said(said_so) else {
        let address = std::net::Ipv4Addr::UNSPECIFIED.into();
        return Ok(Cidr { address, prefix: 0 });
    };
    let text = plain(value);
    text.parse()
        .map_err(|_| Fault::bad_request(format!("{text} is not a valid IP network.")))
}

/// Nothing but everything has no prefix.
fn check_prefix(range: &Cidr) -> Result<(), Fault> {
    match range.prefix == 0 && !range.address.is_unspecified() {
        true => {
            let message = format!("Bad prefix for network in cidr {range}");
            Err(Fault::bad_request(message))
        }
        false => Ok(()),
    }
}

/// Ports, or type and code; -1 is any.
fn checked(protocol: &str, from: &Value, to: &Value) -> Result<[Option<u16>; 2], Fault> {
    let name = protocol.to_ascii_uppercase();
    let (Some(from), Some(to)) = (integer(from), integer(to)) else {
        let reason = match name.as_str() {
            "ICMP" => "Type and Code must be integers for ICMP protocol type",
            _ => "To and From ports must be integers",
        };
        return Err(Fault::bad_request(format!("Invalid input received: {reason}")));
    };
    let valid = |range: std::ops::RangeInclusive<i64>| range.contains(&from) && range.contains(&to);
    let wrong = match name.as_str() {
        "TCP" | "UDP" if from > to => "Former value cannot be greater than the later".to_owned(),
        "TCP" | "UDP" if !valid(1..=65_535) => format!("Valid {name} ports should be between 1-65535"),
        "ICMP" if !valid(-1..=255) => "For ICMP, the type:code must be valid".to_owned(),
        "TCP" | "UDP" | "ICMP" => return Ok([from, to].map(|number| u16::try_from(number).ok())),
        _ => {
            let message = format!("Invalid IP protocol {protocol}.");
            return Err(Fault::bad_request(message));
        }
    };
    Err(Fault::bad_request(format!(
        "Invalid port range {from}:{to}. {wrong}"
    )))
}

fn integer(value: &Value) -> Option<i64> {
    let text = value.as_str().map(str::trim);
    text.map_or_else(|| value.as_i64(), |text| text.parse().ok())
}
