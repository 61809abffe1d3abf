//! What the image service keeps, shows and refuses.

mod descriptions;
mod engine;
mod uploads;

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;

use super::*;
use crate::db::Db;
use crate::docker;
use crate::image::{ByteStream, ImageService};
use crate::objects::{
    Image, ImageStatus, ProjectId, RequestContext, RequestId, SystemWorld, UserId, Visibility,
};

/// An engine that has what it is given, until it is switched off.
#[derive(Debug, Default)]
struct FakeEngine {
    images: Mutex<Option<Vec<EngineImage>>>,
}

#[async_trait]
impl EngineImages for FakeEngine {
    async fn list(&self) -> Result<Vec<EngineImage>, docker::Error> {
        let images = self.images.lock().unwrap().clone();
        images.ok_or_else(|| docker::Error::Broken("off".to_owned()))
    }

    async fn export(&self, id: &str) -> Result<ByteStream, docker::Error> {
        Ok(data(id.as_bytes()))
    }
}

fn engine_image(id: &str, tags: &[&str]) -> EngineImage {
    EngineImage {
        id: id.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        size: 5,
        created: 9,
    }
}

fn caller(project: &str) -> RequestContext {
    RequestContext {
        judge: None,
        request_id: RequestId::from("req-1"),
        global_request_id: None,
        user_id: UserId::from("u"),
        project_id: ProjectId::from(project),
        roles: vec![if project == "admin" { "admin" } else { "member" }.to_owned()],
        token: None,
    }
}

fn data(bytes: &[u8]) -> ByteStream {
    stream::iter([Ok(Bytes::copy_from_slice(bytes))]).boxed()
}

/// A store with nothing in it, for the tests of those who use one.
pub(crate) async fn empty(folder: &TempDir) -> LocalImages {
    store(&Db::in_memory().await.unwrap(), folder).await
}

async fn store(db: &Db, folder: &TempDir) -> LocalImages {
    let folder = folder.path().join("images");
    LocalImages::open(db.images(), folder, Arc::new(SystemWorld))
        .await
        .unwrap()
}

fn named(name: &str, container_format: &str) -> Vec<Edit> {
    vec![
        Edit::Name(Some(name.to_owned())),
        Edit::ContainerFormat(Some(container_format.to_owned())),
        Edit::DiskFormat(Some("raw".to_owned())),
    ]
}

async fn names(images: &LocalImages, project: &str, query: Query) -> Vec<String> {
    let page = images
        .list(&caller(project), &Query { limit: 100, ..query })
        .await
        .unwrap();
    page.images.into_iter().map(|image| image.name.unwrap()).collect()
}

async fn files(folder: &TempDir) -> usize {
    std::fs::read_dir(folder.path().join("images")).unwrap().count()
}
