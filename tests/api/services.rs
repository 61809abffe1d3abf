//! The compute service: listed, disabled, forced down, deleted.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

async fn listed(cloud: &Cloud, version: &str) -> Value {
    let answer = cloud.admin(version, "GET", "/v2.1/os-services", None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut service = answer.body["services"][0].clone();
    assert!(service["updated_at"].is_string());
    service.as_object_mut().unwrap().remove("updated_at");
    service
}

async fn put(cloud: &Cloud, version: &str, what: &str, body: Value) -> Answer {
    let path = format!("/v2.1/os-services/{what}");
    cloud.admin(version, "PUT", &path, Some(body)).await
}

/// What becomes of a server that is asked for now.
async fn fate(cloud: &Cloud, status: &str) -> Value {
    let id = cloud.create("one").await;
    cloud.until(&id, status).await
}

#[tokio::test]
async fn the_service_looks_as_its_version_wants() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let mut expected = json!({"binary": "nova-compute", "host": "host1", "id": 1, "zone": "nova", "status": "enabled",
        "state": "up", "disabled_reason": null});
    assert_eq!(listed(&cloud, "2.10").await, expected);
    expected["forced_down"] = json!(false);
    assert_eq!(listed(&cloud, "2.52").await, expected);
    let id = listed(&cloud, "2.53").await["id"].clone();
    assert_eq!(id.as_str().unwrap().len(), 36);
    expected["id"] = id;
    assert_eq!(listed(&cloud, "2.69").await, expected);
    for (query, count) in [("host=host1", 1), ("host=host2", 0), ("binary=nova-scheduler", 0)] {
        let answer = cloud
            .admin("2.1", "GET", &format!("/v2.1/os-services?{query}"), None)
            .await;
        assert_eq!(
            answer.body["services"].as_array().unwrap().len(),
            count,
            "{query}"
        );
    }
    let refused = cloud.get("2.1", "/v2.1/os-services").await;
    let message = "Policy doesn't allow os_compute_api:os-services:list to be performed.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, message)
    );
}

#[tokio::test]
async fn a_disabled_service_takes_no_server() {
    let cloud = Cloud::start().await;
    cloud.boot("before").await;
    let body = json!({"host": "host1", "binary": "nova-compute", "disabled_reason": "upgrade"});
    let answer = put(&cloud, "2.1", "disable-log-reason", body).await;
    let told = json!({"service": {"host": "host1", "binary": "nova-compute", "status": "disabled",
        "disabled_reason": "upgrade"}});
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &told));
    let service = listed(&cloud, "2.1").await;
    assert_eq!(
        (&service["status"], &service["disabled_reason"]),
        (&json!("disabled"), &json!("upgrade"))
    );
    let failed = fate(&cloud, "ERROR").await;
    assert_eq!(
        failed["fault"]["message"],
        "No valid host was found. There are not enough hosts available: host1 is disabled (upgrade)."
    );
    let zones = cloud.get("2.1", "/v2.1/os-availability-zone").await;
    assert_eq!(
        zones.body["availabilityZoneInfo"][0]["zoneState"],
        json!({"available": false})
    );

    let id = listed(&cloud, "2.53").await["id"].as_str().unwrap().to_owned();
    let enabled = put(&cloud, "2.53", &id, json!({"status": "enabled"})).await;
    assert_eq!(enabled.body["service"]["status"], "enabled");
    assert_eq!(enabled.body["service"]["disabled_reason"], json!(null));
    fate(&cloud, "ACTIVE").await;
}

