//! Quotas, zones, agents, availability.

use super::*;

#[tokio::test]
async fn quotas_are_set_by_administrators_and_kept_to() {
    let cloud = Cloud::new().await;
    let quota = json!({ "quota": { "network": 1 } });
    assert_eq!(cloud.put("/v2.0/quotas/demo", quota.clone()).await.0, 403);
    let (status, set) = cloud
        .ask("admin", "PUT", "/v2.0/quotas/demo", quota.to_string())
        .await;
    let expected = json!({ "quota": {
        "network": 1, "subnet": 100, "subnetpool": -1, "port": 500, "router": 10, "floatingip": 50,
        "security_group": 10, "security_group_rule": 100,
    } });
    assert_eq!((status, &set), (200, &expected));
    assert_eq!(cloud.get("/v2.0/quotas/demo").await, (200, expected));
    cloud.network(json!({})).await;
    assert_eq!(
        cloud.post("/v2.0/networks", json!({ "network": {} })).await,
        refused(409, "OverQuota", "Quota exceeded for resources: ['network'].")
    );
    let (_, details) = cloud.get("/v2.0/quotas/demo/details.json").await;
    assert_eq!(
        details["quota"]["network"],
        json!({ "limit": 1, "used": 1, "reserved": 0 })
    );
    let (_, listed) = cloud.ask("admin", "GET", "/v2.0/quotas", Body::empty()).await;
    assert_eq!(listed["quotas"][0]["project_id"], "demo");
    assert_eq!(
        cloud
            .ask("admin", "DELETE", "/v2.0/quotas/demo", Body::empty())
            .await
            .0,
        204
    );
    assert_eq!(
        cloud.get("/v2.0/quotas/demo").await,
        cloud.get("/v2.0/quotas/demo/default").await
    );
    cloud.network(json!({})).await;
}

#[tokio::test]
async fn wrong_quotas_are_refused() {
    let cloud = Cloud::new().await;
    for (quota, message) in [
        (json!({ "nope": 1 }), "Unrecognized attribute(s) 'nope'"),
        (
            json!({ "network": -2 }),
            "Invalid input for network. Reason: '-2' is not in valid range '-1' to '2147483647'.",
        ),
    ] {
        let body = json!({ "quota": quota }).to_string();
        assert_eq!(
            cloud.ask("admin", "PUT", "/v2.0/quotas/demo", body).await,
            refused(400, "HTTPBadRequest", message)
        );
    }
    assert_eq!(
        cloud
            .ask("other", "GET", "/v2.0/quotas/demo", Body::empty())
            .await
            .0,
        403
    );
}

#[tokio::test]
async fn there_is_one_zone_and_no_agent() {
    let cloud = Cloud::new().await;
    let zone = |resource: &str| json!({ "name": "nova", "resource": resource, "state": "available" });
    assert_eq!(
        cloud.get("/v2.0/availability_zones").await,
        (
            200,
            json!({ "availability_zones": [zone("network"), zone("router")] })
        )
    );
    assert_eq!(cloud.get("/v2.0/agents").await, (200, json!({ "agents": [] })));
    assert_eq!(
        cloud.get("/v2.0/agents/x").await,
        refused(404, "AgentNotFound", "Agent x could not be found.")
    );
    assert_eq!(
        cloud.get("/v2.0/service-providers").await,
        (200, json!({ "service_providers": [] }))
    );
}

#[tokio::test]
async fn administrators_see_how_full_a_network_is() {
    let cloud = Cloud::new().await;
    let (network, subnet) = cloud.place("10.9.0.0/24").await;
    cloud
        .made("/v2.0/ports", "port", json!({ "network_id": network }))
        .await;
    let path = format!("/v2.0/network-ip-availabilities/{network}");
    assert_eq!(cloud.get(&path).await.0, 403);
    let expected = json!({ "network_ip_availability": {
        "network_id": network, "network_name": "", "project_id": "demo", "tenant_id": "demo",
        "total_ips": 253, "used_ips": 1,
        "subnet_ip_availability": [{
            "subnet_id": subnet, "subnet_name": "", "cidr": "10.9.0.0/24", "ip_version": 4,
            "total_ips": 253, "used_ips": 1,
        }],
    } });
    assert_eq!(
        cloud.ask("admin", "GET", &path, Body::empty()).await,
        (200, expected)
    );
}
