//! Quotas: who sets them, how they look, and that nobody gets more.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

const OURS: &str = "/v2.1/os-quota-sets/0d";

async fn set(cloud: &Cloud, path: &str, limits: Value) -> Answer {
    let body = json!({ "quota_set": limits });
    cloud.call("admin", "2.57", "PUT", path, Some(body)).await
}

async fn boot(cloud: &Cloud, count: u32) -> Answer {
    let body = json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42", "max_count": count,
        "min_count": count}});
    cloud.post("2.1", "/v2.1/servers", body).await
}

#[tokio::test]
async fn a_quota_set_shows_each_resource_as_long_as_there_is_one() {
    let cloud = Cloud::start().await;
    let last = json!({"id": "0d", "instances": -1, "cores": -1, "ram": -1, "metadata_items": 128, "key_pairs": 100,
        "server_groups": 10, "server_group_members": 10});
    assert_eq!(cloud.get("2.57", OURS).await.body, json!({ "quota_set": last }));
    let mut injecting = last.clone();
    for name in [
        "injected_files",
        "injected_file_content_bytes",
        "injected_file_path_bytes",
    ] {
        injecting[name] = json!(0);
    }
    assert_eq!(
        cloud.get("2.36", OURS).await.body,
        json!({ "quota_set": injecting })
    );
    for name in [
        "fixed_ips",
        "floating_ips",
        "security_groups",
        "security_group_rules",
    ] {
        injecting[name] = json!(-1);
    }
    assert_eq!(
        cloud.get("2.35", OURS).await.body,
        json!({ "quota_set": injecting })
    );
    let defaults = cloud.get("2.57", "/v2.1/os-quota-sets/0e/defaults").await;
    let mut expected = last;
    expected["id"] = json!("0e");
    assert_eq!(defaults.body, json!({ "quota_set": expected }));
}

#[tokio::test]
async fn what_is_set_for_a_project_counts_until_it_is_deleted() {
    let cloud = Cloud::start().await;
    let answer = set(&cloud, OURS, json!({"instances": 1, "cores": "8"})).await;
    let expected = json!({"instances": 1, "cores": 8, "ram": -1, "metadata_items": 128, "key_pairs": 100,
        "server_groups": 10, "server_group_members": 10});
    assert_eq!(
        (answer.status.as_u16(), &answer.body),
        (200, &json!({ "quota_set": expected }))
    );
    assert_eq!(boot(&cloud, 1).await.status, 202);
    let refused = boot(&cloud, 1).await;
    let message = "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, message)
    );

    let detail = cloud.get("2.57", &format!("{OURS}/detail")).await;
    let instances = json!({"in_use": 1, "limit": 1, "reserved": 0});
    assert_eq!(detail.body["quota_set"]["instances"], instances);
    let limits = cloud.get("2.57", "/v2.1/limits").await;
    assert_eq!(limits.body["limits"]["absolute"]["maxTotalInstances"], 1);
    assert_eq!(limits.body["limits"]["absolute"]["totalInstancesUsed"], 1);

    let gone = cloud.call("admin", "2.57", "DELETE", OURS, None).await;
    assert_eq!(gone.status, 202);
    assert_eq!(boot(&cloud, 1).await.status, 202);
}

#[tokio::test]
async fn a_limit_below_what_is_used_is_set_by_force_alone() {
    let cloud = Cloud::start().await;
    assert_eq!(boot(&cloud, 2).await.status, 202);
    let refused = set(&cloud, OURS, json!({"instances": 1})).await;
    let message = "Quota limit 1 for instances must be greater than or equal to already used and reserved 2.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (400, message)
    );
    let forced = set(&cloud, OURS, json!({"instances": 1, "force": "True"})).await;
    assert_eq!(forced.body["quota_set"]["instances"], 1);
    for (limit, said) in [
        (json!(-2), "-2 is less than the minimum of -1"),
        (json!("many"), "'many' does not match '^-?[0-9]+$'"),
        (
            json!(2_147_483_648_u64),
            "2147483648 is greater than the maximum of 2147483647",
        ),
    ] {
        let refused = set(&cloud, OURS, json!({"cores": limit})).await;
        let text = limit.as_str().map_or_else(|| limit.to_string(), str::to_owned);
        let message = format!("Invalid input for field/attribute cores. Value: {text}. {said}");
        assert_eq!((refused.status.as_u16(), refused.fault().1), (400, message));
    }
}

