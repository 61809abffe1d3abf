//! An image service in memory, as far as booting and snapshotting need one.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use nova_docker::image::{ByteStream, Download, Error, ImageService, NewImage};
use nova_docker::objects::{Image, ImageId, ImageStatus, RequestContext, SystemWorld, Visibility, World};

#[derive(Debug, Default)]
pub(crate) struct Images {
    data: Mutex<HashMap<ImageId, Bytes>>,
    pub(crate) downloads: AtomicUsize,
    pub(crate) refuse_uploads: AtomicBool,
    /// Downloads break off after so many bytes; 0 for never.
    pub(crate) cut_after: AtomicUsize,
}

impl Images {
    pub(crate) fn put(&self, data: Bytes) -> Image {
        let image = described(Some("docker"));
        self.data.lock().unwrap().insert(image.id, data);
        image
    }

    /// Behind everybody's back.
    pub(crate) fn replace(&self, id: ImageId, data: Bytes) {
        self.data.lock().unwrap().insert(id, data);
    }

    pub(crate) fn data(&self, id: ImageId) -> Option<Bytes> {
        self.data.lock().unwrap().get(&id).cloned()
    }

    pub(crate) fn downloads(&self) -> usize {
        self.downloads.load(Ordering::SeqCst)
    }
}

pub(crate) fn described(container_format: Option<&str>) -> Image {
    let now = SystemWorld.now();
    Image {
        id: ImageId(SystemWorld.uuid()),
        name: Some("an image called whatever".to_owned()),
        status: ImageStatus::Active,
        visibility: Visibility::Private,
        owner: None,
        container_format: container_format.map(str::to_owned),
        disk_format: Some("raw".to_owned()),
        size: None,
        virtual_size: None,
        checksum: None,
        hash_algo: None,
        hash_value: None,
        min_disk: 0,
        min_ram: 0,
        protected: false,
        hidden: false,
        tags: Vec::new(),
        properties: [].into(),
        created_at: now,
        updated_at: now,
        engine_id: None,
    }
}

#[async_trait]
impl ImageService for Images {
    async fn address(&self) -> Result<String, Error> {
        Ok("http://images:9292".to_owned())
    }

    async fn show(&self, _: &RequestContext, id: ImageId) -> Result<Image, Error> {
        Err(Error::NotFound(id.to_string()))
    }

    async fn download(&self, _: &RequestContext, id: ImageId) -> Result<Download, Error> {
        self.downloads.fetch_add(1, Ordering::SeqCst);
        let data = self.data(id).ok_or_else(|| Error::NotFound(id.to_string()))?;
        let cut = self.cut_after.load(Ordering::SeqCst);
        let sent = if cut == 0 { data.len() } else { cut };
        let mut chunks: Vec<_> = data[..sent]
            .chunks(64 << 10)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        if cut != 0 {
            chunks.push(Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
        }
        Ok(Download {
            size: Some(data.len() as u64),
            stream: stream::iter(chunks).boxed(),
        })
    }

    async fn create(&self, _: &RequestContext, _: NewImage) -> Result<Image, Error> {
        Ok(described(Some("docker")))
    }

    async fn upload(&self, _: &RequestContext, id: ImageId, data: ByteStream) -> Result<(), Error> {
        if self.refuse_uploads.load(Ordering::SeqCst) {
            return Err(Error::Refused {
                status: 413,
                message: "the store is full".to_owned(),
            });
        }
        let chunks: Vec<Bytes> = data.try_collect().await?;
        self.data.lock().unwrap().insert(id, chunks.concat().into());
        Ok(())
    }

    async fn delete(&self, _: &RequestContext, id: ImageId) -> Result<(), Error> {
        self.data.lock().unwrap().remove(&id);
        Ok(())
    }

    async fn with_properties(&self, _: &RequestContext, _: &[(&str, &str)]) -> Result<Vec<Image>, Error> {
        Ok(Vec::new())
    }
}
