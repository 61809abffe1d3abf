//! Data: uploaded, broken off, deleted.

use super::*;

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
