//! The life of a server, verb by verb.

use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn a_server_boots_and_goes() {
    let cloud = Cloud::start().await;
    let body = json!({"server": {
        "name": "web", "imageRef": cloud.image, "flavorRef": "http://cloud:8774/flavors/42",
        "metadata": {"role": "front"}, "networks": "auto", "description": "first", "tags": ["a"],
    }, "os:scheduler_hints": {"group": "g"}});
    let created = cloud.post("2.100", "/v2.1/servers", body).await;
    assert_eq!(created.status, 202, "{}", created.body);
    let id = created.body["server"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        created.headers["location"],
        format!("http://cloud:8774/v2.1/servers/{id}")
    );
    assert_eq!(
        created.keys("server"),
        ["OS-DCF:diskConfig", "adminPass", "id", "links", "security_groups"]
    );
    let server = cloud.until(&id, "ACTIVE").await;
    for (key, value) in [
        ("name", json!("web")),
        ("metadata", json!({"role": "front"})),
        ("description", json!("first")),
        ("tags", json!(["a"])),
        ("scheduler_hints", json!({"group": "g"})),
        ("OS-EXT-STS:power_state", json!(1)),
        ("OS-EXT-STS:vm_state", json!("active")),
        ("OS-EXT-SRV-ATTR:hostname", json!("web")),
        ("security_groups", json!([{"name": "default"}])),
        ("OS-EXT-AZ:availability_zone", json!("nova")),
    ] {
        assert_eq!(server[key], value, "{key}");
    }
    let path = format!("/v2.1/servers/{id}");
    assert_eq!(cloud.call("demo", "2.1", "DELETE", &path, None).await.status, 204);
    for _ in 0..2000 {
        if cloud.get("2.1", &path).await.status == 404 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the server is still there");
}

#[tokio::test]
async fn each_action_leads_to_its_state_and_is_refused_out_of_turn() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    for (action, status) in [
        (json!({"os-stop": null}), "SHUTOFF"),
        (json!({"os-start": null}), "ACTIVE"),
        (json!({"pause": null}), "PAUSED"),
        (json!({"unpause": null}), "ACTIVE"),
        (json!({"reboot": {"type": "SOFT"}}), "ACTIVE"),
        (json!({"reboot": {"type": "HARD"}}), "ACTIVE"),
    ] {
        let answer = cloud.act("2.1", &id, action.clone()).await;
        assert_eq!(answer.status, 202, "{action}: {}", answer.body);
        cloud.until(&id, status).await;
    }
    let refused = cloud.act("2.1", &id, json!({"os-start": null})).await;
    assert_eq!(
        refused.fault(),
        (
            "conflictingRequest".to_owned(),
            format!("Cannot 'start' instance {id} while it is in vm_state active")
        )
    );
}

#[tokio::test]
async fn a_locked_server_is_left_alone_by_its_users() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    assert_eq!(
        cloud
            .act("2.73", &id, json!({"lock": {"locked_reason": "busy"}}))
            .await
            .status,
        202
    );
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(
        (&server["locked"], &server["locked_reason"]),
        (&json!(true), &json!("busy"))
    );
    let refused = cloud.act("2.1", &id, json!({"os-stop": null})).await;
    assert_eq!(refused.fault().1, format!("Instance {id} is locked"));
    assert_eq!(refused.status, 409);
    assert_eq!(cloud.act("2.73", &id, json!({"unlock": null})).await.status, 202);
    assert_eq!(cloud.act("2.1", &id, json!({"os-stop": null})).await.status, 202);
}

#[tokio::test]
async fn a_snapshot_tells_its_image() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let action = json!({"createImage": {"name": "gold", "metadata": {"k": "v"}}});
    let made = cloud.act("2.45", &id, action.clone()).await;
    assert_eq!(made.status, 202, "{}", made.body);
    let image = made.body["image_id"].as_str().unwrap().to_owned();
    cloud.until(&id, "ACTIVE").await;
    let body = json!({"server": {"name": "two", "imageRef": image, "flavorRef": "42"}});
    let second = cloud.post("2.1", "/v2.1/servers", body).await;
    assert_eq!(second.status, 202, "{}", second.body);
    let made = cloud.act("2.44", &id, action).await;
    let location = made.headers["location"].to_str().unwrap();
    assert!(location.starts_with("http://cloud:8774/images/"), "{location}");
}

