//! What other services tell of servers.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

async fn tell(cloud: &Cloud, token: &str, version: &str, events: Value) -> Answer {
    let body = Some(json!({ "events": events }));
    cloud
        .call(token, version, "POST", "/v2.1/os-server-external-events", body)
        .await
}

#[tokio::test]
async fn each_event_is_told_back_with_what_became_of_it() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let plugged =
        json!({"name": "network-vif-plugged", "server_uuid": id, "tag": NOWHERE, "status": "completed"});
    let changed = json!({"name": "network-changed", "server_uuid": id});
    let lost = json!({"name": "network-vif-deleted", "server_uuid": NOWHERE, "tag": "t"});
    let told = |event: &Value, status: &str, code: u16| {
        let mut told = event.clone();
        told["status"] = json!(status);
        told["code"] = json!(code);
        told
    };
    let good = tell(&cloud, "service", "2.1", json!([plugged, changed])).await;
    assert_eq!(
        (good.status.as_u16(), &good.body),
        (
            200,
            &json!({"events": [told(&plugged, "completed", 200), told(&changed, "completed", 200)]})
        )
    );
    let mixed = tell(&cloud, "admin", "2.1", json!([lost, changed])).await;
    assert_eq!(
        (mixed.status.as_u16(), &mixed.body),
        (
            207,
            &json!({"events": [told(&lost, "failed", 404), told(&changed, "completed", 200)]})
        )
    );
    let untagged = json!({"name": "power-update", "server_uuid": id});
    let tagged = json!({"name": "power-update", "server_uuid": id, "tag": "POWER_OFF"});
    let mixed = tell(&cloud, "service", "2.76", json!([untagged, tagged])).await;
    assert_eq!(
        (mixed.status.as_u16(), &mixed.body),
        (
            207,
            &json!({"events": [told(&untagged, "failed", 400), told(&tagged, "completed", 200)]})
        )
    );
}

#[tokio::test]
async fn events_are_known_from_their_version_on() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let mut known = vec![
        "network-changed",
        "network-vif-plugged",
        "network-vif-unplugged",
        "network-vif-deleted",
    ];
    for (before, since, name) in [
        ("2.50", "2.51", "volume-extended"),
        ("2.75", "2.76", "power-update"),
        ("2.81", "2.82", "accelerator-request-bound"),
        ("2.92", "2.93", "volume-reimaged"),
    ] {
        let event = json!([{"name": name, "server_uuid": id, "tag": "t"}]);
        let early = tell(&cloud, "service", before, event.clone()).await;
        let list = known.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>();
        let words = format!(
            "Invalid input for field/attribute name. Value: {name}. '{name}' is not one of [{}]",
            list.join(", ")
        );
        assert_eq!((early.status.as_u16(), early.fault().1), (400, words));
        let answer = tell(&cloud, "service", since, event).await;
        assert_eq!(answer.status, 200, "{since}: {}", answer.body);
        known.push(name);
    }
}

#[tokio::test]
async fn only_services_and_administrators_tell() {
    let cloud = Cloud::start().await;
    let event = json!([{"name": "network-changed", "server_uuid": NOWHERE}]);
    let refused = tell(&cloud, "demo", "2.1", event).await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1),
        (
            403,
            "Policy doesn't allow os_compute_api:os-server-external-events:create to be performed."
                .to_owned()
        )
    );
}

#[tokio::test]
async fn an_event_of_the_wrong_form_is_refused_in_novas_words() {
    let cloud = Cloud::start().await;
    let field = "Invalid input for field/attribute";
    let name = "network-changed";
    for (events, message) in [
        (
            json!([]),
            format!("{field} events. Value: []. [] should be non-empty"),
        ),
        (
            json!(null),
            format!("{field} events. Value: None. None is not of type 'array'"),
        ),
        (
            json!([{ "name": name }]),
            format!("{field} 0. Value: {{'name': '{name}'}}. 'server_uuid' is a required property"),
        ),
        (
            json!([{"name": name, "server_uuid": "x"}]),
            format!("{field} server_uuid. Value: x. 'x' is not a 'uuid'"),
        ),
        (
            json!([{"name": name, "server_uuid": NOWHERE, "status": "x"}]),
            format!("{field} status. Value: x. 'x' is not one of ['failed', 'completed', 'in-progress']"),
        ),
        (
            json!([{"name": name, "server_uuid": NOWHERE, "tag": null}]),
            format!("{field} tag. Value: None. None is not of type 'string'"),
        ),
    ] {
        let refused = tell(&cloud, "service", "2.1", events).await;
        assert_eq!((refused.status.as_u16(), refused.fault().1), (400, message));
    }
}
