//! `shelve`, `shelveOffload` and `unshelve`.

use http::StatusCode;
use serde_json::{Value, json};

use super::Target;
use crate::api::compute::text::Name;
use crate::api::policy::{Need, allow};
use crate::api::request::{Ignored, Invalid, OrNull, Read};
use crate::api::schema::{one_of, or_null};
use crate::api::{Book, Fault, Microversion, Schema};
use crate::{compute, request, span};

request! {
    #[derive(Default)]
    pub(super) struct Place {
        zone as "availability_zone": Option<Zone> = 2.77..2.91,
        any_zone as "availability_zone": Option<OrNull<String>> = 2.91..,
        host: Option<String> = 2.91..,
    }
}

/// A zone's name; it was required as long as it was all that could be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone(Name);

impl Schema for Zone {
    fn schema(book: &mut Book) -> Value {
        Name::schema(book)
    }
}

impl Read for Zone {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        Name::read(version, value).map(Self)
    }
}

/// `null`, or since 2.77 where to.
#[derive(Debug, Default)]
pub(super) struct Unshelve(Place);

impl Microversion {
    /// Before, nobody looked at what came with the action.
    const fn reads_where_to_unshelve(self) -> bool {
        self.at_least("2.77")
    }

    const fn unshelves_to_a_host(self) -> bool {
        self.at_least("2.91")
    }
}

impl Schema for Unshelve {
    fn schema(book: &mut Book) -> Value {
        let read = or_null(Place::schema(book));
        one_of([(span!(..2.77), json!({})), (span!(2.77..), read)])
    }
}

impl Read for Unshelve {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        if value.is_null() || !version.reads_where_to_unshelve() {
            return Ok(Self::default());
        }
        let place = Place::read(version, value)?;
        match place.zone.is_none() && !version.unshelves_to_a_host() {
            true => Err(Invalid::new(value, "'availability_zone' is a required property")),
            false => Ok(Self(place)),
        }
    }
}

impl Unshelve {
    fn upgraded(self) -> compute::Unshelve {
        let Place { zone, any_zone, host } = self.0;
        let zone = zone.map(|zone| Some(zone.0.0));
        compute::Unshelve {
            availability_zone: zone.or_else(|| any_zone.map(|or_null| or_null.0)),
            host,
        }
    }
}

pub(super) async fn shelve(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-shelve:shelve", Need::Member)?;
    on.door.compute.shelve(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn offload(on: Target, _: Ignored) -> Result<StatusCode, Fault> {
    allow(
        &on.context,
        "os_compute_api:os-shelve:shelve_offload",
        Need::Admin,
    )?;
    on.door.compute.shelve_offload(&on.context, on.id).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn unshelve(on: Target, body: Unshelve) -> Result<StatusCode, Fault> {
    allow(&on.context, "os_compute_api:os-shelve:unshelve", Need::Member)?;
    let place = body.upgraded();
    if place.host.is_some() {
        allow(
            &on.context,
            "os_compute_api:os-shelve:unshelve_to_host",
            Need::Admin,
        )?;
    }
    on.door.compute.unshelve(&on.context, on.id, place).await?;
    Ok(StatusCode::ACCEPTED)
}
