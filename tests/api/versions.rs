//! What each boundary version shows and takes.

use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn a_server_shows_each_field_from_its_version_on() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    let mut seen = cloud.get("2.1", &path).await.keys("server");
    let first = [
        "OS-DCF:diskConfig",
        "OS-EXT-AZ:availability_zone",
        "OS-EXT-STS:power_state",
        "OS-EXT-STS:task_state",
        "OS-EXT-STS:vm_state",
        "OS-SRV-USG:launched_at",
        "OS-SRV-USG:terminated_at",
        "accessIPv4",
        "accessIPv6",
        "addresses",
        "config_drive",
        "created",
        "flavor",
        "hostId",
        "id",
        "image",
        "key_name",
        "links",
        "metadata",
        "name",
        "os-extended-volumes:volumes_attached",
        "progress",
        "security_groups",
        "status",
        "tenant_id",
        "updated",
        "user_id",
    ];
    assert_eq!(seen, first);
    for (version, added) in [
        ("2.9", "locked"),
        ("2.19", "description"),
        ("2.26", "tags"),
        ("2.63", "trusted_image_certificates"),
        ("2.71", "server_groups"),
        ("2.73", "locked_reason"),
        ("2.90", "OS-EXT-SRV-ATTR:hostname"),
        ("2.96", "pinned_availability_zone"),
        ("2.100", "scheduler_hints"),
    ] {
        let now = cloud.get(version, &path).await.keys("server");
        let new: Vec<&String> = now.iter().filter(|key| !seen.contains(key)).collect();
        assert_eq!(new, [added], "{version}");
        seen = now;
    }
}

#[tokio::test]
async fn the_flavor_is_a_link_and_then_what_it_was() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    let link = json!({"id": "42", "links": [{"rel": "bookmark", "href": "http://cloud:8774/flavors/42"}]});
    assert_eq!(cloud.get("2.46", &path).await.body["server"]["flavor"], link);
    let flavor = &cloud.get("2.47", &path).await.body["server"]["flavor"];
    assert_eq!(flavor["original_name"], "m1.nano");
    assert!(flavor.get("id").is_none());
}

#[tokio::test]
async fn administrators_see_where_a_server_is() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    let shown = cloud.call("admin", "2.3", "GET", &path, None).await;
    let server = &shown.body["server"];
    assert_eq!(server["OS-EXT-SRV-ATTR:host"], "host1");
    assert_eq!(server["OS-EXT-SRV-ATTR:instance_name"], "instance-00000001");
    assert_eq!(server["OS-EXT-SRV-ATTR:hostname"], "one");
    assert!(
        cloud.get("2.3", &path).await.body["server"]
            .get("OS-EXT-SRV-ATTR:host")
            .is_none()
    );
}

#[tokio::test]
async fn an_update_answers_in_full_since_2_75() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    let put = |version: &'static str| {
        let body = json!({"server": {"name": "two"}});
        cloud.call("demo", version, "PUT", &path, Some(body))
    };
    let short = put("2.74").await;
    assert_eq!(short.body["server"]["name"], "two");
    assert!(short.body["server"].get("OS-EXT-STS:vm_state").is_none());
    assert_eq!(put("2.75").await.body["server"]["OS-EXT-STS:vm_state"], "active");
}

#[tokio::test]
async fn tags_are_not_there_before_2_26() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}/tags");
    let missing = cloud.get("2.25", &path).await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.fault().1, "The resource could not be found.");

    let one = format!("{path}/web");
    assert_eq!(cloud.call("demo", "2.26", "PUT", &one, None).await.status, 201);
    assert_eq!(cloud.call("demo", "2.26", "PUT", &one, None).await.status, 204);
    assert_eq!(cloud.get("2.26", &one).await.status, 204);
    assert_eq!(cloud.get("2.26", &path).await.body, json!({"tags": ["web"]}));
    let all = json!({"tags": ["a", "b"]});
    assert_eq!(
        cloud
            .call("demo", "2.26", "PUT", &path, Some(all.clone()))
            .await
            .body,
        all
    );
    assert_eq!(
        cloud.call("demo", "2.26", "DELETE", &path, None).await.status,
        204
    );
    assert_eq!(cloud.get("2.26", &path).await.body, json!({"tags": []}));
}

#[tokio::test]
async fn networks_must_be_said_since_2_37() {
    let cloud = Cloud::start().await;
    let without = json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42"}});
    let refused = cloud.post("2.37", "/v2.1/servers", without.clone()).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.fault().1.ends_with("'networks' is a required property"),
        "{}",
        refused.body
    );
    let mut with = without;
    with["server"]["networks"] = json!("none");
    assert_eq!(
        cloud.post("2.37", "/v2.1/servers", with.clone()).await.status,
        202
    );
    let too_early = cloud.post("2.36", "/v2.1/servers", with).await;
    assert_eq!(too_early.status, 400, "{}", too_early.body);
}

#[tokio::test]
async fn a_key_of_another_version_is_unknown() {
    let cloud = Cloud::start().await;
    let body =
        json!({"server": {"name": "one", "description": "d", "imageRef": cloud.image, "flavorRef": "42"}});
    let refused = cloud.post("2.18", "/v2.1/servers", body.clone()).await;
    assert_eq!(refused.status, 400);
    let message = refused.fault().1;
    assert!(
        message.ends_with("Additional properties are not allowed ('description' was unexpected)"),
        "{message}"
    );
    assert_eq!(cloud.post("2.19", "/v2.1/servers", body).await.status, 202);
}
