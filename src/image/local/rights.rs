//! Who may see and change an image.

use super::LocalImages;
use crate::image::Error;
use crate::objects::{Image, ImageId, RequestContext, Visibility};

pub(super) fn owns(context: &RequestContext, image: &Image) -> bool {
    image.owner.as_ref() == Some(&context.project_id)
}

/// By its id. Sharing has no members here: a shared image is its owner's.
pub(super) fn may_see(context: &RequestContext, image: &Image) -> bool {
    context.is_admin()
        || owns(context, image)
        || matches!(image.visibility, Visibility::Public | Visibility::Community)
}

pub(super) fn check_change(context: &RequestContext, image: &Image) -> Result<(), Error> {
    if !may_see(context, image) {
        return Err(no_such(image.id));
    }
    if image.engine_id.is_some() {
        let name = image.name.as_deref().unwrap_or_default();
        return Err(Error::Forbidden(format!(
            "Image {} belongs to the Docker engine of this machine and is read-only here: use docker rmi {name} or \
             docker tag on the machine.",
            image.id
        )));
    }
    if !context.is_admin() && !owns(context, image) {
        return Err(Error::Forbidden(
            "You are not permitted to modify this image.".to_owned(),
        ));
    }
    Ok(())
}

pub(super) fn no_such(id: ImageId) -> Error {
    Error::NotFound(id.to_string())
}

impl LocalImages {
    /// The image, if the caller may know that it exists.
    pub(super) async fn find(&self, context: &RequestContext, id: ImageId) -> Result<Image, Error> {
        let image = match self.records.get(id).await {
            Ok(image) => Some(image),
            Err(crate::db::Error::NoSuch { .. }) => self
                .engine_images()
                .await
                .into_iter()
                .find(|image| image.id == id),
            Err(error) => return Err(error.into()),
        };
        image
            .filter(|image| may_see(context, image))
            .ok_or_else(|| no_such(id))
    }

    /// The image, if the caller may change it.
    pub(super) async fn find_to_change(&self, context: &RequestContext, id: ImageId) -> Result<Image, Error> {
        let image = self.find(context, id).await?;
        check_change(context, &image)?;
        Ok(image)
    }
}
