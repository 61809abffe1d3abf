//! Our own client of Glance, at this door.

use super::*;

/// Our own client of Glance, at this door over a real connection.
async fn client(cloud: &Cloud) -> (Glance, RequestContext) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v2/", listener.local_addr().unwrap());
    let door = cloud.door.clone();
    tokio::spawn(async move { axum::serve(listener, door).await });
    let nobody = Credentials {
        auth_url: "http://127.0.0.1:1".to_owned(),
        username: String::new(),
        password: Secret::new(""),
        user_domain: Domain::Id("default".to_owned()),
        project_name: String::new(),
        project_domain: Domain::Id("default".to_owned()),
        trust: crate::identity::Trust::default(),
    };
    let session = Session::new(nobody, Arc::new(SystemWorld)).unwrap();
    let settings = Settings {
        endpoints: vec![url],
        num_retries: 1,
        ..Settings::default()
    };
    let context = RequestContext {
        judge: None,
        request_id: RequestId::from("req-1"),
        global_request_id: None,
        user_id: UserId::from("u"),
        project_id: ProjectId::from("demo"),
        roles: Vec::new(),
        token: Some(Secret::new("demo")),
    };
    (Glance::new(session, settings).unwrap(), context)
}

fn snapshot() -> NewImage {
    NewImage {
        name: "snap".to_owned(),
        container_format: "bare".to_owned(),
        disk_format: "raw".to_owned(),
        properties: [("image_type".to_owned(), "snapshot".to_owned())].into(),
        ..NewImage::default()
    }
}

#[tokio::test]
async fn glances_client_makes_fills_reads_and_deletes_an_image() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let image = glance.create(&context, snapshot()).await.unwrap();
    assert_eq!(
        (image.status, image.properties["image_type"].as_str()),
        (ImageStatus::Queued, "snapshot")
    );
    assert_eq!(image.properties.len(), 1);
    let data = stream::iter([Ok(Bytes::from_static(b"hel")), Ok(Bytes::from_static(b"lo"))]).boxed();
    glance.upload(&context, image.id, data).await.unwrap();
    let shown = glance.show(&context, image.id).await.unwrap();
    assert_eq!((shown.status, shown.size), (ImageStatus::Active, Some(5)));
    let download = glance.download(&context, image.id).await.unwrap();
    assert_eq!(download.size, Some(5));
    assert_eq!(
        download.stream.try_collect::<Vec<_>>().await.unwrap().concat(),
        b"hello"
    );
    glance.delete(&context, image.id).await.unwrap();
    assert!(matches!(
        glance.show(&context, image.id).await,
        Err(image::Error::NotFound(_))
    ));
}

#[tokio::test]
async fn an_upload_whose_source_fails_never_becomes_active() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let image = glance.create(&context, snapshot()).await.unwrap();
    let broken = stream::iter([Ok(Bytes::from_static(b"hel")), Err(io::Error::other("gone"))]).boxed();
    assert!(glance.upload(&context, image.id, broken).await.is_err());
    let left = loop {
        let image = glance.show(&context, image.id).await.unwrap();
        if image.status != ImageStatus::Saving {
            break image;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((left.status, left.size), (ImageStatus::Queued, None));
}

#[tokio::test]
async fn glances_words_reach_the_user() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let odd = NewImage {
        container_format: "box".to_owned(),
        ..snapshot()
    };
    let error = glance.create(&context, odd).await.unwrap_err();
    assert!(matches!(error, image::Error::Invalid(_)));
    assert!(
        error
            .to_string()
            .starts_with("Invalid container_format 'box' for image"),
        "{error}"
    );
    let nobody = ImageId(Uuid::nil());
    let error = glance.download(&context, nobody).await.unwrap_err();
    assert_eq!(error.to_string(), format!("Image {nobody} could not be found."));
}

#[tokio::test]
async fn images_are_found_by_their_properties_the_newest_first() {
    let cloud = Cloud::new().await;
    let (glance, context) = client(&cloud).await;
    let of = |kind: &str| NewImage {
        properties: [
            ("image_type".to_owned(), "backup".to_owned()),
            ("backup_type".to_owned(), kind.to_owned()),
        ]
        .into(),
        ..snapshot()
    };
    let mut made = Vec::new();
    for kind in ["a & b", "other", "a & b"] {
        made.push(glance.create(&context, of(kind)).await.unwrap().id);
    }
    let found = glance
        .with_properties(&context, &[("image_type", "backup"), ("backup_type", "a & b")])
        .await
        .unwrap();
    let found: Vec<ImageId> = found.into_iter().map(|image| image.id).collect();
    assert_eq!(found, [made[2], made[0]]);
}
