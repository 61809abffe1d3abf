//! After a kill: records and files are made to agree again.

use std::collections::HashSet;

use super::files::Files;
use crate::db;
use crate::image::Error;
use crate::objects::{Image, ImageStatus};

/// Only before the store is used.
pub(super) async fn put_in_order(records: &db::Images, files: &Files) -> Result<(), Error> {
    let names: HashSet<String> = files.names().await?.into_iter().collect();
    let mut wanted = HashSet::new();
    for image in records.list().await? {
        let name = image.id.to_string();
        match image.status {
            ImageStatus::Active | ImageStatus::Deactivated if names.contains(&name) => {
                wanted.insert(name);
            }
            ImageStatus::Active | ImageStatus::Deactivated => {
                settle(records, image, ImageStatus::Killed).await?
            }
            ImageStatus::Saving | ImageStatus::Uploading | ImageStatus::Importing => {
                settle(records, image, ImageStatus::Queued).await?;
            }
            _ => {}
        }
    }
    for name in names.difference(&wanted) {
        tracing::info!(file = name, "removing data that no image has");
        files.remove(files.path(name)).await?;
    }
    Ok(())
}

async fn settle(records: &db::Images, mut image: Image, status: ImageStatus) -> Result<(), Error> {
    tracing::warn!(image.id = %image.id, was = ?image.status, is = ?status, "an image was left without its data");
    image.status = status;
    records.update(&image).await?;
    Ok(())
}
