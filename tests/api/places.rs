//! Where a server is asked to go: everybody names a zone, administrators a host too.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

async fn asked(cloud: &Cloud, token: &str, place: Value) -> Answer {
    let mut body =
        json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42", "networks": "none"}});
    for (key, value) in place.as_object().unwrap() {
        body["server"][key] = value.clone();
    }
    cloud
        .call(token, "2.74", "POST", "/v2.1/servers", Some(body))
        .await
}

#[tokio::test]
async fn an_administrator_names_the_host_in_either_form() {
    let cloud = Cloud::start().await;
    for place in [
        json!({"availability_zone": "nova:host1"}),
        json!({"availability_zone": "nova:host1:host1"}),
        json!({"availability_zone": "nova::host1"}),
        json!({"availability_zone": ":host1"}),
        json!({"host": "host1"}),
        json!({"hypervisor_hostname": "host1", "availability_zone": "nova"}),
    ] {
        let answer = asked(&cloud, "admin", place.clone()).await;
        assert_eq!(answer.status, 202, "{place}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_is_refused() {
    let cloud = Cloud::start().await;
    for (place, message) in [
        (json!({"host": "host2"}), "Compute host host2 could not be found."),
        (
            json!({"availability_zone": "nova:host2"}),
            "Compute host host2 could not be found.",
        ),
        (
            json!({"availability_zone": "moon"}),
            "The requested availability zone is not available",
        ),
        (
            json!({"availability_zone": "a:b:c:d"}),
            "Invalid input received: Unable to parse availability_zone",
        ),
        (
            json!({"availability_zone": "nova:host1", "host": "host1"}),
            "One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node are \
             mutually exclusive.",
        ),
    ] {
        let answer = asked(&cloud, "admin", place.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.fault().1.as_str()),
            (400, message)
        );
    }
}

#[tokio::test]
async fn a_host_is_not_for_users_to_name() {
    let cloud = Cloud::start().await;
    for (place, rule) in [
        (
            json!({"availability_zone": "nova:host1"}),
            "os_compute_api:servers:create:forced_host",
        ),
        (
            json!({"host": "host1"}),
            "compute:servers:create:requested_destination",
        ),
    ] {
        let answer = asked(&cloud, "demo", place).await;
        let message = format!("Policy doesn't allow {rule} to be performed.");
        assert_eq!((answer.status.as_u16(), answer.fault().1), (403, message));
    }
    assert_eq!(
        asked(&cloud, "demo", json!({"availability_zone": "nova"}))
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn a_server_is_unpinned_from_its_zone_and_pinned_to_it_again() {
    let cloud = Cloud::start().await;
    let pinned = asked(&cloud, "demo", json!({"availability_zone": "nova"})).await;
    let id = pinned.body["server"]["id"].as_str().unwrap().to_owned();
    cloud.until(&id, "ACTIVE").await;
    let path = format!("/v2.1/servers/{id}");
    let pin = async |version: &'static str, zone: Value| {
        let body = json!({"server": {"pinned_availability_zone": zone}});
        cloud.call("demo", version, "PUT", &path, Some(body)).await
    };
    assert_eq!(pin("2.103", json!(null)).await.status, 400);
    let elsewhere = pin("2.104", json!("other")).await;
    let words = "Cannot change pinned availability zone directly. Unpin first by setting \
                 pinned_availability_zone to null.";
    assert_eq!(
        (elsewhere.status.as_u16(), elsewhere.fault().1.as_str()),
        (409, words)
    );
    for zone in [json!("nova"), json!(null), json!(null)] {
        let answer = pin("2.104", zone.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["server"]["pinned_availability_zone"], zone);
    }
    let wrong = pin("2.104", json!("other")).await;
    let words =
        "Server can only be pinned to its current availability zone 'nova', but 'other' was requested.";
    assert_eq!((wrong.status.as_u16(), wrong.fault().1.as_str()), (409, words));
    let again = pin("2.104", json!("nova")).await;
    assert_eq!(again.body["server"]["pinned_availability_zone"], "nova");
}
