//! `/os-hosts`, which was there until 2.42: hosts, their zone, and who has how much of them.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::Value;

use super::Door;
use crate::api::policy::{Need, allow};
use crate::api::request::{Invalid, Read, Request, quoted, quoted_list};
use crate::api::route::{Routes, get};
use crate::api::{At, Body, Fault, Microversion, Query, Under, Within};
use crate::api::{Book, Schema};
use crate::compute::Hypervisor;
use crate::objects::RequestContext;
use crate::shows;
use crate::{query, request, span, view};

/// The zone of what runs no servers.
const INTERNAL: &str = "internal";

pub(super) fn routes() -> Routes<Door> {
    let here = span!(..2.43);
    Routes::new()
        .route(
            "/os-hosts",
            get(list)
                .answers(200, shows!("hosts": Vec<HostItem>))
                .within(here),
        )
        .route(
            "/os-hosts/{id}",
            get(show)
                .answers(200, shows!("host": Vec<Resource>))
                .put(update)
                .within(here),
        )
        .route("/os-hosts/{id}/startup", get(startup).within(here))
        .route("/os-hosts/{id}/shutdown", get(shutdown).within(here))
        .route("/os-hosts/{id}/reboot", get(reboot).within(here))
}

query! {
    struct ListHosts {
        zone: Option<String>,
        ..
    }
}

view! {
    struct HostItem {
        host_name: String,
        service: &'static str,
        zone: String,
    }
}

view! {
    #[derive(Clone)]
    struct Share {
        host: String,
        project: String,
        cpu: u64,
        memory_mb: u64,
        disk_gb: u64,
    }
}

view! {
    struct Resource {
        resource: Share,
    }
}

request! {
    struct Update {
        status: Option<Switch>,
        maintenance_mode: Option<Switch>,
    }
}

/// The same, with something in it.
#[derive(Debug)]
struct UpdateHost;

impl Request for UpdateHost {
    fn parse(version: Microversion, root: &Value) -> Result<Self, Invalid> {
        let update = Update::read(version, root)?;
        match update.status.is_some() || update.maintenance_mode.is_some() {
            true => Ok(Self),
            false => Err(Invalid::fits_no_schema(root)),
        }
    }

    fn body(book: &mut Book) -> Value {
        Update::schema(book)
    }
}

#[derive(Debug)]
struct Switch;

const SWITCHES: [&str; 6] = ["enable", "disable", "Enable", "Disable", "ENABLE", "DISABLE"];

impl FromStr for Switch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match SWITCHES.contains(&text) {
            true => Ok(Self),
            false => Err(format!(
                "{} is not one of [{}]",
                quoted(text),
                quoted_list(SWITCHES)
            )),
        }
    }
}

crate::read_as_text!(Switch = SWITCHES);

async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Query(query): Query<ListHosts>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "list")?;
    let mut services = door.compute.services().await?;
    let zone = query.zone.filter(|zone| !zone.is_empty());
    services.retain(|service| !service.record.disabled);
    let views: Vec<_> = services
        .into_iter()
        .flat_map(|service| roles(service.record.host, service.zone))
        .filter(|role| zone.as_ref().is_none_or(|zone| *zone == role.zone))
        .collect();
    Ok(At(version, Under("hosts", views)))
}

/// A host runs its own scheduler, which is in no zone that servers may ask for.
fn roles(host: String, zone: String) -> [HostItem; 2] {
    let role = |service, zone| HostItem {
        host_name: host.clone(),
        service,
        zone,
    };
    [role("compute", zone), role("scheduler", INTERNAL.to_owned())]
}

async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    Path(name): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allowed(&context, "show")?;
    let hypervisor = found(&door, &name).await?;
    let shares = shares(&name, &hypervisor).into_iter();
    let views: Vec<_> = shares.map(|resource| Resource { resource }).collect();
    Ok(At(version, Under("host", views)))
}

/// In all, in use, promised, and promised to each project.
fn shares(host: &str, hypervisor: &Hypervisor) -> Vec<Share> {
    let sums = &hypervisor.statistics;
    let share = |project: &str, cpu, memory_mb, disk_gb| Share {
        host: host.to_owned(),
        project: project.to_owned(),
        cpu,
        memory_mb,
        disk_gb,
    };
    let mut projects: BTreeMap<&str, Share> = BTreeMap::new();
    let mut promised = share("(used_max)", 0, 0, 0);
    for server in &hypervisor.servers {
        let project = server.project_id.as_str();
        let its = projects.entry(project).or_insert_with(|| share(project, 0, 0, 0));
        for sum in [its, &mut promised] {
            sum.cpu += u64::from(server.flavor.vcpus);
            sum.memory_mb += server.flavor.memory_mb;
            sum.disk_gb += server.flavor.root_gb + server.flavor.ephemeral_gb;
        }
    }
    let total = share("(total)", sums.vcpus, sums.memory_mb, sums.local_gb);
    let used = share(
        "(used_now)",
        sums.vcpus_used,
        sums.memory_mb_used,
        sums.local_gb_used,
    );
    [total, used, promised]
        .into_iter()
        .chain(projects.into_values())
        .collect()
}

/// No driver of Nova's can do this any more either.
async fn update(
    State(door): State<Door>,
    context: RequestContext,
    Path(name): Path<String>,
    Body(_asked): Body<UpdateHost>,
) -> Result<(), Fault> {
    refused(&door, &context, "update", &name).await
}

async fn startup(
    State(door): State<Door>,
    context: RequestContext,
    Path(name): Path<String>,
) -> Result<(), Fault> {
    refused(&door, &context, "start", &name).await
}

async fn shutdown(
    State(door): State<Door>,
    context: RequestContext,
    Path(name): Path<String>,
) -> Result<(), Fault> {
    refused(&door, &context, "shutdown", &name).await
}

async fn reboot(
    State(door): State<Door>,
    context: RequestContext,
    Path(name): Path<String>,
) -> Result<(), Fault> {
    refused(&door, &context, "reboot", &name).await
}

async fn refused(door: &Door, context: &RequestContext, verb: &str, name: &str) -> Result<(), Fault> {
    allowed(context, verb)?;
    found(door, name).await?;
    Err(Fault::not_supported())
}

fn allowed(context: &RequestContext, verb: &str) -> Result<(), Fault> {
    allow(context, &format!("os_compute_api:os-hosts:{verb}"), Need::Admin)
}

async fn found(door: &Door, name: &str) -> Result<Hypervisor, Fault> {
    let hypervisors = door.compute.hypervisors().await?;
    let mut found = hypervisors.into_iter();
    let message = || Fault::not_found(format!("Compute host {name} could not be found."));
    found
        .find(|hypervisor| hypervisor.service.record.host == name)
        .ok_or_else(message)
}
