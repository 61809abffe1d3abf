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
    assert!(short.body["server"].get("security_groups").is_none());
    let full = put("2.75").await;
    assert_eq!(full.body["server"]["OS-EXT-STS:vm_state"], "active");
    assert_eq!(
        full.body["server"]["security_groups"],
        json!([{"name": "default"}])
    );
    let plain = &short.body["server"]["addresses"]["private"];
    let network = &full.body["server"]["addresses"]["private"];
    assert_eq!(plain, &json!([{"version": 4, "addr": network[0]["addr"]}]));
    assert_eq!(network[0]["OS-EXT-IPS:type"], "fixed", "{network}");
}

/// Only reading is so strict, as in Nova.
#[tokio::test]
async fn since_2_102_no_parameter_is_passed_over() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let paths = [
        "/v2.1/os-aggregates".to_owned(),
        "/v2.1/os-availability-zone".to_owned(),
        "/v2.1/extensions".to_owned(),
        "/v2.1/flavors/42".to_owned(),
        "/v2.1/os-quota-class-sets/default".to_owned(),
        format!("/v2.1/servers/{id}"),
        format!("/v2.1/servers/{id}/ips"),
        format!("/v2.1/servers/{id}/metadata"),
        format!("/v2.1/servers/{id}/os-interface"),
        format!("/v2.1/servers/{id}/os-security-groups"),
        format!("/v2.1/servers/{id}/migrations"),
    ];
    for path in paths {
        let ask = |version, query| cloud.admin(version, "GET", format!("{path}{query}").leak(), None);
        assert_eq!(ask("2.101", "?bogus=1").await.status, 200, "{path}");
        assert_eq!(ask("2.102", "").await.status, 200, "{path}");
        let refused = ask("2.102", "?bogus=1").await;
        let words = "Additional properties are not allowed ('bogus' was unexpected)";
        assert_eq!(refused.status, 400, "{path}");
        assert!(refused.fault().1.contains(words), "{path}: {}", refused.body);
    }
    let put = json!({"server": {"name": "two"}});
    let path = format!("/v2.1/servers/{id}?bogus=1");
    let changed = cloud.call("demo", "2.102", "PUT", &path, Some(put)).await;
    assert_eq!(changed.status, 200);
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

#[tokio::test]
async fn before_it_has_a_description_a_server_is_described_by_its_name() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(server["description"], "one");
    let body = json!({"server": {"name": "two", "imageRef": cloud.image, "flavorRef": "42"}});
    let made = cloud.post("2.19", "/v2.1/servers", body).await;
    let id = made.body["server"]["id"].as_str().unwrap();
    assert_eq!(cloud.until(id, "ACTIVE").await["description"], json!(null));
}

#[tokio::test]
async fn a_hostname_is_a_label_and_since_2_94_a_full_name() {
    let cloud = Cloud::start().await;
    let with = |hostname: &str| {
        json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42", "networks": "none",
            "hostname": hostname}})
    };
    for (version, hostname, status) in [
        ("2.89", "web-1", 400),
        ("2.90", "web-1", 202),
        ("2.90", "web.example", 400),
        ("2.93", "w", 400),
        ("2.94", "web.example", 202),
        ("2.94", "web example", 400),
    ] {
        let answer = cloud.post(version, "/v2.1/servers", with(hostname)).await;
        assert_eq!(answer.status, status, "{version} {hostname}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_update_shows_groups_and_the_reason_of_a_lock_as_soon_as_there_are_any() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}");
    let mut seen = Vec::new();
    for (version, added) in [
        ("2.70", vec![]),
        ("2.71", vec!["server_groups"]),
        ("2.73", vec!["locked_reason"]),
    ] {
        let body = json!({"server": {"name": "two"}});
        let now = cloud
            .call("demo", version, "PUT", &path, Some(body))
            .await
            .keys("server");
        let new: Vec<&str> = now
            .iter()
            .map(String::as_str)
            .filter(|key| !seen.contains(&(*key).to_owned()))
            .collect();
        assert!(seen.is_empty() || new == added, "{version}: {new:?}");
        seen = now;
    }
}

#[tokio::test]
async fn how_an_action_went_is_told_in_full_to_administrators() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let path = format!("/v2.1/servers/{id}/os-instance-actions");
    let list = cloud.get("2.1", &path).await;
    let request = list.body["instanceActions"][0]["request_id"].as_str().unwrap();
    let path = format!("{path}/{request}");
    let event = |token: &'static str, version: &'static str| {
        let (cloud, path) = (&cloud, &path);
        async move {
            let answer = cloud.call(token, version, "GET", path, None).await;
            let event = answer.body["instanceAction"]["events"][0].clone();
            let keys = event
                .as_object()
                .map(|event| event.keys().cloned().collect::<Vec<_>>());
            (keys.unwrap_or_default(), event)
        }
    };
    let basic = ["event", "start_time", "finish_time", "result"];
    assert!(event("demo", "2.50").await.0.is_empty());
    assert_eq!(event("demo", "2.51").await.0, basic);
    let (keys, shown) = event("demo", "2.84").await;
    assert_eq!(keys, [&basic[..], &["hostId"]].concat());
    assert_eq!(shown["hostId"].as_str().unwrap().len(), 56);
    assert_eq!(
        event("admin", "2.1").await.0,
        [&basic[..], &["traceback"]].concat()
    );
    assert_eq!(
        event("admin", "2.84").await.0,
        [&basic[..], &["hostId", "traceback", "host", "details"]].concat()
    );
}
