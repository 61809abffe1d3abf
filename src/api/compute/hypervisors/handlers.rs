//! What is answered about hypervisors.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::view::{HypervisorItem, HypervisorRest, Servers, Statistics, Uptime};
use crate::api::compute::Door;
use crate::api::compute::ids::{number, uuid};
use crate::api::compute::text::{Fqdn, Unfit};
use crate::api::links::Links;
use crate::api::pagination::{Limit, page};
use crate::api::policy::{Need, allow};
use crate::api::request::{Flag, Invalid, Parameter, Read};
use crate::api::{At, Fault, MIN, Microversion, Query, Under};
use crate::api::{Book, Schema};
use crate::compute::Hypervisor;
use crate::objects::{ComputeService, RequestContext};
use crate::query;

query! {
    pub(super) struct ListHypervisors {
        limit: Option<Limit> = 2.33..,
        marker: Option<String> = 2.33..,
        pattern as "hypervisor_hostname_pattern": Option<Pattern> = 2.53..,
        with_servers: Option<Word> = 2.53..,
        .. = ..2.53
    }
}

query! {
    pub(super) struct ShowHypervisor {
        with_servers: Option<Word> = 2.53..,
        .. = ..2.53
    }
}

#[derive(Debug)]
pub(super) struct Pattern(String);

crate::schema! {
    Pattern => {"type": "string", "minLength": 1, "maxLength": 255},
}

impl Schema for Word {
    fn schema(book: &mut Book) -> serde_json::Value {
        Flag::schema(book)
    }
}

impl Parameter for Pattern {
    fn parameter(text: &str) -> Result<Self, Invalid> {
        let fqdn: Result<Fqdn, Unfit> = text.parse();
        let refused = |unfit: Unfit| unfit.about(&text.into());
        fqdn.map(|fqdn| Self(fqdn.0)).map_err(refused)
    }
}

/// Yes or no, in a query string.
#[derive(Debug)]
pub(super) struct Word(bool);

impl Parameter for Word {
    fn parameter(text: &str) -> Result<Self, Invalid> {
        Flag::read(MIN, &text.into()).map(|flag| Self(flag.0))
    }
}

type Shown = (HypervisorItem, Option<HypervisorRest>, Option<Servers>);

impl Microversion {
    /// Where servers are asked for and there are none, an empty list says so.
    const fn shows_that_there_are_no_servers(self) -> bool {
        self.at_least("2.75")
    }

    const fn pages_hypervisors(self) -> bool {
        self.at_least("2.33")
    }

    const fn shows_uptime_in_detail(self) -> bool {
        self.at_least("2.88")
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListHypervisors>,
) -> Result<Response, Fault> {
    allowed(&context, "list")?;
    listed(&door, version, &links, &query, |hypervisor| {
        let with_servers = query.with_servers.as_ref().is_some_and(|word| word.0);
        let servers = servers_of(version, hypervisor, with_servers);
        (HypervisorItem::of(hypervisor), None, servers)
    })
    .await
}

pub(super) async fn detail(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListHypervisors>,
) -> Result<Response, Fault> {
    allowed(&context, "list-detail")?;
    let uptime = uptime_at(&door, version).await?;
    listed(&door, version, &links, &query, |hypervisor| {
        let with_servers = query.with_servers.as_ref().is_some_and(|word| word.0);
        in_full(version, hypervisor, uptime.clone(), with_servers)
    })
    .await
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
    Query(query): Query<ShowHypervisor>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "show")?;
    let hypervisor = found(&door, version, &id).await?;
    let uptime = uptime_at(&door, version).await?;
    let with_servers = query.with_servers.is_some_and(|word| word.0);
    let view = in_full(version, &hypervisor, uptime, with_servers);
    Ok(At(version, Under("hypervisor", view)))
}

pub(super) async fn uptime(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "uptime")?;
    let hypervisor = found(&door, version, &id).await?;
    let uptime = door
        .compute
        .host_uptime()
        .await?
        .ok_or_else(Fault::not_supported)?;
    let view = (HypervisorItem::of(&hypervisor), Uptime { uptime });
    Ok(At(version, Under("hypervisor", view)))
}

pub(super) async fn search(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(pattern): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "search")?;
    let hypervisors = matching(&door, &pattern).await?;
    let views: Vec<_> = hypervisors.iter().map(HypervisorItem::of).collect();
    Ok(At(version, Under("hypervisors", views)))
}