#[tokio::test]
async fn a_service_that_is_forced_down_is_down() {
    let cloud = Cloud::start().await;
    cloud.boot("before").await;
    let body = json!({"host": "host1", "binary": "nova-compute", "forced_down": true});
    assert_eq!(put(&cloud, "2.10", "force-down", body.clone()).await.status, 400);
    let answer = put(&cloud, "2.11", "force-down", body).await;
    let told = json!({"service": {"host": "host1", "binary": "nova-compute", "forced_down": true}});
    assert_eq!(answer.body, told);
    let service = listed(&cloud, "2.11").await;
    assert_eq!(
        (&service["state"], &service["forced_down"]),
        (&json!("down"), &json!(true))
    );
    let failed = fate(&cloud, "ERROR").await;
    let message = "No valid host was found. There are not enough hosts available: host1 is forced down.";
    assert_eq!(failed["fault"]["message"], message);
}

async fn refused(cloud: &Cloud, version: &str, what: &str, body: Value) -> (u16, String) {
    let answer = put(cloud, version, what, body).await;
    (answer.status.as_u16(), answer.fault().1)
}

#[tokio::test]
async fn what_cannot_be_changed_about_a_service_by_its_name_is_said() {
    let cloud = Cloud::start().await;
    let compute = json!({"host": "host1", "binary": "nova-compute"});
    let elsewhere = json!({"host": "host2", "binary": "nova-compute"});
    let scheduler = json!({"host": "host1", "binary": "nova-scheduler"});
    let message =
        "Updating a nova-scheduler service is not supported. Only nova-compute services can be updated.";
    for (what, body, status, message) in [
        ("explode", compute.clone(), 404, "Unknown action"),
        (
            "disable-log-reason",
            compute,
            400,
            "Missing disabled reason field",
        ),
        ("enable", elsewhere, 404, "Host 'host2' is not mapped to any cell"),
        ("enable", scheduler, 400, message),
    ] {
        let seen = refused(&cloud, "2.1", what, body).await;
        assert_eq!(seen, (status, message.to_owned()), "{what}");
    }
}

#[tokio::test]
async fn what_cannot_be_changed_about_a_service_by_its_id_is_said() {
    let cloud = Cloud::start().await;
    let id = listed(&cloud, "2.53").await["id"].as_str().unwrap().to_owned();
    let nobody = "2fbd5d0f-3b4b-4e0c-8d5c-3a3e6a2a3f10";
    let enabled = json!({"status": "enabled"});
    let seen = refused(&cloud, "2.53", "enable", enabled.clone()).await;
    assert_eq!(seen, (400, "Invalid uuid enable".to_owned()));
    let seen = refused(&cloud, "2.53", nobody, enabled).await;
    assert_eq!(seen, (404, format!("Service {nobody} could not be found.")));
    let seen = refused(&cloud, "2.53", &id, json!({})).await;
    let message = "No updates were requested. Fields 'status' or 'forced_down' should be specified.";
    assert_eq!(seen, (400, message.to_owned()));
    let why = json!({"status": "enabled", "disabled_reason": "why"});
    let seen = refused(&cloud, "2.53", &id, why).await;
    let message = "Specifying 'disabled_reason' with status 'enabled' is invalid.";
    assert_eq!(seen, (400, message.to_owned()));
}

#[tokio::test]
async fn only_a_service_without_servers_is_deleted() {
    let cloud = Cloud::start().await;
    let server = cloud.boot("one").await;
    let refused = cloud.admin("2.1", "DELETE", "/v2.1/os-services/1", None).await;
    let message =
        "Unable to delete compute service that is hosting instances. Migrate or delete the instances first.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (409, message)
    );
    cloud.delete(&server).await;
    let missing = cloud.admin("2.1", "DELETE", "/v2.1/os-services/7", None).await;
    assert_eq!(
        (missing.status.as_u16(), missing.fault().1.as_str()),
        (404, "Service 7 not found.")
    );
    assert_eq!(
        cloud
            .admin("2.1", "DELETE", "/v2.1/os-services/1", None)
            .await
            .status,
        204
    );
    let none = cloud.admin("2.1", "GET", "/v2.1/os-services", None).await;
    assert_eq!(none.body, json!({"services": []}));
    fate(&cloud, "ERROR").await;
}
