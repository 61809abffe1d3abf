//! Hypervisors, and how they changed.

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

async fn get(cloud: &Cloud, version: &str, path: &str) -> Answer {
    cloud
        .admin(version, "GET", &format!("/v2.1/os-hypervisors{path}"), None)
        .await
}

async fn id(cloud: &Cloud) -> Value {
    get(cloud, "2.53", "").await.body["hypervisors"][0]["id"].clone()
}

#[tokio::test]
async fn a_hypervisor_looks_as_its_version_wants() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let brief = json!({"id": 1, "hypervisor_hostname": "host1", "state": "up", "status": "enabled"});
    assert_eq!(get(&cloud, "2.1", "").await.body, json!({"hypervisors": [brief]}));
    let mut full = brief.clone();
    let more = json!({"hypervisor_type": "fake", "hypervisor_version": 1_000_000, "host_ip": "127.0.0.1",
        "service": {"id": 1, "host": "host1", "disabled_reason": null}, "vcpus": 1_000_000, "vcpus_used": 1,
        "memory_mb": 1_u64 << 40, "memory_mb_used": 576, "free_ram_mb": (1_u64 << 40) - 576,
        "local_gb": 1_u64 << 40, "local_gb_used": 0, "free_disk_gb": 1_u64 << 40,
        "disk_available_least": 1_u64 << 40, "current_workload": 0, "running_vms": 1,
        "cpu_info": "{\"arch\":\"x86_64\"}"});
    full.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    assert_eq!(
        get(&cloud, "2.27", "/detail").await.body,
        json!({"hypervisors": [full]})
    );
    full["cpu_info"] = json!({"arch": "x86_64"});
    assert_eq!(get(&cloud, "2.28", "/1").await.body, json!({"hypervisor": full}));

    let id = id(&cloud).await;
    let last = get(&cloud, "2.88", &format!("/{}", id.as_str().unwrap())).await;
    let service = last.body["hypervisor"]["service"]["id"].clone();
    let expected = json!({"id": id, "hypervisor_hostname": "host1", "state": "up", "status": "enabled",
        "hypervisor_type": "fake", "hypervisor_version": 1_000_000, "host_ip": "127.0.0.1",
        "service": {"id": service, "host": "host1", "disabled_reason": null}, "uptime": null});
    assert_eq!(last.body, json!({"hypervisor": expected}));
}

#[tokio::test]
async fn hypervisors_are_found_by_a_part_of_their_name() {
    let cloud = Cloud::start().await;
    let server = cloud.boot("one").await;
    let servers = json!([{"name": "one", "uuid": server}]);
    assert_eq!(
        get(&cloud, "2.52", "/ost/search").await.body["hypervisors"][0]["id"],
        1
    );
    let with_servers = get(&cloud, "2.52", "/host1/servers").await;
    assert_eq!(with_servers.body["hypervisors"][0]["servers"], servers);
    let missing = get(&cloud, "2.52", "/nova/search").await;
    let message = "No hypervisor matching 'nova' could be found.";
    assert_eq!(
        (missing.status.as_u16(), missing.fault().1.as_str()),
        (404, message)
    );
    assert_eq!(get(&cloud, "2.53", "/host1/search").await.status, 404);

    let found = get(
        &cloud,
        "2.53",
        "?hypervisor_hostname_pattern=host&with_servers=true",
    )
    .await;
    assert_eq!(found.body["hypervisors"][0]["servers"], servers);
    let paged = get(&cloud, "2.53", "?hypervisor_hostname_pattern=host&limit=1").await;
    let message =
        "Paging over hypervisors with the hypervisor_hostname_pattern query parameter is not supported.";
    assert_eq!((paged.status.as_u16(), paged.fault().1.as_str()), (400, message));
    assert_eq!(get(&cloud, "2.53", "?colour=red").await.status, 400);
    cloud.delete(&server).await;
    let path = "?with_servers=1";
    let without = get(&cloud, "2.74", path).await;
    assert!(without.body["hypervisors"][0].get("servers").is_none());
    assert_eq!(
        get(&cloud, "2.75", path).await.body["hypervisors"][0]["servers"],
        json!([])
    );
}

#[tokio::test]
async fn hypervisors_come_in_pages() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let page = get(&cloud, "2.33", "?limit=1").await;
    let next = json!([{"rel": "next", "href": "http://cloud:8774/v2.1/os-hypervisors?limit=1&marker=1"}]);
    assert_eq!(page.body["hypervisors_links"], next);
    assert_eq!(
        get(&cloud, "2.33", "?marker=1").await.body,
        json!({"hypervisors": []})
    );
    let missing = get(&cloud, "2.33", "?marker=7").await;
    assert_eq!(
        (missing.status.as_u16(), missing.fault().1.as_str()),
        (400, "marker [7] not found")
    );
}

#[tokio::test]
async fn an_id_is_a_number_and_then_a_uuid() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    for (version, path, status, message) in [
        ("2.52", "/7", 404, "Hypervisor with ID '7' could not be found."),
        (
            "2.52",
            "/seven",
            404,
            "Hypervisor with ID 'seven' could not be found.",
        ),
        ("2.53", "/1", 400, "Invalid uuid 1"),
        ("2.87", "/1/uptime", 400, "Invalid uuid 1"),
        (
            "2.1",
            "/1/uptime",
            501,
            "The requested functionality is not supported.",
        ),
        ("2.88", "/1/uptime", 404, "The resource could not be found."),
        ("2.88", "/statistics", 404, "The resource could not be found."),
    ] {
        let answer = get(&cloud, version, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.fault().1.as_str()),
            (status, message),
            "{version} {path}"
        );
    }
}

#[tokio::test]
async fn the_statistics_are_of_hosts_that_take_servers() {
    let cloud = Cloud::start().await;
    cloud.boot("one").await;
    let sums = get(&cloud, "2.1", "/statistics").await;
    let sums = &sums.body["hypervisor_statistics"];
    assert_eq!(
        (&sums["count"], &sums["running_vms"], &sums["vcpus_used"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let body = json!({"host": "host1", "binary": "nova-compute"});
    cloud
        .admin("2.1", "PUT", "/v2.1/os-services/disable", Some(body))
        .await;
    let sums = get(&cloud, "2.1", "/statistics").await;
    assert_eq!(sums.body["hypervisor_statistics"]["count"], 0);
}
