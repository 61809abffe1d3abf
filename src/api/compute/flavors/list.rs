//! `GET /flavors` and `GET /flavors/detail`.

use std::cmp::Ordering;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::view::{self, FlavorItem};
use crate::api::compute::Door;
use crate::api::links::{Link, Links};
use crate::api::pagination::{Limit, page};
use crate::api::request::quoted_list;
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
        min_ram as "minRam": Option<String>,
        min_disk as "minDisk": Option<String>,
        sort_key: Option<SortKey>,
        sort_dir: Option<SortDirection>,
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
    let view = |flavor: &Flavor, links: &Links| view::detail(&context, flavor, links);
    paged(&door, &flavors, &query, version, &links, view)
}

/// Only administrators choose by `is_public` and see what is disabled.
async fn chosen(
    door: &Door,
    context: &RequestContext,
    query: &ListFlavors,
) -> Result<Vec<Arc<Flavor>>, Fault> {
    let admin = context.is_admin();
    let public = match query.is_public.as_deref() {
        Some(word) if admin => wanted_publicity(word)?,
        _ => Some(true),
    };
    let min_ram = at_least("minRam", query.min_ram.as_deref())?;
    let min_disk = at_least("minDisk", query.min_disk.as_deref())?;
    let mut flavors = door.compute.flavors(context, public).await?;
    flavors.retain(|flavor| {
        (admin || !flavor.disabled)
            && i128::from(flavor.memory_mb) >= min_ram
            && i128::from(flavor.root_gb) >= min_disk
    });
    let key = query.sort_key.unwrap_or_default();
    flavors.sort_by(|a, b| key.compare(a, b));
    if matches!(query.sort_dir, Some(SortDirection::Descending)) {
        flavors.reverse();
    }
    Ok(flavors)
}

fn at_least(name: &str, text: Option<&str>) -> Result<i128, Fault> {
    let Some(text) = text else { return Ok(i128::MIN) };
    let message = || Fault::bad_request(format!("Invalid {name} filter [{text}]"));
    text.trim().parse().map_err(|_| message())
}

/// `none` asks for both kinds.
fn wanted_publicity(word: &str) -> Result<Option<bool>, Fault> {
    match word.trim().to_ascii_lowercase().as_str() {
        "none" => Ok(None),
        "1" | "t" | "true" | "on" | "y" | "yes" => Ok(Some(true)),
        "0" | "f" | "false" | "off" | "n" | "no" => Ok(Some(false)),
        _ => Err(Fault::bad_request(format!("Invalid is_public filter [{word}]"))),
    }
}

/// What a list is sorted by: a row of [`ORDERS`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SortKey(Option<usize>);

type Order = fn(&Flavor, &Flavor) -> Ordering;

const ORDERS: [(&str, Order); 15] = [
    ("created_at", |a, b| a.created_at.cmp(&b.created_at)),
    ("description", |a, b| a.description.cmp(&b.description)),
    ("disabled", |a, b| a.disabled.cmp(&b.disabled)),
    ("ephemeral_gb", |a, b| a.ephemeral_gb.cmp(&b.ephemeral_gb)),
    ("flavorid", by_id),
    ("id", by_id),
    ("is_public", |a, b| a.is_public.cmp(&b.is_public)),
    ("memory_mb", |a, b| a.memory_mb.cmp(&b.memory_mb)),
    ("name", |a, b| a.name.cmp(&b.name)),
    ("root_gb", |a, b| a.root_gb.cmp(&b.root_gb)),
    ("rxtx_factor", |a, b| a.rxtx_factor.total_cmp(&b.rxtx_factor)),
    ("swap", |a, b| a.swap_mb.cmp(&b.swap_mb)),
    ("updated_at", |a, b| a.created_at.cmp(&b.created_at)),
    ("vcpu_weight", |_, _| Ordering::Equal),
    ("vcpus", |a, b| a.vcpus.cmp(&b.vcpus)),
];

fn by_id(a: &Flavor, b: &Flavor) -> Ordering {
    a.id.cmp(&b.id)
}

impl SortKey {
    /// What the key leaves equal is in the order of ids.
    fn compare(self, a: &Flavor, b: &Flavor) -> Ordering {
        let order = self
            .0
            .and_then(|row| ORDERS.get(row))
            .map_or(by_id as Order, |row| row.1);
        order(a, b).then_with(|| by_id(a, b))
    }
}

impl FromStr for SortKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match ORDERS.iter().position(|(name, _)| *name == text) {
            Some(row) => Ok(Self(Some(row))),
            None => {
                let known = quoted_list(ORDERS.map(|(name, _)| name));
                Err(format!("{} is not one of [{known}]", quoted_list([text])))
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum SortDirection {
    Ascending,
    Descending,
}

impl FromStr for SortDirection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "asc" => Ok(Self::Ascending),
            "desc" => Ok(Self::Descending),
            _ => Err(format!("{} is not one of ['asc', 'desc']", quoted_list([text]))),
        }
    }
}

crate::read_as_text!(
    SortKey = ORDERS.map(|(name, _)| name),
    SortDirection = ["asc", "desc"]
);

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
