//! An image service for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::stage::engine_image;
use crate::image::{self, ByteStream, Download, ImageService, NewImage};
use crate::objects::*;

/// An image service in memory: it knows who owns what is private, and takes data only once.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    images: Mutex<BTreeMap<ImageId, (Image, Bytes)>>,
    stubborn: AtomicBool,
}

impl Shelf {
    pub(super) fn put(&self, image: Image) {
        self.images
            .lock()
            .unwrap()
            .insert(image.id, (image, Bytes::new()));
    }

    pub(super) fn deletes_fail(&self, fail: bool) {
        self.stubborn.store(fail, Ordering::Relaxed);
    }

    pub(super) fn ids(&self) -> Vec<ImageId> {
        self.images.lock().unwrap().keys().copied().collect()
    }

    pub(super) fn get(&self, id: ImageId) -> Option<Image> {
        self.images
            .lock()
            .unwrap()
            .get(&id)
            .map(|(image, _)| image.clone())
    }

    fn seen<T>(
        &self,
        context: &RequestContext,
        id: ImageId,
        work: impl FnOnce(&mut (Image, Bytes)) -> Result<T, image::Error>,
    ) -> Result<T, image::Error> {
        let mut images = self.images.lock().unwrap();
        let entry = images
            .get_mut(&id)
            .ok_or_else(|| image::Error::NotFound(id.to_string()))?;
        let public = entry.0.visibility == Visibility::Public;
        match public || context.is_admin() || entry.0.owner.as_ref() == Some(&context.project_id) {
            true => work(entry),
            false => Err(image::Error::NotFound(id.to_string())),
        }
    }
}

#[async_trait]
impl ImageService for Shelf {
    async fn address(&self) -> Result<String, image::Error> {
        Ok("http://shelf:9292".to_owned())
    }

    async fn show(&self, context: &RequestContext, id: ImageId) -> Result<Image, image::Error> {
        self.seen(context, id, |(image, _)| Ok(image.clone()))
    }

    async fn download(&self, context: &RequestContext, id: ImageId) -> Result<Download, image::Error> {
        let data = self.seen(context, id, |(_, data)| Ok(data.clone()))?;
        let size = Some(data.len() as u64);
        Ok(Download {
            size,
            stream: stream::iter([Ok(data)]).boxed(),
        })
    }

    async fn create(&self, context: &RequestContext, new: NewImage) -> Result<Image, image::Error> {
        let image = Image {
            name: Some(new.name),
            status: ImageStatus::Queued,
            visibility: Visibility::Private,
            owner: Some(context.project_id.clone()),
            container_format: Some(new.container_format),
            disk_format: Some(new.disk_format),
            size: None,
            min_disk: new.min_disk,
            min_ram: new.min_ram,
            properties: new.properties,
            created_at: SystemWorld.now(),
            engine_id: None,
            ..engine_image(new.id.unwrap_or_else(|| ImageId(SystemWorld.uuid())))
        };
        self.put(image.clone());
        Ok(image)
    }

    async fn upload(
        &self,
        context: &RequestContext,
        id: ImageId,
        data: ByteStream,
    ) -> Result<(), image::Error> {
        let data: Vec<u8> = data.map_ok(|chunk| chunk.to_vec()).try_concat().await?;
        self.seen(context, id, |(image, kept)| {
            if image.status != ImageStatus::Queued {
                return Err(image::Error::Conflict(format!("Image {id} has its data already")));
            }
            image.status = ImageStatus::Active;
            image.size = Some(data.len() as u64);
            *kept = data.into();
            Ok(())
        })
    }

    async fn delete(&self, context: &RequestContext, id: ImageId) -> Result<(), image::Error> {
        if self.stubborn.load(Ordering::Relaxed) {
            return Err(image::Error::Conflict("not now".to_owned()));
        }
        self.seen(context, id, |_| Ok(()))?;
        self.images.lock().unwrap().remove(&id);
        Ok(())
    }

    async fn with_properties(
        &self,
        context: &RequestContext,
        properties: &[(&str, &str)],
    ) -> Result<Vec<Image>, image::Error> {
        let has = |image: &Image, (name, value): &(&str, &str)| {
            image.properties.get(*name).is_some_and(|have| have == value)
        };
        let images = self.images.lock().unwrap();
        let mut found: Vec<Image> = images
            .values()
            .map(|(image, _)| image.clone())
            .filter(|image| image.owner.as_ref() == Some(&context.project_id))
            .filter(|image| properties.iter().all(|property| has(image, property)))
            .collect();
        found.sort_by_key(|image| std::cmp::Reverse(image.created_at));
        Ok(found)
    }
}
