//! `GET /flavors` and `GET /flavors/detail`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use regex::Regex;

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
        name: Option<String> = 2.102..,
        old_sort_key as "sort_key": Option<OldSortKey> = ..2.102,
        sort_key: Option<SortKey> = 2.102..,
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
    let name = query.name.as_deref().map(pattern).transpose()?;
    let mut flavors = door.compute.flavors(context, public).await?;
    flavors.retain(|flavor| {
        (admin || !flavor.disabled)
            && name.as_ref().is_none_or(|name| name.is_match(&flavor.name))
            && i128::from(flavor.memory_mb) >= min_ram
            && i128::from(flavor.root_gb) >= min_disk
    });
    let old_key = query.old_sort_key.map(|old| old.0);
    let key = query.sort_key.or(old_key).unwrap_or_default();
    flavors.sort_by(|a, b| key.compare(a, b));
    if matches!(query.sort_dir, Some(SortDirection::Descending)) {
        flavors.reverse();
    }
    Ok(flavors)
}

fn pattern(text: &str) -> Result<Regex, Fault> {
    Regex::new(text).map_err(|_| Fault::bad_request(format!("'{text}' is not a regular expression")))
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

/// What a list is sorted by.
#[derive(Clone, Copy)]
pub(super) struct SortKey(Order);

/// What a list could be sorted by as long as flavors had a factor for their traffic.
#[derive(Debug, Clone, Copy)]
pub(super) struct OldSortKey(SortKey);

type Order = fn(&Flavor, &Flavor) -> Ordering;

const ORDERS: [(&str, Order); 14] = [
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
    ("swap", |a, b| a.swap_mb.cmp(&b.swap_mb)),
    ("updated_at", |a, b| a.created_at.cmp(&b.created_at)),
    ("vcpu_weight", |_, _| Ordering::Equal),
    ("vcpus", |a, b| a.vcpus.cmp(&b.vcpus)),
];

fn by_id(a: &Flavor, b: &Flavor) -> Ordering {
    a.id.cmp(&b.id)
}

/// Its place among the others is where their refusal names it.
const BY_FACTOR: (usize, (&str, Order)) = (
    10,
    ("rxtx_factor", |a, b| a.rxtx_factor.total_cmp(&b.rxtx_factor)),
);

fn old_orders() -> Vec<(&'static str, Order)> {
    let mut orders = ORDERS.to_vec();
    let (place, by_factor) = BY_FACTOR;
    orders.insert(place, by_factor);
    orders
}

impl SortKey {
    fn of(text: &str, orders: &[(&str, Order)]) -> Result<Self, String> {
        match orders.iter().find(|(name, _)| *name == text) {
            Some((_, order)) => Ok(Self(*order)),
            None => {
                let known = quoted_list(orders.iter().map(|(name, _)| *name));
                Err(format!("{} is not one of [{known}]", quoted_list([text])))
            }
        }
    }

    /// What the key leaves equal is in the order of ids.
    fn compare(self, a: &Flavor, b: &Flavor) -> Ordering {
        (self.0)(a, b).then_with(|| by_id(a, b))
    }
}

impl Default for SortKey {
    fn default() -> Self {
        Self(by_id)
    }
}

impl fmt::Debug for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SortKey")
    }
}

impl FromStr for SortKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::of(text, &ORDERS)
    }
}

impl FromStr for OldSortKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        SortKey::of(text, &old_orders()).map(Self)
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
    OldSortKey = old_orders().into_iter().map(|(name, _)| name),
    SortDirection = ["asc", "desc"]
);

fn paged<V: Shown>(
    door: &Door,
    flavors: &[Arc<Flavor>],
    query: &ListFlavors,
    version: Microversion,
    links: &Links,
    view: impl Fn(&Flavor, &Links) -> V,
) -> Result<Response, Fault> {
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
