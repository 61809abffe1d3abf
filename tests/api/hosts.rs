//! Hosts as a resource, until 2.42.

use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn a_host_tells_who_has_how_much_of_it() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let list = cloud.admin("2.42", "GET", "/v2.1/os-hosts", None).await;
    let host = json!({"host_name": "host1", "service": "compute", "zone": "nova"});
    let scheduler = json!({"host_name": "host1", "service": "scheduler", "zone": "internal"});
    assert_eq!(list.body, json!({"hosts": [host, scheduler]}));
    let there = cloud.admin("2.42", "GET", "/v2.1/os-hosts?zone=nova", None).await;
    assert_eq!(there.body, json!({"hosts": [host]}));
    let none = cloud.admin("2.42", "GET", "/v2.1/os-hosts?zone=west", None).await;
    assert_eq!(none.body, json!({"hosts": []}));
    let shown = cloud.admin("2.42", "GET", "/v2.1/os-hosts/host1", None).await;
    let share = |project: &str, cpu: u64, memory: u64, disk: u64| json!({"resource": {"host": "host1", "project": project, "cpu": cpu, "memory_mb": memory, "disk_gb": disk}});
    let expected = json!([
        share("(total)", 1_000_000, 1 << 40, 1 << 40),
        share("(used_now)", 1, 576, 0),
        share("(used_max)", 1, 64, 0),
        share("0d", 1, 64, 0),
    ]);
    assert_eq!(shown.body, json!({ "host": expected }));
    assert_eq!(
        cloud.admin("2.43", "GET", "/v2.1/os-hosts", None).await.status,
        404
    );
}

#[tokio::test]
async fn a_host_is_not_switched_from_here() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    for verb in ["startup", "shutdown", "reboot"] {
        let answer = cloud
            .admin("2.1", "GET", &format!("/v2.1/os-hosts/host1/{verb}"), None)
            .await;
        let message = "The requested functionality is not supported.".to_owned();
        assert_eq!(
            (answer.status.as_u16(), answer.fault().1),
            (501, message),
            "{verb}"
        );
    }
    let put = |body| cloud.admin("2.1", "PUT", "/v2.1/os-hosts/host1", Some(body));
    assert_eq!(put(json!({"status": "enable"})).await.status, 501);
    assert_eq!(put(json!({"status": "maybe"})).await.status, 400);
    assert_eq!(put(json!({})).await.status, 400);
    let missing = cloud
        .admin("2.1", "GET", "/v2.1/os-hosts/host2/reboot", None)
        .await;
    assert_eq!(missing.fault().1, "Compute host host2 could not be found.");
}
