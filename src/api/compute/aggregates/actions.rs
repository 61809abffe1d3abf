//! `POST /os-aggregates/{id}/action`: hosts come and go, metadata is set.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::request::{OfHost, SetMetadata};
use super::view::{AggregateView, in_full};
use crate::api::compute::Door;
use crate::api::compute::ids::number;
use crate::api::policy::{Need, allow};
use crate::api::route::{Methods, post};
use crate::api::{Action, At, Fault, Microversion, Under};
use crate::compute::Error;
use crate::objects::{Aggregate, RequestContext};
use crate::{actions, shows};

actions! {
    struct AggregateActions on Target {
        "add_host" => add_host,
        "remove_host" => remove_host,
        "set_metadata" => set_metadata,
    }
}

struct Target {
    door: Door,
    context: RequestContext,
    version: Microversion,
    id: String,
}

impl Target {
    fn allowed(&self, verb: &str) -> Result<i64, Fault> {
        let rule = format!("os_compute_api:os-aggregates:{verb}");
        allow(&self.context, &rule, Need::Admin)?;
        number(&self.id)
    }

    fn shown(&self, aggregate: &Aggregate) -> Response {
        At(self.version, Under("aggregate", in_full(aggregate))).into_response()
    }
}

pub(super) fn method() -> Methods<Door> {
    post(act)
        .does::<AggregateActions>()
        .answers(200, shows!("aggregate": AggregateView))
}

async fn act(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    action: Action,
) -> Result<Response, Fault> {
    let target = Target {
        door,
        context,
        version,
        id,
    };
    AggregateActions::dispatch(target, action).await
}

async fn add_host(target: Target, asked: OfHost) -> Result<Response, Fault> {
    let id = target.allowed("add_host")?;
    let aggregate = target.door.compute.add_host(id, &asked.host.0).await?;
    Ok(target.shown(&aggregate))
}

async fn remove_host(target: Target, asked: OfHost) -> Result<Response, Fault> {
    let id = target.allowed("remove_host")?;
    let host = &asked.host.0;
    let removed = target.door.compute.remove_host(id, host).await;
    let aggregate = removed.map_err(|error| match error {
        Error::NotFound(_) => Fault::not_found(format!("Cannot remove host {host} in aggregate {id}")),
        other => other.into(),
    })?;
    Ok(target.shown(&aggregate))
}

async fn set_metadata(target: Target, asked: SetMetadata) -> Result<Response, Fault> {
    let id = target.allowed("set_metadata")?;
    let change = asked.change();
    let compute = &target.door.compute;
    let aggregate = compute
        .change_aggregate(id, "metadata of aggregate", change)
        .await?;
    Ok(target.shown(&aggregate))
}
