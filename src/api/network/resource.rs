//! What all resources have in common: made, listed, shown, changed and deleted by the table of their attributes.

use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::attribute::{Attribute, May, given, settable, shown};
use super::body::{self, Saying, Sent};
use super::checks::{any, text, texts};
use super::fault::Fault;
use super::{Door, listing, paging, tags};
use crate::api::policy::Need;
use crate::network::local::{self, Edit, Error, Resource};
use crate::objects::RequestContext;

/// A change that is made before anybody looks.
pub(super) type Prepare = fn(&mut Edit<'_>) -> Result<(), Error>;

/// A resource as clients meet it.
pub(super) trait Served: Resource {
    /// `security_groups`: in bodies.
    const PLURAL: &'static str;
    /// `security-groups`: in addresses.
    const PATH: &'static str;
    /// Its own, beside [`STANDARD`].
    const ATTRIBUTES: &'static [Attribute];
    /// Those of [`STANDARD`] that it does not have.
    const LACKS: &'static [&'static str] = &[];
    type Wanted: DeserializeOwned + Send;

    /// Adds what clients see and the record does not have.
    fn complete(&self, _state: &local::State, _door: &Door, _shown: &mut Map<String, Value>) {}

    /// Whether a shown one passes a filter that is not just about an attribute; none when it is.
    fn passes(_filter: &str, _values: &[&str], _shown: &Map<String, Value>) -> Option<Result<bool, Fault>> {
        None
    }

    /// What has to be there before anybody looks: a change, made if it changes anything.
    const PREPARE: Option<Prepare> = None;

    fn create(edit: &mut Edit<'_>, wanted: Self::Wanted) -> Result<Uuid, Error>;
    fn update(edit: &mut Edit<'_>, id: Uuid, wanted: Self::Wanted) -> Result<(), Error>;
    fn delete(edit: &mut Edit<'_>, id: Uuid) -> Result<(), Error>;
}

/// The attributes that every resource has.
pub(super) const STANDARD: &[Attribute] = &[
    shown("id", super::checks::uuid),
    given("project_id", text),
    shown("tenant_id", text),
    settable("description", text),
    Attribute {
        sorts: false,
        filters: false,
        ..shown("tags", texts)
    },
    shown("created_at", any),
    shown("updated_at", any),
    shown("revision_number", super::checks::whole),
];

pub(super) fn attributes<T: Served>() -> impl Iterator<Item = &'static Attribute> {
    let standard = STANDARD.iter().filter(|row| !T::LACKS.contains(&row.name));
    T::ATTRIBUTES.iter().chain(standard)
}

pub(super) fn routes<T: Served>() -> Router<Door> {
    let all = format!("/v2.0/{}", T::PATH);
    let one = format!("{all}/{{id}}");
    Router::new()
        .route(&all, get(list::<T>).post(create::<T>))
        .route(&one, get(show::<T>).put(update::<T>).delete(delete::<T>))
        .merge(tags::routes::<T>())
}

/// What is not a UUID is the id of nothing.
pub(super) fn parse_id<T: Served>(id: &str) -> Result<Uuid, Fault> {
    Uuid::parse_str(id).map_err(|_| T::no_such(id).into())
}

/// `verb` is that of Neutron's rule.
pub(super) fn allow<T: Served>(context: &RequestContext, verb: &str, need: Need) -> Result<(), Fault> {
    match need.is_met_by(context) {
        true => Ok(()),
        false => Err(Fault::not_allowed(&format!("{verb}_{}", T::NAME))),
    }
}

/// One resource with everything that this caller may see of it, in the order of its table.
pub(super) fn view<T: Served>(
    record: &T,
    state: &local::State,
    door: &Door,
    context: &RequestContext,
) -> Map<String, Value> {
    view_for(record, state, door, context.is_admin())
}

/// As administrators see it, or everybody else.
pub(super) fn view_for<T: Served>(
    record: &T,
    state: &local::State,
    door: &Door,
    admin: bool,
) -> Map<String, Value> {
    let mut all = match serde_json::to_value(record) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    };
    let standard = record.standard();
    all.insert("tenant_id".to_owned(), json!(standard.project_id));
    all.insert("created_at".to_owned(), seconds(standard.created_at));
    all.insert("updated_at".to_owned(), seconds(standard.updated_at));
    record.complete(state, door, &mut all);
    let seen = attributes::<T>().filter(|row| row.is_seen(admin));
    seen.filter_map(|row| Some((row.name.to_owned(), all.shift_remove(row.name)?)))
        .collect()
}

/// `2026-11-21T08:00:00Z`
fn seconds(time: jiff::Timestamp) -> Value {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// The state with all that must be there before it is looked at.
async fn prepared<T: Served>(
    door: &Door,
    context: &RequestContext,
) -> Result<std::sync::Arc<local::State>, Fault> {
    match T::PREPARE {
        Some(prepare) => Ok(door.networks.change(context, prepare).await?.1),
        None => Ok(door.networks.state()),
    }
}

async fn list<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Fault> {
    allow::<T>(&context, "get", Need::Reader)?;
    let state = prepared::<T>(&door, &context).await?;
    let visible = T::table(&state)
        .values()
        .filter(|record| record.is_seen_by(&state, &context))
        .map(|record| view(record.as_ref(), &state, &door, &context))
        .collect();
    let query = listing::Query::read::<T>(&asked)?;
    let found = query.apply::<T>(visible)?;
    let page = paging::page::<T>(found, &query)?;
    let links = paging::links::<T>(&page, &query, &headers, raw.as_deref());
    let shown: Vec<Value> = page.into_iter().map(|one| query.fields(one)).collect();
    let mut answer = Map::from_iter([(T::PLURAL.to_owned(), Value::Array(shown))]);
    if !links.is_empty() {
        answer.insert(format!("{}_links", T::PLURAL), Value::Array(links));
    }
    Ok(Json(Value::Object(answer)))
}

async fn show<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Json<Value>, Fault> {
    allow::<T>(&context, "get", Need::Reader)?;
    let state = prepared::<T>(&door, &context).await?;
    let record = state.find::<T>(&context, parse_id::<T>(&id)?)?;
    let shown = view(record.as_ref(), &state, &door, &context);
    Ok(under(T::NAME, listing::only_fields(&asked, shown)))
}

async fn create<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    sent: Bytes,
) -> Result<Response, Fault> {
    allow::<T>(&context, "create", Need::Member)?;
    let (many, wanted) = match body::parse::<T>(&sent)? {
        Sent::One(one) => (false, vec![one]),
        Sent::Many(many) => (true, many),
    };
    let wanted: Vec<T::Wanted> = wanted
        .into_iter()
        .map(|one| body::read::<T>(one, Saying::Create, &context))
        .collect::<Result<_, _>>()?;
    let all = |edit: &mut Edit<'_>| {
        let made: Result<Vec<Uuid>, Error> = wanted.into_iter().map(|one| T::create(edit, one)).collect();
        made
    };
    let (made, state) = door.networks.change(&context, all).await?;
    let mut shown = Vec::new();
    for id in made {
        let record = state.get::<T>(id)?;
        shown.push(Value::Object(view(record.as_ref(), &state, &door, &context)));
    }
    let answer = match (many, shown.pop()) {
        (false, Some(one)) => json!({ T::NAME: one }),
        (_, last) => json!({ T::PLURAL: shown.into_iter().chain(last).collect::<Vec<_>>() }),
    };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

async fn update<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
    sent: Bytes,
) -> Result<Json<Value>, Fault> {
    allow::<T>(&context, "update", Need::Member)?;
    let sent = body::parse_one(&sent, T::NAME)?;
    let id = parse_id::<T>(&id)?;
    door.networks.state().find::<T>(&context, id)?;
    let wanted = body::read::<T>(sent, Saying::Update, &context)?;
    let change = |edit: &mut Edit<'_>| T::update(edit, id, wanted);
    let ((), state) = door.networks.change(&context, change).await?;
    let record = state.get::<T>(id)?;
    let shown = view(record.as_ref(), &state, &door, &context);
    Ok(under(T::NAME, shown))
}

async fn delete<T: Served>(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow::<T>(&context, "delete", Need::Member)?;
    let id = parse_id::<T>(&id)?;
    door.networks.change(&context, |edit| T::delete(edit, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn under(name: &str, shown: Map<String, Value>) -> Json<Value> {
    Json(json!({ name: shown }))
}

/// Rows that only administrators see and set.
pub(super) const fn for_admins(row: Attribute) -> Attribute {
    Attribute {
        seen: May::Admins,
        ..row.set_by_admins()
    }
}
