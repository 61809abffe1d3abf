//! `/flavors/{id}/os-extra_specs`: what a flavor says beyond its sizes.

mod known;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::compute::Door;
use crate::api::compute::text::{MetadataKey, Unfit};
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read, quoted};
use crate::api::route::{NOTHING, Routes, get, whole};
use crate::api::{Body, Fault, Microversion};
use crate::api::{Book, Schema};
use crate::objects::RequestContext;
use crate::request;
use crate::shows;

const LONGEST: usize = 255;

pub(super) fn routes() -> Routes<Door> {
    Routes::new()
        .route(
            "/flavors/{id}/os-extra_specs",
            get(list)
                .answers(200, shows!("extra_specs": BTreeMap<String, String>))
                .post(create)
                .answers(200, shows!("extra_specs": Specs)),
        )
        .route(
            "/flavors/{id}/os-extra_specs/{key}",
            get(show)
                .answers(200, whole::<BTreeMap<String, String>>())
                .put(update)
                .answers(200, whole::<Specs>())
                .delete(delete)
                .answers(200, NOTHING),
        )
}

impl Microversion {
    /// Extra specs that Nova knows may not be misspelt any more.
    const fn checks_extra_specs(self) -> bool {
        self.at_least("2.86")
    }
}

/// Keys with values that are text or numbers, in the form they came in: they are answered as they came.
#[derive(Debug)]
struct Specs(BTreeMap<String, Value>);

crate::schema! {
    Specs => {"type": "object", "additionalProperties": {"type": ["string", "number"], "maxLength": LONGEST}},
}

impl Read for Specs {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        let map = value
            .as_object()
            .ok_or_else(|| Invalid::not_of_type(value, &["object"]))?;
        let mut specs = BTreeMap::new();
        for (key, spec) in map {
            let MetadataKey(name) = key.parse().map_err(|unfit: Unfit| unfit.about(value))?;
            check(spec).map_err(|invalid| invalid.at(key))?;
            specs.insert(name, spec.clone());
        }
        Ok(Self(specs))
    }
}

fn check(spec: &Value) -> Result<(), Invalid> {
    match spec {
        Value::String(text) if text.chars().count() > LONGEST => {
            Err(Invalid::new(spec, format!("{} is too long", quoted(text))))
        }
        Value::String(_) | Value::Number(_) => Ok(()),
        _ => Err(Invalid::not_of_type(spec, &["string", "number"])),
    }
}

impl Specs {
    /// As they are kept. Since 2.86 they are what Nova knows or of a kind that it does not know at all.
    fn texts(&self, version: Microversion) -> Result<BTreeMap<String, String>, Fault> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let texts: BTreeMap<String, String> = self
            .0
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect();
        if version.checks_extra_specs() {
            for (key, value) in &texts {
                known::check(key, value).map_err(Fault::bad_request)?;
            }
        }
        Ok(texts)
    }
}

request! {
    struct AllSpecs {
        extra_specs: Specs,
    }
}

/// The whole body: one key and its value.
#[derive(Debug)]
struct OneSpec(Specs);

impl crate::api::request::Request for OneSpec {
    fn parse(version: Microversion, root: &Value) -> Result<Self, Invalid> {
        let specs = Specs::read(version, root)?;
        match specs.0.len() {
            0 => Err(Invalid::new(root, "{} should be non-empty")),
            1 => Ok(Self(specs)),
            _ => Err(Invalid::too_many(root)),
        }
    }

    fn body(book: &mut Book) -> Value {
        let mut schema = Specs::schema(book);
        schema["minProperties"] = 1.into();
        schema["maxProperties"] = 1.into();
        schema
    }
}

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "index", Need::Reader)?;
    let flavor = door.compute.flavor(&context, &id).await?;
    Ok(Json(json!({ "extra_specs": flavor.extra_specs })))
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "show", Need::Reader)?;
    let flavor = door.compute.flavor(&context, &id).await?;
    let message = format!("Flavor {id} has no extra specs with key {key}.");
    let value = flavor
        .extra_specs
        .get(&key)
        .ok_or_else(|| Fault::not_found(message))?;
    Ok(Json(json!({ key: value })))
}

async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Body(body): Body<AllSpecs>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "create", Need::Admin)?;
    let specs = body.extra_specs.texts(version)?;
    door.compute.add_extra_specs(&id, specs).await?;
    Ok(Json(json!({ "extra_specs": body.extra_specs.0 })))
}

async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path((id, key)): Path<(String, String)>,
    Body(OneSpec(specs)): Body<OneSpec>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "update", Need::Admin)?;
    let texts = specs.texts(version)?;
    if !texts.contains_key(&key) {
        return Err(Fault::bad_request("Request body and URI mismatch"));
    }
    door.compute.add_extra_specs(&id, texts).await?;
    Ok(Json(json!(specs.0)))
}

async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    allowed(&context, "delete", Need::Admin)?;
    door.compute.delete_extra_spec(&id, &key).await?;
    Ok(StatusCode::OK)
}

fn allowed(context: &RequestContext, verb: &str, need: Need) -> Result<(), Fault> {
    allow(
        context,
        &format!("os_compute_api:os-flavor-extra-specs:{verb}"),
        need,
    )
}
