//! `/v3/auth/tokens`: made, shown, revoked.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::body::Body;
use super::caller::Caller;
use super::fault::Fault;
use super::login::Login;
use super::page::Filters;
use super::{Door, catalog};
use crate::identity::local::Token;
use crate::identity::{Error, Named, Role};

const SUBJECT: HeaderName = HeaderName::from_static("x-subject-token");

type Described = ([(HeaderName, String); 1], Json<Value>);

pub(super) async fn create(
    State(door): State<Door>,
    Query(query): Query<Filters>,
    Body(login): Body<Login>,
) -> Result<(StatusCode, Described), Fault> {
    let issued = door.local.authenticate(login.read()?).await?;
    let body = Json(describe(&door, &issued.token, &query));
    Ok((
        StatusCode::CREATED,
        ([(SUBJECT, issued.secret.expose().to_owned())], body),
    ))
}

pub(super) async fn show(
    State(door): State<Door>,
    caller: Caller,
    Query(query): Query<Filters>,
    headers: HeaderMap,
) -> Result<Described, Fault> {
    let (subject, token) = subject(&door, &headers).await?;
    caller.must_be(&token.valid.user.id, "identity:validate_token")?;
    Ok(([(SUBJECT, subject)], Json(describe(&door, &token, &query))))
}

pub(super) async fn revoke(
    State(door): State<Door>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, Fault> {
    let (subject, token) = subject(&door, &headers).await?;
    caller.must_be(&token.valid.user.id, "identity:revoke_token")?;
    door.local.revoke(&subject).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The token that the request is about. That it is no good is a 404: the caller's own is another one.
async fn subject(door: &Door, headers: &HeaderMap) -> Result<(String, std::sync::Arc<Token>), Fault> {
    let subject = headers
        .get(SUBJECT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match door.local.token(subject).await {
        Ok(token) => Ok((subject.to_owned(), token)),
        Err(Error::Unauthorized) => Err(Fault::not_found("Could not find token.")),
        Err(other) => Err(other.into()),
    }
}

fn describe(door: &Door, token: &Token, query: &Filters) -> Value {
    let mut body = json!({
        "methods": token.methods,
        "user": {
            "domain": domain(&token.valid.user),
            "id": token.valid.user.id,
            "name": token.valid.user.name,
            "password_expires_at": null,
        },
        "audit_ids": token.audit_ids,
        "expires_at": time(token.valid.expires_at),
        "issued_at": time(token.issued_at),
    });
    if let Some(project) = &token.valid.project {
        body["project"] = json!({"domain": domain(project), "id": project.id, "name": project.name});
        body["is_domain"] = json!(false);
        body["roles"] = token.valid.roles.iter().filter_map(|name| role(name)).collect();
        if !query.contains_key("nocatalog") {
            body["catalog"] = catalog::view(&door.catalog);
        }
    }
    json!({"token": body})
}

fn domain(named: &Named) -> Value {
    json!({"id": named.domain_id, "name": named.domain_name})
}

fn role(name: &str) -> Option<Value> {
    let role: Role = name.parse().ok()?;
    Some(json!({"id": role.id(), "name": role.name()}))
}

/// Always with six digits of a second, as clients parse it.
fn time(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string()
}
