//! `/images`, until 2.35, and their metadata, until 2.38: the image service's, passed on.

mod handlers;
mod list;
mod metadata;
mod view;

use axum::Router;
use axum::routing::get;

use super::Door;
use crate::api::{Fault, Within};
use crate::objects::ImageId;
use crate::span;

pub(super) fn routes() -> Router<Door> {
    let images = span!(..2.36);
    let metadata = span!(..2.39);
    Router::new()
        .route("/images", get(list::list).within(images))
        .route("/images/detail", get(list::detail).within(images))
        .route(
            "/images/{id}",
            get(handlers::show).delete(handlers::delete).within(images),
        )
        .route(
            "/images/{id}/metadata",
            get(metadata::list)
                .post(metadata::update)
                .put(metadata::replace)
                .within(metadata),
        )
        .route(
            "/images/{id}/metadata/{key}",
            get(metadata::show)
                .put(metadata::update_one)
                .delete(metadata::delete)
                .within(metadata),
        )
}

fn image_id(text: &str) -> Result<ImageId, Fault> {
    text.parse().map_err(|_| not_found())
}

fn not_found() -> Fault {
    Fault::not_found("Image not found.")
}
