//! What goes in and what comes out.

use super::*;

#[tokio::test]
async fn data_goes_in_once_and_comes_out() {
    let cloud = Cloud::new().await;
    let image = cloud
        .create(json!({ "name": "a", "container_format": "bare", "disk_format": "raw" }))
        .await;
    let file = image["file"].as_str().unwrap();
    assert_eq!(cloud.get(file).await.0, StatusCode::NO_CONTENT);
    let wrong = cloud.ask("PUT", file, "application/json", "hello").await;
    let message = "The data of an image is sent with Content-Type: application/octet-stream";
    assert_eq!(wrong, refused(message, 415, "badMediaType"));
    assert_eq!(
        cloud.ask("PUT", file, OCTETS, "hello").await,
        (StatusCode::NO_CONTENT, Value::Null)
    );
    let again = cloud.ask("PUT", file, OCTETS, "hello").await;
    let message = "Image status transition from active to saving is not allowed";
    assert_eq!(again, refused(message, 409, "conflictingRequest"));

    let request = Request::get(file)
        .header("x-auth-token", "demo")
        .body(Body::empty())
        .unwrap();
    let response = cloud.send(request).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-length"), "5");
    assert_eq!(header("content-md5"), "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(header("content-type"), OCTETS);
    assert_eq!(to_bytes(response.into_body(), 9).await.unwrap(), "hello");
}

#[tokio::test]
async fn a_truncated_archive_is_refused_and_leaves_the_image_queued() {
    let cloud = Cloud::new().await;
    let image = cloud
        .create(json!({ "name": "a", "container_format": "docker", "disk_format": "raw" }))
        .await;
    let mut header = tar::Header::new_ustar();
    header.set_path("l1/layer.tar").unwrap();
    header.set_size(1_000_000);
    header.set_cksum();
    let sent = [header.as_bytes().as_slice(), &[0; 5000]].concat();
    let answer = cloud
        .ask("PUT", image["file"].as_str().unwrap(), OCTETS, sent)
        .await;
    let message = "the docker save archive is truncated: it ends in the middle; upload it again, whole";
    assert_eq!(answer, refused(message, 400, "badRequest"));
    assert_eq!(
        cloud.get(image["self"].as_str().unwrap()).await.1["status"],
        "queued"
    );
}
