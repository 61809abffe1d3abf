//! What is answered about flavors.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::view::{FlavorDetail, FlavorItem};
use crate::api::compute::Door;
use crate::api::links::{Link, Links};
use crate::api::pagination::{Limit, page};
use crate::api::policy::{Need, allow};
use crate::api::request::Whole;
use crate::api::view::Shown;
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::objects::{Flavor, RequestContext};
use crate::query;

query! {
    /// The parameters of the two lists.
    pub(super) struct ListFlavors {
        limit: Option<Limit>,
        marker: Option<String>,
        is_public: Option<String>,
        min_ram as "minRam": Option<Whole<0, { u64::MAX }>>,
        min_disk as "minDisk": Option<Whole<0, { u64::MAX }>>,
        sort_key: Option<String>,
        sort_dir: Option<String>,
        .. = ..2.75
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListFlavors>,
) -> Result<impl IntoResponse, Fault> {
    let flavors = chosen(&door, &context, &query).await?;
    paged(&door, &flavors, &query, version, &links, FlavorItem::of)
}

pub(super) async fn detail(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Query(query): Query<ListFlavors>,
) -> Result<impl IntoResponse, Fault> {
    let flavors = chosen(&door, &context, &query).await?;
    paged(&door, &flavors, &query, version, &links, FlavorDetail::of)
}

pub(super) async fn show(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    let flavor = door.compute.flavor(&context, &id).await?;
    Ok(At(version, Under("flavor", FlavorDetail::of(&flavor, &links))))
}

pub(super) async fn extra_specs(
    State(door): State<Door>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-flavor-extra-specs:index",
        Need::Reader,
    )?;
    let flavor = door.compute.flavor(&context, &id).await?;
    Ok(axum::Json(json!({ "extra_specs": flavor.extra_specs })))
}

pub(super) async fn extra_spec(
    State(door): State<Door>,
    context: RequestContext,
    Path((id, key)): Path<(String, String)>,
) -> Result<impl IntoResponse, Fault> {
    allow(
        &context,
        "os_compute_api:os-flavor-extra-specs:show",
        Need::Reader,
    )?;
    let flavor = door.compute.flavor(&context, &id).await?;
    let message = format!("Flavor {id} has no extra specs with key {key}.");
    let value = flavor
        .extra_specs
        .get(&key)
        .ok_or_else(|| Fault::not_found(message))?;
    Ok(axum::Json(json!({ key: value })))
}

/// Only administrators choose by `is_public`; others see what is public.
async fn chosen(
    door: &Door,
    context: &RequestContext,
    query: &ListFlavors,
) -> Result<Vec<Arc<Flavor>>, Fault> {
    let public = match query.is_public.as_deref() {
        Some(word) if context.is_admin() => wanted_publicity(word)?,
        _ => Some(true),
    };
    let at_least = |wanted: &Option<Whole<0, { u64::MAX }>>| wanted.map_or(0, |whole| whole.0);
    let mut flavors = door.compute.flavors(context).await?;
    flavors.retain(|flavor| {
        public.is_none_or(|public| flavor.is_public == public)
            && flavor.memory_mb >= at_least(&query.min_ram)
            && flavor.root_gb >= at_least(&query.min_disk)
    });
    let order = order_by(query.sort_key.as_deref().unwrap_or("flavorid"))?;
    flavors.sort_by(|a, b| order(a, b));
    if query.sort_dir.as_deref() == Some("desc") {
        flavors.reverse();
    }
    Ok(flavors)
}

/// `none` asks for both kinds.
fn wanted_publicity(word: &str) -> Result<Option<bool>, Fault> {
    match word.to_ascii_lowercase().as_str() {
        "none" => Ok(None),
        "1" | "t" | "true" | "on" | "y" | "yes" => Ok(Some(true)),
        "0" | "f" | "false" | "off" | "n" | "no" => Ok(Some(false)),
        _ => Err(Fault::bad_request(format!("Invalid is_public filter [{word}]"))),
    }
}

type Order = fn(&Flavor, &Flavor) -> Ordering;

fn order_by(key: &str) -> Result<Order, Fault> {
    Ok(match key {
        "flavorid" | "id" => |a, b| a.id.cmp(&b.id),
        "name" => |a, b| a.name.cmp(&b.name),
        "memory_mb" => |a, b| a.memory_mb.cmp(&b.memory_mb),
        "vcpus" => |a, b| a.vcpus.cmp(&b.vcpus),
        "root_gb" => |a, b| a.root_gb.cmp(&b.root_gb),
        "ephemeral_gb" => |a, b| a.ephemeral_gb.cmp(&b.ephemeral_gb),
        "swap" => |a, b| a.swap_mb.cmp(&b.swap_mb),
        "created_at" | "updated_at" => |a, b| a.created_at.cmp(&b.created_at),
        "is_public" => |a, b| a.is_public.cmp(&b.is_public),
        "disabled" => |a, b| a.disabled.cmp(&b.disabled),
        "description" => |a, b| a.description.cmp(&b.description),
        "rxtx_factor" | "vcpu_weight" => |_, _| Ordering::Equal,
        other => return Err(Fault::bad_request(format!("Invalid sort key {other}"))),
    })
}

fn paged<V: Shown>(
    door: &Door,
    flavors: &[Arc<Flavor>],
    query: &ListFlavors,
    version: Microversion,
    links: &Links,
    view: impl Fn(&Flavor, &Links) -> V,
) -> Result<Response, Fault>
where
{
    let page = page(
        flavors,
        query.limit,
        query.marker.as_deref(),
        door.max_limit,
        |flavor, id| flavor.id.as_str() == id,
    )?;
    let next: Option<[Link; 1]> = page.last_if_full().map(|last| [links.next(last.id.as_str())]);
    let views: Vec<V> = page.items.iter().map(|flavor| view(flavor, links)).collect();
    let body = (
        Under("flavors", views),
        next.map(|next| Under("flavors_links", next)),
    );
    Ok(At(version, body).into_response())
}
