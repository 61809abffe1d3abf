//! Images by way of the Compute API, until 2.35, and their metadata, until 2.38.

use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn an_image_is_shown_as_it_was_of_old() {
    let cloud = Cloud::start().await;
    let id = &cloud.image;
    let links = json!([
        {"rel": "self", "href": format!("http://cloud:8774/v2.1/images/{id}")},
        {"rel": "bookmark", "href": format!("http://cloud:8774/images/{id}")},
        {"rel": "alternate", "type": "application/vnd.openstack.image", "href": format!("http://127.0.0.1:9292/images/{id}")},
    ]);
    let list = cloud.get("2.35", "/v2.1/images").await;
    assert_eq!(
        list.body,
        json!({"images": [{"id": id, "name": "busybox", "links": links}]})
    );
    let shown = cloud.get("2.1", &format!("/v2.1/images/{id}")).await;
    let mut image = shown.body["image"].clone();
    for key in ["created", "updated", "OS-EXT-IMG-SIZE:size"] {
        assert!(
            !image.as_object_mut().unwrap().remove(key).unwrap().is_null(),
            "{key}"
        );
    }
    let expected = json!({"id": id, "name": "busybox", "minRam": 0, "minDisk": 0, "metadata": {}, "status": "ACTIVE",
        "progress": 100, "links": links});
    assert_eq!(image, expected);
    let detail = cloud.get("2.1", "/v2.1/images/detail").await;
    assert_eq!(detail.body["images"], json!([shown.body["image"]]));
    assert_eq!(cloud.get("2.36", "/v2.1/images").await.status, 404);
}

#[tokio::test]
async fn a_snapshot_is_found_by_its_server_and_deleted() {
    let cloud = Cloud::start().await;
    let server = cloud.boot("one").await;
    let made = cloud
        .act(
            "2.45",
            &server,
            json!({"createImage": {"name": "snap", "metadata": {"k": "v"}}}),
        )
        .await;
    let image = made.body["image_id"].as_str().unwrap().to_owned();
    let path = format!("/v2.1/images/{image}");
    while cloud.get("2.1", &path).await.body["image"]["status"] != "ACTIVE" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let shown = cloud.get("2.1", &path).await;
    assert_eq!(shown.body["image"]["server"]["id"], json!(server));
    assert_eq!(shown.body["image"]["metadata"]["k"], "v");
    for (query, count) in [
        (format!("server=http://cloud/servers/{server}"), 1),
        ("type=snapshot".to_owned(), 1),
        ("name=snap".to_owned(), 1),
        ("name=nobody".to_owned(), 0),
        ("status=ACTIVE".to_owned(), 2),
        ("property-k=v".to_owned(), 1),
        ("limit=1".to_owned(), 1),
        ("changes-since=2999-01-01T00:00:00Z".to_owned(), 0),
    ] {
        let list = cloud.get("2.1", &format!("/v2.1/images?{query}")).await;
        assert_eq!(
            list.body["images"].as_array().unwrap().len(),
            count,
            "{query}: {}",
            list.body
        );
    }
    let marked = cloud.get("2.1", &format!("/v2.1/images?marker={image}")).await;
    assert_eq!(marked.body["images"][0]["name"], "busybox");
    assert_eq!(cloud.call("demo", "2.1", "DELETE", &path, None).await.status, 204);
    let gone = cloud.get("2.1", &path).await;
    assert_eq!(
        (gone.status.as_u16(), gone.fault().1.as_str()),
        (404, "Image not found.")
    );
    let foreign = cloud
        .call(
            "demo",
            "2.1",
            "DELETE",
            &format!("/v2.1/images/{}", cloud.image),
            None,
        )
        .await;
    let message = "You are not allowed to delete the image.";
    assert_eq!(
        (foreign.status.as_u16(), foreign.fault().1.as_str()),
        (403, message)
    );
}

#[tokio::test]
async fn the_metadata_of_an_image_is_its_properties() {
    let cloud = Cloud::start().await;
    let path = format!("/v2.1/images/{}/metadata", cloud.image);
    let all = json!({"metadata": {"a": "1", "b": "2"}});
    assert_eq!(
        cloud.admin("2.38", "PUT", &path, Some(all.clone())).await.body,
        all
    );
    let more = cloud
        .admin("2.38", "POST", &path, Some(json!({"metadata": {"c": "3"}})))
        .await;
    let full = json!({"metadata": {"a": "1", "b": "2", "c": "3"}});
    assert_eq!(more.body, full);
    assert_eq!(cloud.get("2.38", &path).await.body, full);
    let one = format!("{path}/a");
    let item = json!({"meta": {"a": "9"}});
    assert_eq!(
        cloud.admin("2.38", "PUT", &one, Some(item.clone())).await.body,
        item
    );
    assert_eq!(cloud.get("2.38", &one).await.body, item);
    assert_eq!(cloud.admin("2.38", "DELETE", &one, None).await.status, 204);
    let gone = cloud.admin("2.38", "DELETE", &one, None).await;
    assert_eq!(
        (gone.status.as_u16(), gone.fault().1.as_str()),
        (404, "Invalid metadata key")
    );
    assert_eq!(cloud.get("2.39", &path).await.status, 404);
}