pub(super) async fn servers(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(pattern): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "servers")?;
    let hypervisors = matching(&door, &pattern).await?;
    let view = |hypervisor| {
        (
            HypervisorItem::of(hypervisor),
            servers_of(version, hypervisor, true),
        )
    };
    let views: Vec<_> = hypervisors.iter().map(view).collect();
    Ok(At(version, Under("hypervisors", views)))
}

/// Over those that take new servers.
pub(super) async fn statistics(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "statistics")?;
    let hypervisors = door.compute.hypervisors().await?;
    let open = hypervisors
        .iter()
        .find(|hypervisor| !hypervisor.service.record.disabled);
    let sums = open.map(|hypervisor| hypervisor.statistics).unwrap_or_default();
    Ok(At(version, Under("hypervisor_statistics", Statistics::of(&sums))))
}

fn allowed(context: &RequestContext, verb: &str) -> Result<(), Fault> {
    allow(
        context,
        &format!("os_compute_api:os-hypervisors:{verb}"),
        Need::Admin,
    )
}

async fn uptime_at(door: &Door, version: Microversion) -> Result<Option<String>, Fault> {
    match version.shows_uptime_in_detail() {
        true => Ok(door.compute.host_uptime().await?),
        false => Ok(None),
    }
}

fn in_full(version: Microversion, hypervisor: &Hypervisor, uptime: Option<String>, servers: bool) -> Shown {
    (
        HypervisorItem::of(hypervisor),
        Some(HypervisorRest::of(hypervisor, uptime)),
        servers_of(version, hypervisor, servers),
    )
}

fn servers_of(version: Microversion, hypervisor: &Hypervisor, wanted: bool) -> Option<Servers> {
    let told = !hypervisor.servers.is_empty() || version.shows_that_there_are_no_servers();
    (wanted && told).then(|| Servers::of(hypervisor))
}

async fn listed(
    door: &Door,
    version: Microversion,
    links: &Links,
    query: &ListHypervisors,
    view: impl Fn(&Hypervisor) -> Shown,
) -> Result<Response, Fault> {
    if let Some(Pattern(pattern)) = &query.pattern {
        if query.limit.is_some() || query.marker.is_some() {
            return Err(Fault::bad_request(
                "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.",
            ));
        }
        let views: Vec<_> = matching(door, pattern).await?.iter().map(view).collect();
        return Ok(At(version, Under("hypervisors", views)).into_response());
    }
    let hypervisors = door.compute.hypervisors().await?;
    let page = page(
        &hypervisors,
        query.limit,
        query.marker.as_deref(),
        door.max_limit,
        |hypervisor, marker| is(version, hypervisor, marker),
    )?;
    let next = page.last_if_full().filter(|_| version.pages_hypervisors());
    let next = next.map(|last| Under("hypervisors_links", [links.next(id_of(version, last))]));
    let views: Vec<_> = page.items.iter().map(view).collect();
    Ok(At(version, (Under("hypervisors", views), next)).into_response())
}

fn id_of(version: Microversion, hypervisor: &Hypervisor) -> String {
    match version.knows_hosts_by_uuid() {
        true => hypervisor.service.record.node.to_string(),
        false => ComputeService::NUMBER.to_string(),
    }
}

fn is(version: Microversion, hypervisor: &Hypervisor, id: &str) -> bool {
    id_of(version, hypervisor).eq_ignore_ascii_case(id)
}

async fn found(door: &Door, version: Microversion, id: &str) -> Result<Hypervisor, Fault> {
    let missing = || Fault::not_found(format!("Hypervisor with ID '{id}' could not be found."));
    let id = match version.knows_hosts_by_uuid() {
        true => uuid(id)?.to_string(),
        false => number(id).map_err(|_| missing())?.to_string(),
    };
    let hypervisors = door.compute.hypervisors().await?;
    let mut found = hypervisors.into_iter();
    found
        .find(|hypervisor| is(version, hypervisor, &id))
        .ok_or_else(missing)
}

/// Any part of a name matches.
async fn matching(door: &Door, pattern: &str) -> Result<Vec<Hypervisor>, Fault> {
    let mut hypervisors = door.compute.hypervisors().await?;
    hypervisors.retain(|hypervisor| hypervisor.resources.hypervisor_hostname.contains(pattern));
    match hypervisors.is_empty() {
        true => Err(Fault::not_found(format!(
            "No hypervisor matching '{pattern}' could be found."
        ))),
        false => Ok(hypervisors),
    }
}
