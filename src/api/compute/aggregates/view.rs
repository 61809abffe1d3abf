//! How an aggregate is shown.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::api::compute::time::Micros;
use crate::objects::Aggregate;
use crate::view;

view! {
    /// What making an aggregate answers.
    pub(super) struct AggregateMade {
        id: i64,
        uuid: Uuid = 2.41..,
        name: String,
        availability_zone: Option<String>,
        created_at: Micros,
        updated_at: Option<Micros>,
        deleted: bool,
        deleted_at: Option<Micros>,
    }
}

view! {
    pub(super) struct AggregateRest {
        hosts: BTreeSet<String>,
        metadata: BTreeMap<String, String>,
    }
}

pub(super) type AggregateView = (AggregateMade, AggregateRest);

impl AggregateMade {
    pub(super) fn of(aggregate: &Aggregate) -> Self {
        Self {
            id: aggregate.id,
            uuid: aggregate.uuid,
            name: aggregate.name.clone(),
            availability_zone: aggregate.zone().cloned(),
            created_at: Micros(aggregate.created_at),
            updated_at: aggregate.updated_at.map(Micros),
            deleted: false,
            deleted_at: None,
        }
    }
}

pub(super) fn in_full(aggregate: &Aggregate) -> AggregateView {
    let rest = AggregateRest {
        hosts: aggregate.hosts.clone(),
        metadata: aggregate.metadata.clone(),
    };
    (AggregateMade::of(aggregate), rest)
}
