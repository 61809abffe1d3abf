//! `/v2/images/{id}/file`: the data, streamed both ways.

use std::io;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::images::parse;
use super::rights::allow;
use crate::api::Fault;
use crate::api::policy::Need;
use crate::image::local::LocalImages;
use crate::image::{ByteStream, ImageService, discard};
use crate::objects::{ImageStatus, RequestContext};

const OCTETS: &str = "application/octet-stream";
/// What openstacksdk says before it sends: the length of what follows.
const ANNOUNCED: HeaderName = HeaderName::from_static("x-openstack-image-size");

pub(super) async fn upload(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, Fault> {
    let allowed = allow(&context, "upload_image", Need::Member);
    let checked = allowed.and_then(|()| check(&id, request.headers()));
    let data: ByteStream = request
        .into_body()
        .into_data_stream()
        .map_err(io::Error::other)
        .boxed();
    let (id, expected) = match checked {
        Ok(checked) => checked,
        Err(fault) => {
            discard(data).await;
            return Err(fault);
        }
    };
    images.upload_image(&context, id, data, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn check(id: &str, headers: &HeaderMap) -> Result<(crate::objects::ImageId, Option<u64>), Fault> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != OCTETS {
        let message = format!("The data of an image is sent with Content-Type: {OCTETS}");
        return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let announced = headers
        .get(ANNOUNCED)
        .map(|size| size.to_str().ok().and_then(|size| size.parse().ok()));
    match announced {
        Some(None) => Err(Fault::bad_request(format!(
            "The header {ANNOUNCED} must be a number of bytes."
        ))),
        announced => Ok((parse(id)?, announced.flatten())),
    }
}

pub(super) async fn download(
    State(images): State<LocalImages>,
    context: RequestContext,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    allow(&context, "download_image", Need::Member)?;
    let id = parse(&id)?;
    let image = images.show(&context, id).await?;
    if image.status != ImageStatus::Active {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let data = images.download(&context, id).await?;
    let mut response = Response::new(Body::from_stream(data.stream));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(OCTETS));
    headers.extend(data.size.map(|size| (CONTENT_LENGTH, HeaderValue::from(size))));
    let md5 = image.checksum.and_then(|sum| HeaderValue::from_str(&sum).ok());
    headers.extend(md5.map(|md5| (HeaderName::from_static("content-md5"), md5)));
    Ok(response)
}