#[tokio::test]
async fn a_user_has_a_part_of_what_the_project_has() {
    let cloud = Cloud::start().await;
    set(&cloud, OURS, json!({"instances": 3})).await;
    let user = format!("{OURS}?user_id=demo");
    let refused = set(&cloud, &user, json!({"instances": 4})).await;
    let message = "Quota limit 4 for instances must be less than or equal to 3.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (400, message)
    );
    assert_eq!(set(&cloud, &user, json!({"instances": 1})).await.status, 200);
    let shown = cloud.get("2.57", &user).await;
    assert_eq!(shown.body["quota_set"]["instances"], 1);
    assert_eq!(cloud.get("2.57", OURS).await.body["quota_set"]["instances"], 3);
    assert_eq!(boot(&cloud, 1).await.status, 202);
    assert_eq!(boot(&cloud, 1).await.status, 403);
    let gone = cloud.call("admin", "2.57", "DELETE", &user, None).await;
    assert_eq!(gone.status, 202);
    assert_eq!(boot(&cloud, 2).await.status, 202);
    assert_eq!(boot(&cloud, 1).await.status, 403);
}

#[tokio::test]
async fn the_default_class_holds_for_all_projects() {
    let cloud = Cloud::start().await;
    let path = "/v2.1/os-quota-class-sets/default";
    let body = json!({"quota_class_set": {"key_pairs": 7, "server_groups": 2}});
    let put = |version| cloud.call("admin", version, "PUT", path, Some(body.clone()));
    let expected = json!({"instances": -1, "cores": -1, "ram": -1, "metadata_items": 128, "key_pairs": 7,
        "server_groups": 2, "server_group_members": 10});
    assert_eq!(put("2.57").await.body, json!({ "quota_class_set": expected }));
    let get = |version| cloud.call("admin", version, "GET", path, None);
    let mut shown = expected;
    shown["id"] = json!("default");
    assert_eq!(get("2.57").await.body, json!({ "quota_class_set": shown }));
    let keys = get("2.49").await.keys("quota_class_set");
    assert!(
        !keys.contains(&"server_groups".to_owned()) && keys.contains(&"fixed_ips".to_owned()),
        "{keys:?}"
    );
    assert_eq!(cloud.get("2.57", OURS).await.body["quota_set"]["key_pairs"], 7);
    let refused = cloud.get("2.57", path).await;
    let message = "Policy doesn't allow os_compute_api:os-quota-class-sets:show to be performed.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, message)
    );
}

#[tokio::test]
async fn quotas_are_for_administrators_to_set_and_for_the_project_to_see() {
    let cloud = Cloud::start().await;
    let body = json!({"quota_set": {"cores": 1}});
    let refused = cloud.call("demo", "2.57", "PUT", OURS, Some(body)).await;
    let message = "Policy doesn't allow os_compute_api:os-quota-sets:update to be performed.";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (403, message)
    );
    let foreign = cloud.call("other", "2.57", "GET", OURS, None).await;
    let message = "Policy doesn't allow os_compute_api:os-quota-sets:show to be performed.";
    assert_eq!(
        (foreign.status.as_u16(), foreign.fault().1.as_str()),
        (403, message)
    );
    assert_eq!(cloud.call("reader", "2.57", "GET", OURS, None).await.status, 200);
    assert_eq!(cloud.get("2.75", &format!("{OURS}?colour=red")).await.status, 400);
}

#[tokio::test]
async fn many_who_ask_at_once_never_get_more_than_the_quota() {
    let cloud = Cloud::start().await;
    set(&cloud, OURS, json!({"instances": 7})).await;
    let answers = join_all((0..30).map(|_| boot(&cloud, 1))).await;
    let taken = answers.iter().filter(|answer| answer.status == 202).count();
    let refused = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!((taken, refused), (7, 23));
    let detail = cloud.get("2.57", &format!("{OURS}/detail")).await;
    assert_eq!(detail.body["quota_set"]["instances"]["in_use"], 7);
}
