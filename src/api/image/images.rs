//! `/v2/images` and `/v2/images/{id}`: descriptions, without the data.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use http::header::{HOST, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

use super::error::not_found;
use super::rights::allow;
use super::shown::ShownImage;
use super::{body, listing, patch};
use crate::api::Fault;
use crate::api::policy::Need;
use crate::image::ImageService;
use crate::image::local::LocalImages;
use crate::objects::{ImageId, RequestContext};

#[derive(Debug, Serialize)]
pub(super) struct Listed {
    images: Vec<ShownImage>,
    first: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    schema: &'static str,
}

pub(super) async fn list(
    State(images): State<LocalImages>,
    context: RequestContext,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Json<Listed>, Fault> {
    allow(&context, "get_images", Need::Reader)?;
    let page = images.list(&context, &listing::query(&asked)?).await?;
    let last = page.images.last().filter(|_| page.more).map(|image| image.id);
    Ok(Json(Listed {
        images: page.images.into_iter().map(ShownImage::from).collect(),
        first: link(&asked, None),
        next: last.map(|last| link(&asked, Some(last))),
        schema: "/v2/schemas/images",
    }))
}

/// The same list from after `marker` on, or from its beginning.
fn link(asked: &[(String, String)], marker: Option<ImageId>) -> String {
    let kept = asked.iter().filter(|(key, _)| key != "marker").cloned();
    let marker = marker.map(|marker| ("marker".to_owned(), marker.to_string()));
    let query: Vec<String> = kept
        .chain(marker)
        .map(|(key, value)| format!("{}={}", escape(&key), escape(&value)))
        .collect();
    if query.is_empty() {
        "/v2/images".to_owned()
    } else {
        format!("/v2/images?{}", query.join("&"))
    }
}

fn escape(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escaped).collect()
}

pub(super) async fn create(
    State(images): State<LocalImages>,
    context: RequestContext,
    headers: HeaderMap,
    sent: Bytes,
) -> Result<impl IntoResponse, Fault> {
    allow(&context, "add_image", Need::Member)?;
    let fields = serde_json::from_slice(&sent).map_err(|_| Fault::malformed_body())?;
    let (id, edits) = body::new_image(fields)?;
    let image = images.create_image(&context, id, edits).await?;
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let location = format!("http://{host}/v2/images/{}", image.id);
    Ok((
        StatusCode::CREATED,
        [(LOCATION, location)],
        Json(ShownImage::from(image)),
    ))
}

pub(super) async fn show(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Json<ShownImage>, Fault> {
    allow(&context, "get_image", Need::Reader)?;
    let image = images.show(&context, parse(&id)?).await?;
    Ok(Json(image.into()))
}

pub(super) async fn update(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Bytes,
) -> Result<Json<ShownImage>, Fault> {
    allow(&context, "modify_image", Need::Member)?;
    let edits = patch::edits(&headers, &sent)?;
    let image = images.update_image(&context, parse(&id)?, edits).await?;
    Ok(Json(image.into()))
}

pub(super) async fn delete(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    allow(&context, "delete_image", Need::Member)?;
    images.delete_image(&context, parse(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is not a UUID is the id of no image.
pub(super) fn parse(id: &str) -> Result<ImageId, Fault> {
    id.parse().map_err(|_| not_found(id))
}
