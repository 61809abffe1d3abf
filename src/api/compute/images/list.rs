//! `GET /images` and `GET /images/detail`: filtered and paged here, whatever the image service.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::view::{ImageItem, ImageLinks, in_full};
use crate::api::compute::Door;
use crate::api::links::Links;
use crate::api::pagination::page;
use crate::api::request::{Pairs, Whole};
use crate::api::view::Shown;
use crate::api::{At, Fault, Microversion, Query, Under};
use crate::objects::{Image, ImageStatus, RequestContext};
use crate::query;

query! {
    /// `property-*` may be asked for too.
    pub(super) struct Asked {
        name: Option<String>,
        status: Option<String>,
        changes_since as "changes-since": Option<String>,
        server: Option<String>,
        kind as "type": Option<String>,
        min_ram as "minRam": Option<String>,
        min_disk as "minDisk": Option<String>,
        limit: Option<Whole<1, { u64::MAX }>>,
        page_size: Option<Whole<1, { u64::MAX }>>,
        marker: Option<String>,
        offset: Option<Whole<1, { u64::MAX }>>,
        ..
    }
}

pub(super) async fn list(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let images = chosen(&door, &context, &asked, uri.query()).await?;
    paged(&door, &images, &asked, version, &links, ImageItem::of).await
}

pub(super) async fn detail(
    State(door): State<Door>,
    context: RequestContext,
    version: Microversion,
    links: Links,
    OriginalUri(uri): OriginalUri,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let images = chosen(&door, &context, &asked, uri.query()).await?;
    paged(&door, &images, &asked, version, &links, in_full).await
}

async fn chosen(
    door: &Door,
    context: &RequestContext,
    asked: &Asked,
    query: Option<&str>,
) -> Result<Vec<Image>, Fault> {
    let since = asked.changes_since.as_deref().map(moment).transpose()?;
    let properties = properties(asked, query.unwrap_or_default());
    let mut images = door.compute.images(context).await?;
    images.retain(|image| {
        is_meant(asked, image)
            && since.is_none_or(|since| image.updated_at >= since)
            && properties
                .iter()
                .all(|(name, value)| image.properties.get(name) == Some(value))
    });
    Ok(images)
}

fn moment(text: &str) -> Result<Timestamp, Fault> {
    let invalid = || Fault::bad_request(format!("Invalid parameter: changes-since: {text}"));
    let in_zulu = format!("{text}Z");
    text.parse().or_else(|_| in_zulu.parse()).map_err(|_| invalid())
}

/// A snapshot's server and kind are properties of it; a server may be named by a link.
fn properties(asked: &Asked, query: &str) -> Vec<(String, String)> {
    let pairs = Pairs::of(query);
    let given = pairs.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("property-")?;
        Some((name.to_owned(), value.to_owned()))
    });
    let mut all: Vec<_> = given.collect();
    if let Some(server) = &asked.server {
        let id = server.rsplit('/').next().unwrap_or(server);
        all.push(("instance_uuid".to_owned(), id.to_owned()));
    }
    all.extend(
        asked
            .kind
            .iter()
            .map(|kind| ("image_type".to_owned(), kind.clone())),
    );
    all
}

fn is_meant(asked: &Asked, image: &Image) -> bool {
    let least = |text: &Option<String>, have: u64| {
        text.as_ref()
            .is_none_or(|text| text.parse().is_ok_and(|least: u64| have >= least))
    };
    asked
        .name
        .as_ref()
        .is_none_or(|name| image.name.as_ref() == Some(name))
        && asked
            .status
            .as_ref()
            .is_none_or(|status| glance_word(image.status) == status.to_ascii_lowercase())
        && least(&asked.min_ram, image.min_ram)
        && least(&asked.min_disk, image.min_disk)
}

/// The image service's own word.
const fn glance_word(status: ImageStatus) -> &'static str {
    match status {
        ImageStatus::Queued => "queued",
        ImageStatus::Saving => "saving",
        ImageStatus::Active => "active",
        ImageStatus::Killed => "killed",
        ImageStatus::Deleted => "deleted",
        ImageStatus::Deactivated => "deactivated",
        ImageStatus::PendingDelete => "pending_delete",
        ImageStatus::Importing => "importing",
        ImageStatus::Uploading => "uploading",
    }
}

async fn paged<V: Shown>(
    door: &Door,
    images: &[Image],
    asked: &Asked,
    version: Microversion,
    links: &Links,
    view: impl Fn(&Image, &ImageLinks<'_>) -> V,
) -> Result<Response, Fault> {
    let limit = asked.limit.or(asked.page_size).map(|limit| Whole(limit.0));
    let skipped = asked.offset.and_then(|offset| usize::try_from(offset.0).ok());
    let images = images.get(skipped.unwrap_or(0)..).unwrap_or_default();
    let page = page(
        images,
        limit,
        asked.marker.as_deref(),
        door.max_limit,
        |image, marker| image.id.to_string() == marker,
    )?;
    let next = page.last_if_full();
    let next = next.map(|last| Under("images_links", [links.next(last.id.to_string())]));
    let links = ImageLinks::of(links, door).await?;
    let views: Vec<V> = page.items.iter().map(|image| view(image, &links)).collect();
    Ok(At(version, (Under("images", views), next)).into_response())
}
