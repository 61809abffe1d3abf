//! `/v2.0/{resource}/{id}/tags`: words that users put on what is theirs.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};

use super::Door;
use super::body::parse_one;
use super::checks::filled_text;
use super::fault::Fault;
use super::resource::{Served, allow, parse_id};
use crate::api::policy::Need;
use crate::network::local::Record;
use crate::objects::RequestContext;

type Tags = BTreeSet<String>;

pub(super) fn routes<T: Served>() -> Router<Door> {
    let all = format!("/v2.0/{}/{{id}}/tags", T::PATH);
    let one = format!("{all}/{{tag}}");
    let many = get(list::<T>)
        .put(replace::<T>)
        .post(extend::<T>)
        .delete(clear::<T>);
    Router::new()
        .route(&all, many)
        .route(&one, get(check::<T>).put(add::<T>).delete(remove::<T>))
}

fn tags_of<T: Served>(door: &Door, context: &RequestContext, id: &str) -> Result<Tags, Fault> {
    allow::<T>(context, "get", Need::Reader)?;
    let state = door.networks.state();
    let record = state.find::<T>(context, parse_id::<T>(id)?)?;
    Ok(record.standard().tags.clone())
}

async fn change<T: Served, R: Send>(
    door: &Door,
    context: &RequestContext,
    id: &str,
    change: impl FnOnce(&mut Tags) -> R + Send,
) -> Result<R, Fault> {
    allow::<T>(context, "update", Need::Member)?;
    let id = parse_id::<T>(id)?;
    let changed = door.networks.change(context, |edit| {
        let record = edit.own::<T>("update", id)?;
        let standard = Record::standard_mut(record).ok_or_else(|| T::no_such(id))?;
        Ok(change(&mut standard.tags))
    });
    Ok(changed.await?.0)
}

fn read(sent: &[u8]) -> Result<Tags, Fault> {
    let Value::Array(tags) = parse_one(sent, "tags")? else {
        return Err(Fault::bad_request("Invalid tags body"));
    };
    tags.iter().map(checked).collect()
}

fn checked(tag: &Value) -> Result<String, Fault> {
    let checked = filled_text(tag).map_err(|reason| Fault::invalid("tags", &reason))?;
    Ok(checked.as_str().unwrap_or_default().to_owned())
}

fn no_such_tag(tag: &str) -> Fault {
    Fault::not_found("TagNotFound", format!("Tag {tag} could not be found."))
}

async fn list<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    Ok(Json(json!({ "tags": tags_of::<T>(&door, &context, &id)? })))
}

async fn replace<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Value>, Fault> {
    let tags = read(&sent)?;
    let wanted = tags.clone();
    change::<T, _>(&door, &context, &id, |have| *have = wanted).await?;
    Ok(Json(json!({ "tags": tags })))
}

async fn extend<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let tags = read(&sent)?;
    let all = change::<T, _>(&door, &context, &id, |have| {
        have.extend(tags);
        have.clone()
    });
    Ok((StatusCode::CREATED, Json(json!({ "tags": all.await? }))))
}

async fn clear<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    change::<T, _>(&door, &context, &id, Tags::clear).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    match tags_of::<T>(&door, &context, &id)?.contains(&tag) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_tag(&tag)),
    }
}

async fn add<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    let tag = checked(&Value::from(tag))?;
    change::<T, _>(&door, &context, &id, |have| have.insert(tag)).await?;
    Ok(StatusCode::CREATED)
}

async fn remove<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    match change::<T, _>(&door, &context, &id, |have| have.remove(&tag)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_tag(&tag)),
    }
}
