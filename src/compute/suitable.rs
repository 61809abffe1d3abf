//! Whether what a request names can become a server, in Nova's words when not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::core::Core;
use crate::compute::Error;
use crate::objects::{Flavor, Image, ImageId, ImageStatus, Keypair, RequestContext, UserData, UserId};
use crate::user_data;

const GIB: u64 = 1 << 30;
const MAX_TAGS: usize = 50;

/// The image, if it is active and fits the flavor.
pub(super) async fn image(
    core: &Core,
    context: &RequestContext,
    id: ImageId,
    flavor: &Flavor,
) -> Result<Image, Error> {
    let image = core
        .images
        .show(context, id)
        .await
        .map_err(|error| Error::from(error).at_the_door())?;
    check_image(&image, flavor)?;
    Ok(image)
}

fn check_image(image: &Image, flavor: &Flavor) -> Result<(), Error> {
    if image.status != ImageStatus::Active {
        return Err(Error::Invalid(format!("Image {} is not active.", image.id)));
    }
    if let Some(objection) = image.format_objection() {
        let id = image.id;
        return Err(Error::Invalid(format!("Image {id} is unacceptable: {objection}")));
    }
    check_size(image, flavor)
}

/// The image, whatever its status, if it fits the flavor.
pub(super) fn check_size(image: &Image, flavor: &Flavor) -> Result<(), Error> {
    if flavor.memory_mb < image.min_ram {
        return Err(Error::Invalid(
            "Flavor's memory is too small for requested image.".to_owned(),
        ));
    }
    let disk = flavor.root_gb.saturating_mul(GIB);
    if disk == 0 {
        return Ok(());
    }
    let size = image.size.unwrap_or(0);
    if size > disk {
        return Err(Error::Invalid(format!(
            "Flavor's disk is too small for requested image. Flavor disk is {disk} bytes, image is {size} bytes."
        )));
    }
    let minimum = image.min_disk.saturating_mul(GIB);
    if minimum > disk {
        return Err(Error::Invalid(format!(
            "Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is {disk} \
             bytes, minimum size is {minimum} bytes."
        )));
    }
    Ok(())
}

pub(super) async fn key(core: &Core, user: &UserId, name: &str) -> Result<Keypair, Error> {
    core.records
        .keypair(user, name)
        .await
        .map_err(|error| match error {
            crate::db::Error::NoSuch { .. } => Error::Invalid("Invalid key_name provided.".to_owned()),
            error => error.into(),
        })
}

/// Whose network the container is to have, when it says so.
pub(super) fn network_mode(user_data: &UserData) -> Option<String> {
    let bytes = STANDARD.decode(user_data.base64()).ok()?;
    user_data::parse(&bytes).ok()?.options.network_mode
}

pub(super) fn check_tags(count: usize) -> Result<(), Error> {
    match count {
        0..=MAX_TAGS => Ok(()),
        _ => Err(Error::Invalid(format!(
            "The number of tags exceeded the per-server limit {MAX_TAGS}"
        ))),
    }
}
