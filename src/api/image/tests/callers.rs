//! Who may ask for what.

use super::*;

#[tokio::test]
async fn callers_need_a_valid_token_but_for_versions_and_health() {
    let cloud = Cloud::new().await;
    for (path, status) in [
        ("/", 300),
        ("/versions", 200),
        ("/healthcheck", 200),
        ("/v2/images", 401),
        ("/v2/schemas/image", 401),
        ("/nothing", 404),
    ] {
        let response = cloud.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
    let request = Request::get("/v2/images")
        .header("x-auth-token", "bad")
        .body(Body::empty())
        .unwrap();
    let response = cloud.send(request).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.headers()[WWW_AUTHENTICATE],
        "Keystone uri=\"http://keystone/v3\""
    );
    for schema in ["image", "images", "member", "members"] {
        assert_eq!(
            cloud.get(&format!("/v2/schemas/{schema}")).await.0,
            StatusCode::OK
        );
    }
    let none = cloud.get("/v2/images/nope").await;
    assert_eq!(
        none,
        refused(
            "Failed to find image nope to show: No image found with ID nope",
            404,
            "itemNotFound"
        )
    );
}

#[tokio::test]
async fn what_a_token_is_not_for_is_forbidden() {
    let cloud = Cloud::new().await;
    let image = cloud
        .create(json!({ "name": "bb", "visibility": "community" }))
        .await;
    let one = format!("/v2/images/{}", image["id"].as_str().unwrap());
    let file = format!("{one}/file");
    for (token, method, path, expected) in [
        ("reader", "GET", one.as_str(), None),
        ("reader", "POST", "/v2/images", Some("add_image")),
        ("reader", "PATCH", &one, Some("modify_image")),
        ("reader", "DELETE", &one, Some("delete_image")),
        ("reader", "PUT", &file, Some("upload_image")),
        ("reader", "GET", &file, Some("download_image")),
    ] {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("x-auth-token", token).body(Body::from("{}"));
        let response = cloud.send(request.unwrap()).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        match expected {
            None => assert_eq!(status, 200, "{body}"),
            Some(action) => {
                let message = format!("You are not authorized to complete {action} action.");
                assert_eq!(
                    (status, body["forbidden"]["message"].as_str()),
                    (403, Some(message.as_str()))
                );
            }
        }
    }
    let request = Request::get("/v2/images").header("x-auth-token", "unscoped");
    let response = cloud.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}
