//! What is answered about usage.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::period::Period;
use super::view::tenants;
use crate::api::compute::Door;
use crate::api::links::{Link, Links};
use crate::api::pagination::{Limit, page};
use crate::api::policy::{Need, allow, allow_in};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::compute::ServerUsage;
use crate::objects::{ProjectId, RequestContext};
use crate::query;

query! {
    pub(super) struct Asked {
        start: Option<String>,
        end: Option<String>,
        detailed: Option<String>,
        limit: Option<Limit> = 2.40..,
        marker: Option<String> = 2.40..,
        .. = ..2.75
    }
}

impl Microversion {
    const fn pages_usage(self) -> bool {
        self.at_least("2.40")
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<Asked>,
) -> Result<Response, Fault> {
    allow(
        &context,
        "os_compute_api:os-simple-tenant-usage:list",
        Need::Admin,
    )?;
    let now = door.compute.now();
    let period = Period::asked(query.start.as_deref(), query.end.as_deref(), now)?;
    let usages = door.compute.usage(period.begin, period.end, None).await?;
    let (shown, next) = paged(&door, &usages, &query, version, &links)?;
    let detailed = query.detailed.as_deref() == Some("1");
    let views = tenants(shown, period, now, detailed);
    let next = next.map(|next| Under("tenant_usages_links", next));
    Ok(At(version, (Under("tenant_usages", views), next)).into_response())
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
    Query(query): Query<Asked>,
) -> Result<Response, Fault> {
    allow_in(
        &context,
        &id,
        "os_compute_api:os-simple-tenant-usage:show",
        Need::Reader,
    )?;
    let now = door.compute.now();
    let period = Period::asked(query.start.as_deref(), query.end.as_deref(), now)?;
    let usages = door
        .compute
        .usage(period.begin, period.end, Some(&ProjectId(id)))
        .await?;
    let (shown, next) = paged(&door, &usages, &query, version, &links)?;
    let next = next.map(|next| Under("tenant_usage_links", next));
    let tenant = tenants(shown, period, now, true).into_iter().next();
    Ok(match tenant {
        Some(tenant) => At(version, (Under("tenant_usage", tenant), next)).into_response(),
        // A project without servers has no usage at all.
        None => At(version, Under("tenant_usage", BTreeMap::<String, Link>::new())).into_response(),
    })
}

type Paged<'a> = (&'a [ServerUsage], Option<[Link; 1]>);

fn paged<'a>(
    door: &Door,
    usages: &'a [ServerUsage],
    query: &Asked,
    version: Microversion,
    links: &Links,
) -> Result<Paged<'a>, Fault> {
    let page = page(
        usages,
        query.limit,
        query.marker.as_deref(),
        door.max_limit,
        |usage, marker| usage.lifetime.id.to_string() == marker,
    )
    .map_err(|missing| Fault::bad_request(format!("Marker {} could not be found.", missing.0)))?;
    let last = page.last_if_full().filter(|_| version.pages_usage());
    let next = last.map(|last| [links.next(last.lifetime.id.to_string())]);
    Ok((page.items, next))
}
