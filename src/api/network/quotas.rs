//! `/v2.0/quotas`: how much of everything a project may have, and has.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::Door;
use super::body::parse_one;
use super::fault::Fault;
use crate::api::policy::Need;
use crate::network::local::quotas::{self, DEFAULTS, Usage};
use crate::objects::{ProjectId, RequestContext};

pub(super) fn routes() -> Router<Door> {
    Router::new()
        .route("/v2.0/quotas", get(list))
        .route("/v2.0/quotas/{project}", get(show).put(update).delete(reset))
        .route("/v2.0/quotas/{project}/default", get(default))
        .route("/v2.0/quotas/{project}/details.json", get(details))
}

/// One's own are for everybody to see, others' for administrators.
fn allow(context: &RequestContext, project: &str) -> Result<ProjectId, Fault> {
    let own = context.project_id.as_str() == project && Need::Reader.is_met_by(context);
    match own || context.is_admin() {
        true => Ok(ProjectId::from(project)),
        false => Err(Fault::not_allowed("get_quota")),
    }
}

fn only_admins(context: &RequestContext, rule: &str) -> Result<(), Fault> {
    match context.is_admin() {
        true => Ok(()),
        false => Err(Fault::not_allowed(rule)),
    }
}

fn limits(usages: &[Usage]) -> Map<String, Value> {
    let limit = |usage: &Usage| (usage.resource.to_owned(), usage.limit.into());
    usages.iter().map(limit).collect()
}

/// Of the projects that have limits of their own.
async fn list(State(door): State<Door>, context: RequestContext) -> Result<Json<Value>, Fault> {
    only_admins(&context, "get_quota")?;
    let state = door.networks.state();
    let own = state.quotas.values().map(|own| {
        let project = &own.project_id;
        let mut shown = limits(&quotas::of(&state, project));
        shown.insert("project_id".to_owned(), json!(project));
        shown.insert("tenant_id".to_owned(), json!(project));
        Value::Object(shown)
    });
    Ok(Json(json!({ "quotas": own.collect::<Vec<_>>() })))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path(project): Path<String>,
) -> Result<Json<Value>, Fault> {
    let project = allow(&context, &project)?;
    let usages = quotas::of(&door.networks.state(), &project);
    Ok(Json(json!({ "quota": limits(&usages) })))
}

async fn default(context: RequestContext, Path(project): Path<String>) -> Result<Json<Value>, Fault> {
    allow(&context, &project)?;
    Ok(Json(json!({ "quota": BTreeMap::from(DEFAULTS) })))
}

async fn details(
    State(door): State<Door>,
    context: RequestContext,
    Path(project): Path<String>,
) -> Result<Json<Value>, Fault> {
    let project = allow(&context, &project)?;
    let usages = quotas::of(&door.networks.state(), &project);
    let detail = |usage: &Usage| {
        let detail = json!({ "limit": usage.limit, "used": usage.used, "reserved": 0 });
        (usage.resource.to_owned(), detail)
    };
    let details: Map<String, Value> = usages.iter().map(detail).collect();
    Ok(Json(json!({ "quota": details })))
}

async fn update(
    State(door): State<Door>,
    context: RequestContext,
    Path(project): Path<String>,
    sent: Bytes,
) -> Result<Json<Value>, Fault> {
    only_admins(&context, "update_quota")?;
    let Value::Object(sent) = parse_one(&sent, "quota")? else {
        return Err(Fault::bad_request("Body contains invalid data"));
    };
    let wanted: BTreeMap<String, i64> = sent
        .into_iter()
        .filter(|(name, _)| name != "tenant_id" && name != "project_id")
        .map(|(name, value)| Ok((known(&name)?.to_owned(), limit(&name, &value)?)))
        .collect::<Result<_, Fault>>()?;
    let project = ProjectId(project);
    let change = door.networks.change(&context, |edit| {
        quotas::set(edit.state, &project, wanted);
        Ok(())
    });
    let ((), state) = change.await?;
    Ok(Json(json!({ "quota": limits(&quotas::of(&state, &project)) })))
}

fn known(name: &str) -> Result<&'static str, Fault> {
    let found = DEFAULTS.iter().find(|(known, _)| *known == name);
    found
        .map(|(known, _)| *known)
        .ok_or_else(|| Fault::bad_request(format!("Unrecognized attribute(s) '{name}'")))
}

fn limit(name: &str, value: &Value) -> Result<i64, Fault> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    // The largest integer that Neutron's database holds.
    let allowed = number.filter(|number| (-1..=i64::from(i32::MAX)).contains(number));
    allowed.ok_or_else(|| {
        Fault::invalid(
            name,
            &format!("'{value}' is not in valid range '-1' to '2147483647'."),
        )
    })
}

async fn reset(
    State(door): State<Door>,
    context: RequestContext,
    Path(project): Path<String>,
) -> Result<StatusCode, Fault> {
    only_admins(&context, "delete_quota")?;
    let project = ProjectId(project);
    let change = door.networks.change(&context, |edit| {
        quotas::reset(edit.state, &project);
        Ok(())
    });
    change.await?;
    Ok(StatusCode::NO_CONTENT)
}
