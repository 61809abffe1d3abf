//! Keypairs, and how they changed.

use serde_json::json;

use crate::cloud::Cloud;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti user@example.com";
const FINGERPRINT: &str = "ae:6f:ba:1b:70:2c:ae:c7:5c:ab:6e:4d:5e:d4:c7:23";

#[tokio::test]
async fn an_imported_key_is_shown_and_deleted() {
    let cloud = Cloud::start().await;
    let body = json!({"keypair": {"name": "mine", "public_key": KEY}});
    let made = cloud.post("2.1", "/v2.1/os-keypairs", body.clone()).await;
    let expected = json!({"keypair": {"name": "mine", "public_key": KEY, "fingerprint": FINGERPRINT, "user_id": "demo"}});
    assert_eq!((made.status.as_u16(), &made.body), (200, &expected));
    let again = cloud.post("2.2", "/v2.1/os-keypairs", body).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.fault().1, "Key pair 'mine' already exists.");
    let list = cloud.get("2.2", "/v2.1/os-keypairs").await;
    let item = json!({"name": "mine", "public_key": KEY, "type": "ssh", "fingerprint": FINGERPRINT});
    assert_eq!(list.body, json!({"keypairs": [{ "keypair": item }]}));
    assert_eq!(
        cloud
            .call("other", "2.2", "GET", "/v2.1/os-keypairs/mine", None)
            .await
            .status,
        404
    );
    assert_eq!(
        cloud
            .call("demo", "2.2", "DELETE", "/v2.1/os-keypairs/mine", None)
            .await
            .status,
        204
    );
    let gone = cloud.get("2.2", "/v2.1/os-keypairs/mine").await;
    assert_eq!(gone.fault().1, "Keypair mine not found for user demo");
}

#[tokio::test]
async fn keys_are_generated_until_2_92() {
    let cloud = Cloud::start().await;
    let body = json!({"keypair": {"name": "new", "type": "ssh"}});
    let made = cloud.post("2.2", "/v2.1/os-keypairs", body.clone()).await;
    assert_eq!(made.status, 201);
    let private = made.body["keypair"]["private_key"].as_str().unwrap();
    assert!(private.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    let shown = cloud.get("2.2", "/v2.1/os-keypairs/new").await;
    assert!(shown.body["keypair"].get("private_key").is_none());
    let refused = cloud.post("2.92", "/v2.1/os-keypairs", body).await;
    assert!(
        refused.fault().1.ends_with("'public_key' is a required property"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn names_may_hold_more_since_2_92() {
    let cloud = Cloud::start().await;
    let body = json!({"keypair": {"name": "me@home", "public_key": KEY, "type": "ssh"}});
    assert_eq!(
        cloud.post("2.91", "/v2.1/os-keypairs", body.clone()).await.status,
        400
    );
    assert_eq!(cloud.post("2.92", "/v2.1/os-keypairs", body).await.status, 201);
}
