//! `GET /servers` and `GET /servers/detail`.

mod filter;
mod sort;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::view::{ServerItem, server_detail};
use crate::api::compute::Door;
use crate::api::links::Links;
use crate::api::pagination::{NoSuchMarker, page_size};
use crate::api::policy::{Need, allow};
use crate::api::view::{Each, Shown};
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::compute::{self, ListPage};
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
    let size = page_size(query.limit, door.max_limit);
    let servers = chosen(door, context, version, query, rule, size).await?;
    let next = servers.last().filter(|_| servers.len() == size);
    let next = next.map(|last| Under("servers_links", [links.next(last.id.to_string())]));
    let views = Each(&servers, |instance: &Arc<Instance>| view(instance));
    Ok(At(version, (Under("servers", views), next)).into_response())
}

async fn chosen(
    door: &Door,
    context: &RequestContext,
    version: Microversion,
    query: ListServers,
    rule: &str,
    limit: usize,
) -> Result<Vec<Arc<Instance>>, Fault> {
    let query = query.allowed(context, version);
    let (shown, marker) = (query.shown()?, query.marker.clone().unwrap_or_default());
    let no_such_marker = || Fault::from(NoSuchMarker(marker.clone()));
    let after = match marker.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| no_such_marker())?),
    };
    let Some(filter) = query.filter(context, version, rule)? else {
        return Ok(Vec::new());
    };
    let is_shown = |instance: &Instance| shown.by(instance);
    let page = ListPage { after, limit };
    match door.compute.list_page(context, &filter, &is_shown, page).await {
        Err(compute::Error::NoSuchInstance(_)) => Err(no_such_marker()),
        found => Ok(found?),
    }
}
