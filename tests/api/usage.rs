//! Usage of projects, deleted servers among it.

use serde_json::{Value, json};

use crate::cloud::Cloud;

const OURS: &str = "/v2.1/os-simple-tenant-usage/0d?start=2000-01-01T00:00:00";
const ALL: &str = "/v2.1/os-simple-tenant-usage?start=2000-01-01T00:00:00";

async fn usages(cloud: &Cloud) -> Vec<Value> {
    let shown = cloud.get("2.1", OURS).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown.body["tenant_usage"]["server_usages"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_server_is_counted_while_it_runs_and_after() {
    let cloud = Cloud::start().await;
    let none = cloud.get("2.1", OURS).await;
    assert_eq!(none.body, json!({"tenant_usage": {}}));
    let id = cloud.boot("one").await;
    let running = usages(&cloud).await;
    assert_eq!(running.len(), 1);
    let usage = &running[0];
    assert_eq!(
        [
            &usage["instance_id"],
            &usage["name"],
            &usage["tenant_id"],
            &usage["flavor"],
            &usage["memory_mb"],
            &usage["vcpus"],
            &usage["local_gb"],
            &usage["state"],
            &usage["ended_at"]
        ],
        [
            &json!(id),
            &json!("one"),
            &json!("0d"),
            &json!("m1.nano"),
            &json!(64),
            &json!(1),
            &json!(0),
            &json!("active"),
            &json!(null)
        ]
    );
    cloud.delete(&id).await;
    let ended = usages(&cloud).await;
    assert_eq!(ended.len(), 1);
    let gone = &ended[0];
    assert_eq!(
        (&gone["instance_id"], &gone["state"]),
        (&json!(id), &json!("terminated"))
    );
    assert_eq!(gone["started_at"], usage["started_at"]);
    assert!(gone["ended_at"].as_str().unwrap() > gone["started_at"].as_str().unwrap());
    let hours = gone["hours"].as_f64().unwrap();
    assert!(hours > 0.0 && hours < 1.0, "{hours}");
    let shown = cloud.get("2.1", OURS).await;
    let total = shown.body["tenant_usage"]["total_memory_mb_usage"]
        .as_f64()
        .unwrap();
    assert!((total - hours * 64.0).abs() < 1e-9, "{total}");
}

#[tokio::test]
async fn what_lies_outside_the_period_is_not_counted() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let path = "/v2.1/os-simple-tenant-usage/0d?start=2000-01-01T00:00:00&end=2001-01-01T00:00:00";
    assert_eq!(cloud.get("2.1", path).await.body, json!({"tenant_usage": {}}));
    let refused = cloud
        .get("2.1", "/v2.1/os-simple-tenant-usage/0d?start=soon")
        .await;
    let message = "Invalid datetime string: Datetime is in invalid format";
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1.as_str()),
        (400, message)
    );
}

#[tokio::test]
async fn an_administrator_sees_all_projects() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let answer = cloud.admin("2.1", "GET", ALL, None).await;
    let tenant = &answer.body["tenant_usages"][0];
    assert_eq!(tenant["tenant_id"], "0d");
    assert!(tenant.get("server_usages").is_none());
    let detailed = cloud
        .admin("2.1", "GET", &format!("{ALL}&detailed=1"), None)
        .await;
    assert_eq!(
        detailed.body["tenant_usages"][0]["server_usages"][0]["name"],
        "one"
    );
    for (token, path, rule) in [("demo", ALL, "list"), ("other", OURS, "show")] {
        let refused = cloud.call(token, "2.1", "GET", path, None).await;
        let message =
            format!("Policy doesn't allow os_compute_api:os-simple-tenant-usage:{rule} to be performed.");
        assert_eq!((refused.status.as_u16(), refused.fault().1), (403, message));
    }
}

#[tokio::test]
async fn usage_comes_in_pages_since_2_40() {
    let cloud = Cloud::start().await;
    for name in ["one", "two", "three"] {
        cloud.boot(name).await;
    }
    let mut seen = Vec::new();
    let mut path = format!("{OURS}&limit=2");
    loop {
        let page = cloud.get("2.40", &path).await;
        let usages = page.body["tenant_usage"]["server_usages"]
            .as_array()
            .unwrap()
            .clone();
        seen.extend(
            usages
                .iter()
                .map(|usage| usage["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.body["tenant_usage_links"][0]["href"].as_str() else {
            break;
        };
        path = next.trim_start_matches("http://cloud:8774").to_owned();
    }
    seen.sort_unstable();
    assert_eq!(seen, ["one", "three", "two"]);
    assert!(
        cloud
            .get("2.39", OURS)
            .await
            .body
            .get("tenant_usage_links")
            .is_none()
    );
    let missing = cloud.get("2.40", &format!("{OURS}&marker=nobody")).await;
    let message = "Marker nobody could not be found.";
    assert_eq!(
        (missing.status.as_u16(), missing.fault().1.as_str()),
        (400, message)
    );
    assert_eq!(cloud.get("2.75", &format!("{OURS}&colour=red")).await.status, 400);
}

#[tokio::test]
async fn no_audit_has_been_run() {
    let cloud = Cloud::start().await;
    let path = "/v2.1/os-instance_usage_audit_log/2026-03-15%2012:00:00";
    let answer = cloud.admin("2.1", "GET", path, None).await;
    let expected = json!({"period_beginning": "2026-02-01 00:00:00", "period_ending": "2026-03-01 00:00:00",
        "num_hosts": 1, "num_hosts_done": 0, "num_hosts_running": 0, "num_hosts_not_run": 1,
        "hosts_not_run": ["host1"], "total_instances": 0, "total_errors": 0,
        "overall_status": "0 of 1 hosts done. 0 errors.", "log": {}});
    assert_eq!(answer.body, json!({"instance_usage_audit_log": expected}));
    let list = cloud
        .admin("2.1", "GET", "/v2.1/os-instance_usage_audit_log", None)
        .await;
    assert_eq!(
        list.body["instance_usage_audit_logs"]["hosts_not_run"],
        json!(["host1"])
    );
    let odd = cloud
        .admin("2.1", "GET", "/v2.1/os-instance_usage_audit_log/soon", None)
        .await;
    let message = "Invalid timestamp for date soon";
    assert_eq!((odd.status.as_u16(), odd.fault().1.as_str()), (400, message));
}
