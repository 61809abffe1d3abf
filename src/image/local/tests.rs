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

#[tokio::test]
async fn what_is_uploaded_is_summed_and_comes_back() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    let image = images.create_image(&me, None, named("a", "bare")).await.unwrap();
    assert_eq!(
        (image.status, image.visibility),
        (ImageStatus::Queued, Visibility::Shared)
    );
    images
        .upload_image(&me, image.id, data(b"hello"), Some(5))
        .await
        .unwrap();

    let image = images.show(&me, image.id).await.unwrap();
    assert_eq!((image.status, image.size), (ImageStatus::Active, Some(5)));
    assert_eq!(
        image.checksum.as_deref(),
        Some("5d41402abc4b2a76b9719d911017c592")
    );
    assert_eq!(image.hash_algo.as_deref(), Some("sha512"));
    assert!(
        image
            .hash_value
            .unwrap()
            .starts_with("9b71d224bd62f3785d96d46ad3ea3d73")
    );
    let back = images.download(&me, image.id).await.unwrap();
    assert_eq!(back.size, Some(5));
    assert_eq!(
        back.stream.try_collect::<Vec<_>>().await.unwrap().concat(),
        b"hello"
    );

    let again = images
        .upload_image(&me, image.id, data(b"x"), None)
        .await
        .unwrap_err();
    assert_eq!(
        again.to_string(),
        "Image status transition from active to saving is not allowed"
    );
    images.delete_image(&me, image.id).await.unwrap();
    assert!(matches!(
        images.show(&me, image.id).await,
        Err(Error::NotFound(_))
    ));
    assert_eq!(files(&folder).await, 0);
}

#[tokio::test]
async fn an_upload_that_fails_leaves_a_queued_image_and_no_data() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    let image = images
        .create_image(&me, None, named("a", "docker"))
        .await
        .unwrap();
    let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(std::io::Error::other("gone"))]).boxed();
    let cases = [
        (
            broken,
            None,
            "The image data broke off before its end; upload it again.",
        ),
        (
            data(&[1; 2000]),
            None,
            "not a docker save archive: expected a tar",
        ),
        (data(b""), None, "the image is empty"),
    ];
    for (data, expected, message) in cases {
        let error = images
            .upload_image(&me, image.id, data, expected)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Invalid(_)) && error.to_string().starts_with(message),
            "{error}"
        );
        assert_eq!(
            images.show(&me, image.id).await.unwrap().status,
            ImageStatus::Queued
        );
        assert_eq!(files(&folder).await, 0);
    }
    let bare = images.create_image(&me, None, named("b", "bare")).await.unwrap();
    let short = images
        .upload_image(&me, bare.id, data(b"hello"), Some(6))
        .await
        .unwrap_err();
    assert!(short.to_string().contains("(5 bytes) differs"), "{short}");
}

#[tokio::test]
async fn what_a_kill_left_is_put_in_order() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    let mut ids = Vec::new();
    for name in ["whole", "saving", "lost"] {
        ids.push(
            images
                .create_image(&me, None, named(name, "bare"))
                .await
                .unwrap()
                .id,
        );
    }
    images
        .upload_image(&me, ids[0], data(b"hello"), None)
        .await
        .unwrap();
    images
        .upload_image(&me, ids[2], data(b"hello"), None)
        .await
        .unwrap();
    let mut saving = images.show(&me, ids[1]).await.unwrap();
    saving.status = ImageStatus::Saving;
    db.images().update(&saving).await.unwrap();
    let data_folder = folder.path().join("images");
    std::fs::write(data_folder.join(format!("{}.part", ids[1])), b"he").unwrap();
    std::fs::write(data_folder.join(ids[1].to_string()), b"hello").unwrap();
    std::fs::remove_file(data_folder.join(ids[2].to_string())).unwrap();

    let images = store(&db, &folder).await;
    let mut statuses = Vec::new();
    for id in &ids {
        statuses.push(images.show(&me, *id).await.unwrap().status);
    }
    assert_eq!(
        statuses,
        [ImageStatus::Active, ImageStatus::Queued, ImageStatus::Killed]
    );
    assert_eq!(files(&folder).await, 1);
    images
        .upload_image(&me, ids[1], data(b"hello"), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn rights_are_those_of_owner_visibility_and_protection() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let (me, other, admin) = (caller("p"), caller("q"), caller("admin"));
    let mine = images
        .create_image(&me, None, named("mine", "bare"))
        .await
        .unwrap()
        .id;
    assert!(matches!(images.show(&other, mine).await, Err(Error::NotFound(_))));
    let publish = || vec![Edit::Visibility(Visibility::Public)];
    assert!(matches!(
        images.update_image(&me, mine, publish()).await,
        Err(Error::Forbidden(_))
    ));
    images.update_image(&admin, mine, publish()).await.unwrap();
    images.show(&other, mine).await.unwrap();
    assert!(matches!(
        images.delete_image(&other, mine).await,
        Err(Error::Forbidden(_))
    ));

    images
        .update_image(&me, mine, vec![Edit::Visibility(Visibility::Community)])
        .await
        .unwrap();
    assert!(names(&images, "q", Query::default()).await.is_empty());
    let community = Query {
        scope: Scope::Only(Visibility::Community),
        ..Query::default()
    };
    assert_eq!(names(&images, "q", community).await, ["mine"]);

    images
        .update_image(&me, mine, vec![Edit::Protected(true)])
        .await
        .unwrap();
    let refused = images.delete_image(&me, mine).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("Image {mine} is protected and cannot be deleted.")
    );
    let taken = images
        .create_image(&me, Some(mine), Vec::new())
        .await
        .unwrap_err();
    assert_eq!(taken.to_string(), format!("Image ID {mine} already exists!"));
}

