//! What the Compute API passed on to the network service until 2.35.

mod floating_ips;
mod rules;

use serde_json::{Value, json};

use crate::cloud::{Answer, Cloud};

const GONE: &str = "This resource is no longer available.  No forwarding address is given.";

async fn make_group(cloud: &Cloud, name: &str) -> Value {
    let body = json!({"security_group": {"name": name, "description": "of a test"}});
    let answer = cloud.post("2.35", "/v2.1/os-security-groups", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["security_group"].clone()
}

fn id_of(resource: &Value) -> &str {
    resource["id"].as_str().unwrap()
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.fault().1)
}

#[tokio::test]
async fn groups_are_made_listed_renamed_and_deleted() {
    let cloud = Cloud::start().await;
    let made = make_group(&cloud, "web").await;
    let id = id_of(&made);
    let expected = |name: &str| json!({"id": id, "name": name, "description": "of a test", "tenant_id": "0d", "rules": []});
    assert_eq!(made, expected("web"));
    let path = format!("/v2.1/os-security-groups/{id}");
    let renamed = json!({"security_group": {"name": "front", "description": "of a test"}});
    let changed = cloud.call("demo", "2.1", "PUT", &path, Some(renamed)).await;
    assert_eq!(changed.body, json!({"security_group": expected("front")}));
    assert_eq!(
        cloud.get("2.1", &path).await.body,
        json!({"security_group": expected("front")})
    );
    let list = cloud.get("2.1", "/v2.1/os-security-groups").await;
    let names: Vec<&Value> = list.body["security_groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["name"])
        .collect();
    assert_eq!(names, ["default", "front"]);
    let paged = cloud
        .get("2.1", "/v2.1/os-security-groups?limit=1&offset=1")
        .await;
    assert_eq!(paged.body["security_groups"].as_array().unwrap().len(), 1);
    let deleted = cloud.call("demo", "2.1", "DELETE", &path, None).await;
    assert_eq!((deleted.status.as_u16(), deleted.body), (202, json!("")));
    assert_eq!(
        refusal(&cloud.get("2.1", &path).await),
        (404, format!("Security group {id} does not exist"))
    );
}

#[tokio::test]
async fn groups_of_others_and_what_is_no_group_are_not_there() {
    let cloud = Cloud::start().await;
    let made = make_group(&cloud, "web").await;
    let path = format!("/v2.1/os-security-groups/{}", id_of(&made));
    let missing = (404, format!("Security group {} does not exist", id_of(&made)));
    for method in ["GET", "DELETE"] {
        assert_eq!(
            refusal(&cloud.call("other", "2.1", method, &path, None).await),
            missing
        );
    }
    let odd = cloud.get("2.1", "/v2.1/os-security-groups/7").await;
    assert_eq!(
        refusal(&odd),
        (400, "Security group id should be uuid".to_owned())
    );
    let refused = cloud.call("reader", "2.1", "DELETE", &path, None).await;
    assert_eq!(
        refusal(&refused),
        (
            403,
            "Policy doesn't allow os_compute_api:os-security-groups:delete to be performed.".to_owned()
        )
    );
    let all = "/v2.1/os-security-groups?all_tenants=1";
    let seen = cloud.call("admin", "2.1", "GET", all, None).await.body;
    assert!(seen.to_string().contains(id_of(&made)), "{seen}");
    let own = cloud.call("other", "2.1", "GET", all, None).await.body;
    assert_eq!(own["security_groups"].as_array().unwrap().len(), 1, "{own}");
}

#[tokio::test]
async fn a_group_in_use_is_not_deleted() {
    let cloud = Cloud::start().await;
    let made = make_group(&cloud, "web").await;
    let server = cloud.boot("one").await;
    let add = json!({"addSecurityGroup": {"name": "web"}});
    assert_eq!(cloud.act("2.1", &server, add).await.status, 202);
    let path = format!("/v2.1/os-security-groups/{}", id_of(&made));
    let refused = cloud.call("demo", "2.1", "DELETE", &path, None).await;
    assert_eq!(
        refusal(&refused),
        (400, format!("Security Group {} in use.", id_of(&made)))
    );
}

#[tokio::test]
async fn networks_have_ids_and_names_and_nothing_else_any_more() {
    let cloud = Cloud::start().await;
    let plain = json!({"id": cloud.private, "cidr": "None", "label": "private"});
    let list = cloud.get("2.35", "/v2.1/os-tenant-networks").await;
    assert_eq!(list.body, json!({"networks": [plain]}));
    let one = format!("/v2.1/os-tenant-networks/{}", cloud.private);
    assert_eq!(cloud.get("2.1", &one).await.body, json!({ "network": plain }));
    let former = json!({
        "id": cloud.private, "label": "private", "cidr": null, "netmask": null, "gateway": null, "broadcast": null,
        "dns1": null, "dns2": null, "cidr_v6": null, "gateway_v6": null, "netmask_v6": null,
    });
    let list = cloud.get("2.35", "/v2.1/os-networks").await;
    assert_eq!(list.body, json!({"networks": [former]}));
    let one = format!("/v2.1/os-networks/{}", cloud.private);
    let seen = cloud.call("admin", "2.1", "GET", &one, None).await;
    assert_eq!(seen.keys("network").len(), 32);
    assert_eq!(seen.body["network"]["vlan"], Value::Null);
    let hidden = cloud.call("other", "2.1", "GET", &one, None).await;
    assert_eq!(refusal(&hidden), (404, "Network not found".to_owned()));
}

#[tokio::test]
async fn from_2_36_on_clients_ask_the_network_service() {
    let cloud = Cloud::start().await;
    for path in [
        "os-security-groups",
        "os-floating-ips",
        "os-floating-ip-pools",
        "os-networks",
        "os-tenant-networks",
    ] {
        let path = format!("/v2.1/{path}");
        assert_eq!(cloud.get("2.35", &path).await.status, 200, "{path}");
        assert_eq!(cloud.get("2.36", &path).await.status, 404, "{path}");
    }
    let rule = cloud
        .post("2.36", "/v2.1/os-security-group-rules", json!({}))
        .await;
    assert_eq!(rule.status, 404);
}

#[tokio::test]
async fn networks_are_not_made_here_any_more() {
    let cloud = Cloud::start().await;
    let one = cloud.private;
    for (method, path) in [
        ("POST", "os-networks".to_owned()),
        ("POST", "os-networks/add".to_owned()),
        ("DELETE", format!("os-networks/{one}")),
        ("POST", format!("os-networks/{one}/action")),
        ("POST", "os-tenant-networks".to_owned()),
        ("DELETE", format!("os-tenant-networks/{one}")),
    ] {
        for version in ["2.1", "2.104"] {
            let body = (method == "POST").then(|| json!({}));
            let answer = cloud
                .call("admin", version, method, &format!("/v2.1/{path}"), body)
                .await;
            assert_eq!(
                answer.fault(),
                ("computeFault".to_owned(), GONE.to_owned()),
                "{path}"
            );
            assert_eq!(answer.status, 410);
        }
    }
}
