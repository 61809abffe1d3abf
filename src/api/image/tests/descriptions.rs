//! Descriptions of images: made, shown, changed, listed.

use super::*;

#[tokio::test]
async fn an_image_is_shown_as_glance_shows_it() {
    let cloud = Cloud::new().await;
    let id = "0eee2688-f57e-465c-8b00-5d019089594a";
    let image = json!({ "id": id, "name": "bb", "container_format": "docker", "disk_format": "raw", "tags": ["t"],
                        "min_ram": 64, "os_distro": "busybox" });
    let mut created = cloud.create(image).await;
    assert_eq!(
        cloud.get(&format!("/v2/images/{id}")).await,
        (StatusCode::OK, created.clone())
    );
    for time in ["created_at", "updated_at"] {
        let time = created.as_object_mut().unwrap().shift_remove(time).unwrap();
        assert_eq!(time.as_str().unwrap().len(), "2026-11-21T08:00:00Z".len());
    }
    let expected = json!({
        "os_distro": "busybox", "name": "bb", "disk_format": "raw", "container_format": "docker",
        "visibility": "shared", "size": null, "virtual_size": null, "status": "queued", "checksum": null,
        "protected": false, "min_ram": 64, "min_disk": 0, "owner": "demo", "os_hidden": false, "os_hash_algo": null,
        "os_hash_value": null, "id": id, "tags": ["t"], "self": format!("/v2/images/{id}"),
        "file": format!("/v2/images/{id}/file"), "schema": "/v2/schemas/image",
    });
    assert_eq!(created, expected);
}

#[tokio::test]
async fn a_new_image_says_where_it_is() {
    let cloud = Cloud::new().await;
    let request = Request::post("/v2/images")
        .header("x-auth-token", "demo")
        .header("host", "cloud:9292");
    let response = cloud.send(request.body(Body::from("{}")).unwrap()).await;
    let location = response.headers()[LOCATION].to_str().unwrap().to_owned();
    let id: Uuid = location
        .strip_prefix("http://cloud:9292/v2/images/")
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(cloud.get(&format!("/v2/images/{id}")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_patch_changes_whole_attributes() {
    let cloud = Cloud::new().await;
    let image = cloud.create(json!({ "name": "a", "colour": "red" })).await;
    let path = image["self"].as_str().unwrap();
    let patch = json!([
        { "op": "replace", "path": "/name", "value": "b" },
        { "op": "add", "path": "/a~1b", "value": "1" },
        { "op": "remove", "path": "/colour" },
        { "op": "replace", "path": "/tags", "value": ["x", "x"] },
    ]);
    let (status, changed) = cloud.ask("PATCH", path, PATCH, patch.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&changed["name"], &changed["a/b"], &changed["tags"]),
        (&json!("b"), &json!("1"), &json!(["x"]))
    );
    assert!(changed.get("colour").is_none());
}

#[tokio::test]
async fn a_patch_that_is_refused_changes_nothing() {
    let cloud = Cloud::new().await;
    let image = cloud.create(json!({ "name": "a" })).await;
    let path = image["self"].as_str().unwrap();
    let cases = [
        (
            json!([{ "op": "replace", "path": "/size", "value": 1 }]),
            403,
            "Attribute 'size' is read-only.",
        ),
        (
            json!([{ "op": "remove", "path": "/name" }]),
            403,
            "Property name may not be removed.",
        ),
        (
            json!([{ "op": "replace", "path": "/no", "value": "1" }]),
            409,
            "Property no does not exist.",
        ),
        (
            json!([{ "op": "replace", "path": "name", "value": "1" }]),
            400,
            "Pointer `name` does not start with \"/\".",
        ),
        (
            json!({}),
            400,
            "Request body must be a JSON array of operation objects.",
        ),
        (
            json!([{ "op": "add", "path": "/x" }]),
            400,
            "Operation \"add\" requires a member named \"value\".",
        ),
    ];
    for (patch, status, message) in cases {
        let (got, body) = cloud.ask("PATCH", path, PATCH, patch.to_string()).await;
        let told = body.as_object().unwrap().values().next().unwrap();
        assert_eq!(
            (got.as_u16(), told["message"].as_str().unwrap()),
            (status, message)
        );
    }
    assert_eq!(
        cloud.ask("PATCH", path, "application/json", "[]").await.0,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    assert_eq!(cloud.get(path).await.1, image);
}

#[tokio::test]
async fn a_list_has_links_to_its_pages() {
    let cloud = Cloud::new().await;
    for name in ["a", "b", "c"] {
        cloud.create(json!({ "name": name, "tags": ["x y"] })).await;
    }
    let (_, first) = cloud.get("/v2/images?sort=name:asc&limit=2&tag=x%20y").await;
    assert_eq!(first["first"], "/v2/images?sort=name%3Aasc&limit=2&tag=x%20y");
    let (_, second) = cloud.get(first["next"].as_str().unwrap()).await;
    let names = |page: &Value| -> Vec<String> {
        page["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (names(&first), names(&second)),
        (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()])
    );
    assert_eq!(second.get("next"), None);
    let (_, some) = cloud
        .get("/v2/images?name=in:a,%22c%22&sort_key=name&sort_dir=desc")
        .await;
    assert_eq!(names(&some), ["c", "a"]);
    let (_, none) = cloud.get("/v2/images?created_at=lt:2020-01-01T00:00:00Z").await;
    assert!(names(&none).is_empty());
    for bad in [
        "limit=x",
        "limit=-1",
        "sort=colour",
        "visibility=x",
        "size_min=x",
        "created_at=near:2020",
        "os_hidden=1x",
    ] {
        assert_eq!(
            cloud.get(&format!("/v2/images?{bad}")).await.0,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn tags_and_members_are_what_they_can_be() {
    let cloud = Cloud::new().await;
    let image = cloud.create(json!({})).await;
    let path = image["self"].as_str().unwrap();
    let tag = format!("{path}/tags/blue");
    assert_eq!(
        cloud.ask("PUT", &tag, "", Body::empty()).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(cloud.get(path).await.1["tags"], json!(["blue"]));
    assert_eq!(
        cloud.ask("DELETE", &tag, "", Body::empty()).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        cloud.ask("DELETE", &tag, "", Body::empty()).await.0,
        StatusCode::NOT_FOUND
    );
    let members = format!("{path}/members");
    let none = json!({ "members": [], "schema": "/v2/schemas/members" });
    assert_eq!(cloud.get(&members).await, (StatusCode::OK, none));
    let body = json!({ "member": "p" }).to_string();
    assert_eq!(
        cloud.ask("POST", &members, "application/json", body).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        cloud
            .ask("DELETE", &format!("{members}/p"), "", Body::empty())
            .await
            .0,
        StatusCode::FORBIDDEN
    );
}
