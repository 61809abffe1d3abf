//! `/v2.0/{resource}/{id}/tags`: words that users put on what is theirs.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use axum::body::Bytes;
use axum::extract::{Path, State as OfDoor};
use axum::routing::get;
use axum::{Extension, Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Door;
use super::body::parse_one;
use super::checks::filled_text;
use super::fault::Fault;
use super::resource::{Served, allow, parse_id};
use crate::api::policy::Need;
use crate::network::local::{Edit, Error, Record, State};
use crate::objects::RequestContext;

type Tags = BTreeSet<String>;
type Kind = Extension<&'static dyn Tagged>;

/// A resource as far as its tags go: handlers hold it by reference, so that there is one of each and not one for every
/// resource.
trait Tagged: Send + Sync {
    fn tags(&self, state: &State, context: &RequestContext, id: &str) -> Result<Tags, Fault>;
    fn id(&self, context: &RequestContext, id: &str) -> Result<Uuid, Fault>;
    fn tags_mut<'a>(&self, edit: &'a mut Edit<'_>, id: Uuid) -> Result<&'a mut Tags, Error>;
}

struct Of<T>(PhantomData<fn() -> T>);

impl<T: Served> Tagged for Of<T> {
    fn tags(&self, state: &State, context: &RequestContext, id: &str) -> Result<Tags, Fault> {
        allow::<T>(context, "get", Need::Reader)?;
        let record = state.find::<T>(context, parse_id::<T>(id)?)?;
        Ok(record.standard().tags.clone())
    }

    fn id(&self, context: &RequestContext, id: &str) -> Result<Uuid, Fault> {
        allow::<T>(context, "update", Need::Member)?;
        parse_id::<T>(id)
    }

    fn tags_mut<'a>(&self, edit: &'a mut Edit<'_>, id: Uuid) -> Result<&'a mut Tags, Error> {
        let record = edit.own::<T>("update", id)?;
        let standard = Record::standard_mut(record).ok_or_else(|| T::no_such(id))?;
        Ok(&mut standard.tags)
    }
}

pub(super) fn routes<T: Served>() -> Router<Door> {
    let all = format!("/v2.0/{}/{{id}}/tags", T::PATH);
    let one = format!("{all}/{{tag}}");
    let kind: &'static dyn Tagged = &Of::<T>(PhantomData);
    Router::new()
        .route(&all, get(list).put(replace).post(extend).delete(clear))
        .route(&one, get(check).put(add).delete(remove))
        .layer(Extension(kind))
}

async fn change<R: Send>(
    door: &Door,
    context: &RequestContext,
    kind: &dyn Tagged,
    id: &str,
    change: impl FnOnce(&mut Tags) -> R + Send,
) -> Result<R, Fault> {
    let id = kind.id(context, id)?;
    let changed = door
        .networks
        .change(context, |edit| Ok(change(kind.tags_mut(edit, id)?)));
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

async fn list(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Json<Value>, Fault> {
    Ok(Json(
        json!({ "tags": kind.tags(&door.networks.state(), &context, &id)? }),
    ))
}

async fn replace(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Value>, Fault> {
    let tags = read(&sent)?;
    let wanted = tags.clone();
    change(&door, &context, kind, &id, |have| *have = wanted).await?;
    Ok(Json(json!({ "tags": tags })))
}

async fn extend(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let tags = read(&sent)?;
    let all = change(&door, &context, kind, &id, |have| {
        have.extend(tags);
        have.clone()
    });
    Ok((StatusCode::CREATED, Json(json!({ "tags": all.await? }))))
}

async fn clear(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    change(&door, &context, kind, &id, Tags::clear).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn check(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    match kind.tags(&door.networks.state(), &context, &id)?.contains(&tag) {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_tag(&tag)),
    }
}

async fn add(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    let tag = checked(&Value::from(tag))?;
    change(&door, &context, kind, &id, |have| have.insert(tag)).await?;
    Ok(StatusCode::CREATED)
}

async fn remove(
    OfDoor(door): OfDoor<Door>,
    Extension(kind): Kind,
    context: RequestContext,
    Path((id, tag)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    match change(&door, &context, kind, &id, |have| have.remove(&tag)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_tag(&tag)),
    }
}
