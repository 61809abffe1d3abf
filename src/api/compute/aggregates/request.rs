//! What is asked about aggregates.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::compute::ids::Id;
use crate::api::compute::text::{Fqdn, MetadataKey, MetadataValue, Name, Unfit, ZoneName};
use crate::api::request::{Invalid, OrNull, Read, Request, Several, body_under, read_under};
use crate::api::{Book, Microversion, Schema};
use crate::compute::AggregateChange;
use crate::objects::Aggregate;
use crate::request;

request! {
    /// The `aggregate` of `POST /os-aggregates`.
    pub(super) struct CreateAggregate in "aggregate" {
        name: Name,
        availability_zone: Option<OrNull<ZoneName>>,
    }
}

request! {
    /// The `aggregate` of `PUT /os-aggregates/{id}`.
    struct Update {
        name: Option<Name>,
        availability_zone: Option<OrNull<ZoneName>>,
    }
}

/// The same, with something in it.
#[derive(Debug)]
pub(super) struct UpdateAggregate(Update);

impl Read for UpdateAggregate {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let update = Update::read(version, value)?;
        match update.name.is_some() || update.availability_zone.is_some() {
            true => Ok(Self(update)),
            false => Err(Invalid::fits_no_schema(value)),
        }
    }
}

impl Schema for UpdateAggregate {
    fn schema(book: &mut Book) -> Value {
        Update::schema(book)
    }
}

impl Request for UpdateAggregate {
    fn parse(version: Microversion, root: &Value) -> Result<Self, Invalid> {
        read_under("aggregate", version, root)
    }

    fn body(book: &mut Book) -> Value {
        body_under::<Self>("aggregate", book)
    }
}

request! {
    pub(super) struct OfHost {
        host: Fqdn,
    }
}

request! {
    pub(super) struct SetMetadata {
        metadata: Metadata,
    }
}

/// Keys and values; a value of null takes the key away.
#[derive(Debug)]
pub(super) struct Metadata(BTreeMap<String, Option<String>>);

request! {
    /// The whole body of `POST /os-aggregates/{id}/images`.
    pub(super) struct CacheImages {
        cache: Several<CacheImage, 1, { usize::MAX }>,
    }
}

request! {
    pub(super) struct CacheImage {
        id: Id,
    }
}

crate::schema! {
    Metadata => {"type": "object", "additionalProperties": {"type": ["string", "null"], "maxLength": 255}},
}

impl Read for Metadata {
    fn read(version: Microversion, value: &Value) -> Result<Self, Invalid> {
        let read = BTreeMap::<String, OrNull<MetadataValue>>::read(version, value)?;
        let mut metadata = BTreeMap::new();
        for (key, text) in read {
            let MetadataKey(key) = key.parse().map_err(|unfit: Unfit| unfit.about(value))?;
            metadata.insert(key, text.0.map(|text| text.0));
        }
        Ok(Self(metadata))
    }
}

impl UpdateAggregate {
    pub(super) fn change(self) -> AggregateChange {
        let zone = self.0.availability_zone.map(|zone| zone.0.map(|zone| zone.0));
        AggregateChange {
            name: self.0.name.map(|name| name.0),
            metadata: zone
                .into_iter()
                .map(|zone| (Aggregate::ZONE.to_owned(), zone))
                .collect(),
        }
    }
}

impl SetMetadata {
    pub(super) fn change(self) -> AggregateChange {
        AggregateChange {
            name: None,
            metadata: self.metadata.0,
        }
    }
}
