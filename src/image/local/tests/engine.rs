//! Images that are in the engine already.

use super::*;

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
