//! `/images`, until 2.35, and their metadata, until 2.38: the image service's, passed on.

mod handlers;
mod list;
mod metadata;
mod view;

use super::Door;
use crate::api::links::Link;
use crate::api::route::{NOTHING, Routes, get};
use crate::api::{Fault, Within};
use crate::objects::ImageId;
use crate::shows;
use crate::span;
use std::collections::BTreeMap;
use view::{ImageDetail, ImageItem};

pub(super) fn routes() -> Routes<Door> {
    let images = span!(..2.36);
    let metadata = span!(..2.39);
    let all = shows!("metadata": BTreeMap<String, String>);
    let one = shows!("meta": BTreeMap<String, String>);
    Routes::new()
        .route(
            "/images",
            get(list::list)
                .answers(
                    200,
                    shows!("images": Vec<ImageItem>, "images_links": Option<[Link; 1]>),
                )
                .within(images),
        )
        .route(
            "/images/detail",
            get(list::detail)
                .answers(
                    200,
                    shows!("images": Vec<ImageDetail>, "images_links": Option<[Link; 1]>),
                )
                .within(images),
        )
        .route(
            "/images/{id}",
            get(handlers::show)
                .answers(200, shows!("image": ImageDetail))
                .delete(handlers::delete)
                .answers(204, NOTHING)
                .within(images),
        )
        .route(
            "/images/{id}/metadata",
            get(metadata::list)
                .answers(200, all)
                .post(metadata::update)
                .answers(200, all)
                .put(metadata::replace)
                .answers(200, all)
                .within(metadata),
        )
        .route(
            "/images/{id}/metadata/{key}",
            get(metadata::show)
                .answers(200, one)
                .put(metadata::update_one)
                .answers(200, one)
                .delete(metadata::delete)
                .answers(204, NOTHING)
                .within(metadata),
        )
}

fn image_id(text: &str) -> Result<ImageId, Fault> {
    text.parse().map_err(|_| not_found())
}

fn not_found() -> Fault {
    Fault::not_found("Image not found.")
}