#[tokio::test]
async fn a_rebuilt_server_keeps_its_id_and_takes_new_words() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let body = json!({"rebuild": {"imageRef": cloud.image, "name": "again", "metadata": {"n": "2"}}});
    let answer = cloud.act("2.75", &id, body).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(answer.body["server"]["status"], "REBUILD");
    assert!(answer.body["server"]["adminPass"].is_string());
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(
        (&server["name"], &server["metadata"]),
        (&json!("again"), &json!({"n": "2"}))
    );
}

#[tokio::test]
async fn metadata_is_read_and_written() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let all = format!("/v2.1/servers/{id}/metadata");
    let one = format!("{all}/a");
    let put = |path: &str, body| {
        let path = path.to_owned();
        let cloud = &cloud;
        async move { cloud.call("demo", "2.1", "PUT", &path, Some(body)).await }
    };
    assert_eq!(
        put(&all, json!({"metadata": {"a": "1"}})).await.body,
        json!({"metadata": {"a": "1"}})
    );
    let both = json!({"metadata": {"a": "1", "b": "2"}});
    assert_eq!(
        cloud
            .post("2.1", &all, json!({"metadata": {"b": "2"}}))
            .await
            .body,
        both
    );
    assert_eq!(
        put(&one, json!({"meta": {"a": "3"}})).await.body,
        json!({"meta": {"a": "3"}})
    );
    assert_eq!(cloud.get("2.1", &one).await.body, json!({"meta": {"a": "3"}}));
    assert_eq!(
        put(&one, json!({"meta": {"c": "3"}})).await.fault().1,
        "Request body and URI mismatch"
    );
    assert_eq!(cloud.call("demo", "2.1", "DELETE", &one, None).await.status, 204);
    assert_eq!(
        cloud.get("2.1", &one).await.fault().1,
        "Metadata item was not found"
    );
    let refused = put(&all, json!({"metadata": {"a": 1}})).await;
    assert!(
        refused.fault().1.contains("1 is not of type 'string'"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn what_was_asked_is_remembered() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    cloud.act("2.1", &id, json!({"os-stop": null})).await;
    cloud.until(&id, "SHUTOFF").await;
    let path = format!("/v2.1/servers/{id}/os-instance-actions");
    let list = cloud.get("2.84", &path).await;
    let names: Vec<&str> = list.body["instanceActions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["action"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["stop", "create"]);
    let request = list.body["instanceActions"][0]["request_id"].as_str().unwrap();
    let shown = cloud.get("2.84", &format!("{path}/{request}")).await;
    let event = &shown.body["instanceAction"]["events"][0];
    assert_eq!(
        (&event["event"], &event["result"]),
        (&json!("compute_stop_instance"), &json!("Success"))
    );
    let missing = cloud.get("2.84", &format!("{path}/req-none")).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn console_output_takes_any_length() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    for length in [
        json!({}),
        json!({"length": null}),
        json!({"length": 5}),
        json!({"length": "5"}),
        json!({"length": -1}),
    ] {
        let answer = cloud
            .act("2.1", &id, json!({"os-getConsoleOutput": length}))
            .await;
        assert_eq!(answer.status, 200, "{length}: {}", answer.body);
        assert!(answer.body["output"].is_string());
    }
    let refused = cloud
        .act("2.1", &id, json!({"os-getConsoleOutput": {"length": -2}}))
        .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn limits_count_what_is_there() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let limits = cloud.get("2.57", "/v2.1/limits").await;
    let absolute = &limits.body["limits"]["absolute"];
    assert_eq!(
        (&absolute["totalInstancesUsed"], &absolute["totalCoresUsed"]),
        (&json!(1), &json!(1))
    );
    assert!(absolute.get("maxPersonality").is_none());
    let zones = cloud.get("2.1", "/v2.1/os-availability-zone").await;
    let zone = json!({"zoneName": "nova", "zoneState": {"available": true}, "hosts": null});
    assert_eq!(zones.body, json!({ "availabilityZoneInfo": [zone] }));
}
