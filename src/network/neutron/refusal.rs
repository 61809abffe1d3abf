//! Why Neutron did not do it, in its own sentence.

use reqwest::StatusCode;
use serde_json::Value;

use crate::network::Error;

/// More of an error than anybody reads.
const LONGEST: usize = 500;

/// What Neutron says when there is no address left.
const EXHAUSTED: [&str; 3] = [
    "IpAddressGenerationFailure",
    "IpAddressGenerationFailureAllSubnets",
    "IpAddressGenerationFailureNoMatchingSubnet",
];

pub(super) fn error(status: StatusCode, body: &[u8]) -> Error {
    let (kind, message) = told(body);
    let message = match message.is_empty() {
        true => status.to_string(),
        false => message,
    };
    match (status, kind.as_str()) {
        (_, "OverQuota") => Error::OverQuota(message),
        (_, kind) if EXHAUSTED.contains(&kind) => Error::Exhausted(message),
        (StatusCode::NOT_FOUND, _) => Error::NotFound(message),
        (StatusCode::BAD_REQUEST, _) => Error::Invalid(message),
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => Error::Forbidden(message),
        (StatusCode::CONFLICT, _) => Error::Conflict(message),
        (status, _) => Error::Refused {
            status: status.as_u16(),
            message,
        },
    }
}

/// Somebody else changed what was to be changed.
pub(super) fn is_outdated(error: &Error) -> bool {
    matches!(error, Error::Refused { status, .. } if *status == StatusCode::PRECONDITION_FAILED.as_u16())
}

pub(super) fn unreadable(path: &str, error: &serde_json::Error) -> Error {
    Error::Refused {
        status: StatusCode::OK.as_u16(),
        message: format!("what it sent for {path} is unreadable: {error}"),
    }
}

/// The whole story: the outermost error alone says no more than that there was one.
pub(super) fn broken(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    match error.is_connect() {
        true => format!("no connection: {cause}"),
        false => cause.to_string(),
    }
}

/// The kind of an error and its sentence; whoever stands in front of Neutron says it in its own way.
fn told(body: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    let parsed: Option<Value> = serde_json::from_str(&text).ok();
    let error = parsed.as_ref().and_then(Value::as_object);
    let error = error.and_then(|body| body.get("NeutronError").or_else(|| body.values().next()));
    let field = |name: &str| error?.get(name)?.as_str().map(str::to_owned);
    let plain = || error.and_then(Value::as_str).map(str::to_owned);
    let message = field("message")
        .or_else(plain)
        .unwrap_or_else(|| without_tags(&text));
    (
        field("type").unwrap_or_default(),
        message.trim().chars().take(LONGEST).collect(),
    )
}

fn without_tags(text: &str) -> String {
    let parts = text
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, rest)| rest));
    let words: Vec<&str> = parts.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, body: &str) -> String {
        format!(
            "{:?}",
            error(StatusCode::from_u16(status).unwrap(), body.as_bytes())
        )
    }

    #[test]
    fn what_neutron_says_is_kept_and_its_kind_decides() {
        let neutron = |status, kind: &str| {
            said(
                status,
                &format!(
                    r#"{{"NeutronError": {{"type": "{kind}", "message": "Its sentence.", "detail": ""}}}}"#
                ),
            )
        };
        assert_eq!(neutron(409, "OverQuota"), r#"OverQuota("Its sentence.")"#);
        assert_eq!(
            neutron(409, "IpAddressGenerationFailure"),
            r#"Exhausted("Its sentence.")"#
        );
        assert_eq!(
            neutron(409, "IpAddressGenerationFailureAllSubnets"),
            r#"Exhausted("Its sentence.")"#
        );
        assert_eq!(
            neutron(409, "IpAddressAlreadyAllocated"),
            r#"Conflict("Its sentence.")"#
        );
        assert_eq!(neutron(409, "IpAddressInUse"), r#"Conflict("Its sentence.")"#);
        assert_eq!(neutron(404, "PortNotFound"), r#"NotFound("Its sentence.")"#);
        assert_eq!(neutron(400, "InvalidIpForNetwork"), r#"Invalid("Its sentence.")"#);
        assert_eq!(
            neutron(403, "PolicyNotAuthorized"),
            r#"Forbidden("Its sentence.")"#
        );
        assert_eq!(
            neutron(500, "HTTPInternalServerError"),
            r#"Refused { status: 500, message: "Its sentence." }"#
        );
    }

    #[test]
    fn whoever_stands_before_neutron_is_understood_too() {
        assert_eq!(
            said(401, r#"{"error": {"code": 401, "message": "Log in."}}"#),
            r#"Forbidden("Log in.")"#
        );
        assert_eq!(said(400, r#"{"NeutronError": "Plain."}"#), r#"Invalid("Plain.")"#);
        assert_eq!(
            said(502, "<html><h1>Bad\n Gateway</h1></html>"),
            r#"Refused { status: 502, message: "Bad Gateway" }"#
        );
        assert_eq!(said(404, ""), r#"NotFound("404 Not Found")"#);
    }
}
