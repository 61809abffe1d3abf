//! The store as booting and snapshotting see it.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{Edit, Filter, LocalImages, Query};
use crate::image::{ByteStream, Download, Error, ImageService, NewImage};
use crate::objects::{Image, ImageId, ImageStatus, RequestContext, Visibility};

#[async_trait]
impl ImageService for LocalImages {
    async fn address(&self) -> Result<String, Error> {
        Ok(self.address.clone())
    }

    async fn show(&self, context: &RequestContext, id: ImageId) -> Result<Image, Error> {
        self.find(context, id).await
    }

    async fn download(&self, context: &RequestContext, id: ImageId) -> Result<Download, Error> {
        let image = self.find(context, id).await?;
        if let (Some(engine_id), Some(engine)) = (&image.engine_id, &self.engine) {
            let stream = engine.export(engine_id).await?;
            return Ok(Download { size: None, stream });
        }
        if image.status != ImageStatus::Active {
            return Err(Error::Conflict(
                format!("Image {id} has no data: it is {:?}.", image.status).to_lowercase(),
            ));
        }
        Ok(self.files.read(id).await?)
    }

    async fn create(&self, context: &RequestContext, image: NewImage) -> Result<Image, Error> {
        let mut edits = vec![
            Edit::Name(Some(image.name)),
            Edit::Visibility(Visibility::Private),
            Edit::ContainerFormat(Some(image.container_format)),
            Edit::DiskFormat(Some(image.disk_format)),
            Edit::MinDisk(image.min_disk),
            Edit::MinRam(image.min_ram),
        ];
        edits.extend(
            image
                .properties
                .into_iter()
                .map(|(name, value)| Edit::SetProperty(name, value)),
        );
        let owned = RequestContext {
            project_id: image.owner.unwrap_or_else(|| context.project_id.clone()),
            ..context.clone()
        };
        self.create_image(&owned, image.id, edits).await
    }

    async fn upload(&self, context: &RequestContext, id: ImageId, data: ByteStream) -> Result<(), Error> {
        self.upload_image(context, id, data, None).await
    }

    async fn delete(&self, context: &RequestContext, id: ImageId) -> Result<(), Error> {
        self.delete_image(context, id).await
    }

    async fn with_properties(
        &self,
        context: &RequestContext,
        properties: &[(&str, &str)],
    ) -> Result<Vec<Image>, Error> {
        let filter = |(name, value): &(&str, &str)| Filter::Property((*name).to_owned(), (*value).to_owned());
        let query = Query {
            filters: properties.iter().map(filter).collect(),
            limit: usize::MAX,
            ..Query::default()
        };
        Ok(self.list(context, &query).await?.images)
    }

    async fn set_properties(
        &self,
        context: &RequestContext,
        id: ImageId,
        properties: BTreeMap<String, String>,
    ) -> Result<Image, Error> {
        let before = self.find(context, id).await?.properties.into_keys();
        let gone = before.filter(|name| !properties.contains_key(name));
        let mut edits: Vec<Edit> = gone.map(Edit::RemoveProperty).collect();
        edits.extend(
            properties
                .into_iter()
                .map(|(name, value)| Edit::SetProperty(name, value)),
        );
        self.update_image(context, id, edits).await
    }
}
