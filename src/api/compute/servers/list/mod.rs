//! `GET /servers` and `GET /servers/detail`.

mod filter;
mod sort;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::view::{ServerItem, server_detail};
use crate::api::compute::Door;
use crate::api::links::Links;
use crate::api::pagination::page;
use crate::api::policy::{Need, allow};
use crate::api::view::{Each, Shown};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::objects::{Instance, RequestContext};
use filter::ListServers;

const INDEX: &str = "os_compute_api:servers:index";
const DETAIL: &str = "os_compute_api:servers:detail";

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListServers>,
) -> Result<Response, Fault> {
    allow(&context, INDEX, Need::Reader)?;
    let view = |instance: &Instance| ServerItem::of(instance, &links);
    paged(&door, &context, version, &links, query, INDEX, view).await
}

pub(super) async fn detail(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListServers>,
) -> Result<Response, Fault> {
    allow(&context, DETAIL, Need::Reader)?;
    let template = &door.compute.settings().instance_name_template;
    let view = |instance: &Instance| server_detail(&context, instance, &links, template);
    paged(&door, &context, version, &links, query, DETAIL, view).await
}

async fn paged<V: Shown>(
    door: &Door,
    context: &RequestContext,
    version: Microversion,
    links: &Links,
    query: ListServers,
    rule: &str,
    view: impl Fn(&Instance) -> V,
) -> Result<Response, Fault> {
    let (limit, marker) = (query.limit, query.marker.clone());
    let servers = chosen(door, context, version, query, rule).await?;
    let has_id = |instance: &Arc<Instance>, id: &str| id.parse() == Ok(instance.id);
    let page = page(&servers, limit, marker.as_deref(), door.max_limit, has_id)?;
    let views = Each(page.items, |instance: &Arc<Instance>| view(instance));
    let next = page
        .last_if_full()
        .map(|last| Under("servers_links", [links.next(last.id.to_string())]));
    Ok(At(version, (Under("servers", views), next)).into_response())
}

async fn chosen(
    door: &Door,
    context: &RequestContext,
    version: Microversion,
    query: ListServers,
    rule: &str,
) -> Result<Vec<Arc<Instance>>, Fault> {
    let query = query.allowed(context, version);
    let shown = query.shown();
    match query.filter(context, version, rule)? {
        None => Ok(Vec::new()),
        Some(filter) => {
            let mut found = door.compute.list(context, &filter).await?;
            found.retain(|instance| shown.by(instance));
            Ok(found)
        }
    }
}