#[tokio::test]
async fn an_edit_that_is_refused_takes_the_others_with_it() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    let image = images.create_image(&me, None, named("a", "bare")).await.unwrap();
    let edits = vec![
        Edit::Name(Some("b".to_owned())),
        Edit::RemoveProperty("none".to_owned()),
    ];
    let refused = images.update_image(&me, image.id, edits).await.unwrap_err();
    assert_eq!(refused.to_string(), "Property none does not exist.");
    assert_eq!(images.show(&me, image.id).await.unwrap(), image);
}

#[tokio::test]
async fn the_engines_images_are_public_and_read_only() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let engine = Arc::new(FakeEngine::default());
    let images = store(&db, &folder).await.with_engine(engine.clone());
    *engine.images.lock().unwrap() = Some(vec![
        engine_image("sha256:1", &["busybox:1.36", "busybox:latest"]),
        engine_image("sha256:2", &["nginx:1"]),
        engine_image("sha256:3", &["<none>:<none>"]),
        engine_image("sha256:4", &["nova-docker/x:y"]),
    ]);
    let by_name = || Query {
        sort: vec![(SortKey::Name, Direction::Asc)],
        ..Query::default()
    };
    assert_eq!(names(&images, "p", by_name()).await, ["busybox", "nginx:1"]);

    let me = caller("p");
    let page = images
        .list(
            &me,
            &Query {
                limit: 1,
                ..by_name()
            },
        )
        .await
        .unwrap();
    assert!(page.more);
    let busybox: &Image = &page.images[0];
    assert_eq!(busybox.engine_id.as_deref(), Some("sha256:1"));
    assert_eq!(images.show(&me, busybox.id).await.unwrap(), *busybox);
    let refused = images
        .delete_image(&caller("admin"), busybox.id)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("docker rmi busybox"), "{refused}");
    let saved = images.download(&me, busybox.id).await.unwrap();
    assert_eq!(
        saved.stream.try_collect::<Vec<_>>().await.unwrap().concat(),
        b"sha256:1"
    );
}

#[tokio::test]
async fn an_upload_takes_the_name_of_an_engines_image() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let engine = Arc::new(FakeEngine::default());
    let images = store(&db, &folder).await.with_engine(engine.clone());
    let on_engine = vec![
        engine_image("sha256:1", &["busybox:latest"]),
        engine_image("sha256:2", &["nginx:1"]),
    ];
    *engine.images.lock().unwrap() = Some(on_engine);
    let by_name = || Query {
        sort: vec![(SortKey::Name, Direction::Asc)],
        ..Query::default()
    };
    let me = caller("p");
    let uploaded = images
        .create_image(&me, None, named("busybox", "docker"))
        .await
        .unwrap();
    let listed = images
        .list(
            &me,
            &Query {
                limit: 9,
                ..by_name()
            },
        )
        .await
        .unwrap()
        .images;
    assert_eq!(
        listed.iter().map(|image| image.id).collect::<Vec<_>>()[0],
        uploaded.id
    );
    assert_eq!(listed.len(), 2);
    assert_eq!(names(&images, "q", by_name()).await, ["busybox", "nginx:1"]);

    *engine.images.lock().unwrap() = None;
    assert_eq!(names(&images, "p", by_name()).await, ["busybox"]);
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_paged() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let images = store(&db, &folder).await;
    let me = caller("p");
    for name in ["c", "a", "b", "d"] {
        let mut edits = named(name, "bare");
        edits.push(Edit::Tags(vec![name.to_owned()]));
        edits.push(Edit::Hidden(name == "d"));
        images.create_image(&me, None, edits).await.unwrap();
    }
    let sorted = |limit| Query {
        sort: vec![(SortKey::Name, Direction::Asc)],
        limit,
        ..Query::default()
    };
    let first = images.list(&me, &sorted(2)).await.unwrap();
    assert!(first.more);
    let rest = Query {
        marker: Some(first.images[1].id),
        ..sorted(2)
    };
    let rest = images.list(&me, &rest).await.unwrap();
    assert!(!rest.more);
    let all: Vec<_> = first
        .images
        .iter()
        .chain(&rest.images)
        .map(|image| image.name.clone().unwrap())
        .collect();
    assert_eq!(all, ["a", "b", "c"]);
    let tagged = Query {
        filters: vec![Filter::Tag("b".to_owned())],
        ..Query::default()
    };
    assert_eq!(names(&images, "p", tagged).await, ["b"]);
    assert_eq!(
        names(
            &images,
            "p",
            Query {
                hidden: true,
                ..Query::default()
            }
        )
        .await,
        ["d"]
    );
    let lost = Query {
        marker: Some(ImageId(uuid::Uuid::nil())),
        ..sorted(2)
    };
    assert!(matches!(images.list(&me, &lost).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_deletion_is_told() {
    let (db, folder) = (Db::in_memory().await.unwrap(), TempDir::new().unwrap());
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let images = store(&db, &folder)
        .await
        .with_on_delete(Arc::new(move |id| heard.lock().unwrap().push(id)));
    let me = caller("p");
    let id = images.create_image(&me, None, Vec::new()).await.unwrap().id;
    images.delete_image(&me, id).await.unwrap();
    assert_eq!(*told.lock().unwrap(), [id]);
}
