//! One flavor: shown, made, described, deleted.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use http::StatusCode;
use serde_json::Value;

use super::view;
use crate::api::compute::Door;
use crate::api::compute::text::{FlavorIdText, LongDescription, Name};
use crate::api::links::Links;
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, Invalid, OrNull, Read, Whole, quoted};
use crate::api::{At, Body, Fault, Microversion, Under};
use crate::compute::NewFlavor;
use crate::objects::{FlavorId, RequestContext};
use crate::request;

/// What a column of Nova's database can hold.
const MOST: u64 = 0x7FFF_FFFF;

request! {
    /// The `flavor` of `POST /flavors`.
    pub(super) struct CreateFlavor in "flavor" {
        name: Name,
        id: Option<OrNull<GivenId>>,
        ram: Whole<1, MOST>,
        vcpus: Whole<1, MOST>,
        disk: Whole<0, MOST>,
        ephemeral as "OS-FLV-EXT-DATA:ephemeral": Option<Whole<0, MOST>>,
        swap: Option<Whole<0, MOST>>,
        rxtx_factor: Option<Factor> = ..2.102,
        is_public as "os-flavor-access:is_public": Option<Flag>,
        description: Option<OrNull<LongDescription>> = 2.55..,
    }
}

request! {
    /// The `flavor` of `PUT /flavors/{id}`.
    pub(super) struct UpdateFlavor in "flavor" {
        description: OrNull<LongDescription>,
    }
}

/// An id may be written as a number.
#[derive(Debug)]
pub(super) struct GivenId(String);

crate::schema! {
    GivenId => {"type": ["string", "number"], "minLength": 1, "maxLength": 255},
    Factor => {"type": ["number", "string"], "pattern": r"^[0-9]+(\.[0-9]+)?$", "exclusiveMinimum": 0},
}

impl Read for GivenId {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::String(_) => FlavorIdText::read(version, value).map(|id| Self(id.0)),
            _ => Err(Invalid::not_of_type(value, &["string", "number"])),
        }
    }
}

/// A number above 0, also as text.
#[derive(Debug)]
pub(super) struct Factor(f64);

impl Read for Factor {
    fn read(_: Microversion, value: &Value) -> Result<Self, Invalid> {
        let number = match value {
            Value::Number(number) => number.as_f64().unwrap_or(f64::MAX),
            Value::String(text) => factor(text).ok_or_else(|| not_a_factor(value, text))?,
            _ => return Err(Invalid::not_of_type(value, &["number", "string"])),
        };
        let reason = if number <= 0.0 {
            format!("{value} is less than or equal to the minimum of 0")
        } else if number > 3.402_82e38 {
            format!("{value} is greater than the maximum of 3.40282e+38")
        } else {
            return Ok(Self(number));
        };
        Err(Invalid::new(value, reason))
    }
}

fn not_a_factor(value: &Value, text: &str) -> Invalid {
    let pattern = quoted(r"^[0-9]+(\.[0-9]+)?$");
    Invalid::new(value, format!("{} does not match {pattern}", quoted(text)))
}

fn factor(text: &str) -> Option<f64> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let well_formed = match text.split_once('.') {
        Some((whole, rest)) => digits(whole) && digits(rest),
        None => digits(text),
    };
    text.parse().ok().filter(|_| well_formed)
}

impl CreateFlavor {
    fn new_flavor(self) -> NewFlavor {
        let or_none = |amount: Option<Whole<0, MOST>>| amount.map_or(0, |whole| whole.0);
        NewFlavor {
            id: self.id.and_then(|id| id.0).map(|id| FlavorId(id.0)),
            name: self.name.0,
            description: self.description.and_then(|text| text.0).map(|text| text.0),
            vcpus: u32::try_from(self.vcpus.0).unwrap_or(u32::MAX),
            memory_mb: self.ram.0,
            root_gb: self.disk.0,
            ephemeral_gb: or_none(self.ephemeral),
            swap_mb: or_none(self.swap),
            rxtx_factor: self.rxtx_factor.map_or(1.0, |factor| factor.0),
            is_public: self.is_public.is_none_or(|flag| flag.0),
        }
    }
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let flavor = door.compute.flavor(&context, &id).await?;
    Ok(At(
        version,
        Under("flavor", view::detail(&context, &flavor, &links)),
    ))
}

pub(super) async fn create(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Body(body): Body<CreateFlavor>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-flavor-manage:create", Need::Admin)?;
    let flavor = door.compute.create_flavor(body.new_flavor()).await?;
    Ok(At(
        version,
        Under("flavor", view::detail(&context, &flavor, &links)),
    ))
}

pub(super) async fn update(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
    Body(body): Body<UpdateFlavor>,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "os_compute_api:os-flavor-manage:update", Need::Admin)?;
    let description = body.description.0.map(|text| text.0);
    let flavor = door.compute.describe_flavor(&id, description).await?;
    Ok(At(
        version,
        Under("flavor", view::detail(&context, &flavor, &links)),
    ))
}

pub(super) async fn delete(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "os_compute_api:os-flavor-manage:delete", Need::Admin)?;
    door.compute.delete_flavor(&id).await?;
    Ok(StatusCode::ACCEPTED)
}
