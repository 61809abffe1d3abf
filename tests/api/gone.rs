//! What there is no more, and what never was here.

use serde_json::json;

use crate::cloud::Cloud;

#[tokio::test]
async fn what_is_gone_says_so_at_every_version() {
    let cloud = Cloud::start().await;
    for version in ["2.1", "2.36", "2.104"] {
        for (method, path) in [
            ("GET", "/v2.1/os-agents"),
            ("POST", "/v2.1/os-cells/sync_instances"),
            ("DELETE", "/v2.1/os-floating-ip-dns/example/entries/www"),
            ("GET", "/v2.1/servers/x/os-virtual-interfaces"),
        ] {
            let answer = cloud.admin(version, method, path, None).await;
            let message = "This resource is no longer available.  No forwarding address is given.";
            let expected = json!({"computeFault": {"code": 410, "message": message}});
            assert_eq!(
                (answer.status.as_u16(), &answer.body),
                (410, &expected),
                "{version} {method} {path}"
            );
        }
    }
    let nobody = cloud.call("nobody", "2.1", "GET", "/v2.1/os-agents", None).await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn there_are_no_bare_metal_nodes() {
    let cloud = Cloud::start().await;
    let path = "/v2.1/os-baremetal-nodes";
    assert_eq!(cloud.admin("2.35", "GET", path, None).await.status, 501);
    let missing = cloud.admin("2.35", "GET", &format!("{path}/7"), None).await;
    assert_eq!(missing.fault().1, "Node 7 could not be found.");
    for (method, end, body, command) in [
        ("POST", "", Some(json!({"node": {}})), "node-create"),
        ("DELETE", "/7", None, "node-delete"),
        (
            "POST",
            "/7/action",
            Some(json!({"add_interface": {}})),
            "port-create",
        ),
    ] {
        let answer = cloud.admin("2.35", method, &format!("{path}{end}"), body).await;
        let message =
            format!("Command not supported. Please use Ironic command {command} to perform this action.");
        assert_eq!((answer.status.as_u16(), answer.fault().1), (400, message));
    }
    assert_eq!(cloud.admin("2.36", "GET", path, None).await.status, 404);
}

#[tokio::test]
async fn extensions_are_listed_for_those_who_still_ask() {
    let cloud = Cloud::start().await;
    let list = cloud.get("2.1", "/v2.1/extensions").await;
    assert_eq!(list.body["extensions"].as_array().unwrap().len(), 99);
    let one = cloud.get("2.1", "/v2.1/extensions/os-volumes").await;
    let expected = json!({"alias": "os-volumes", "name": "Volumes", "description": "Volumes", "links": [],
        "namespace": "http://docs.openstack.org/compute/ext/fake_xml", "updated": "2014-12-03T00:00:00Z"});
    assert_eq!(one.body, json!({ "extension": expected }));
    assert_eq!(cloud.get("2.1", "/v2.1/extensions/os-nothing").await.status, 404);
}

#[tokio::test]
async fn servers_are_also_found_where_those_with_volumes_were() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let list = cloud.get("2.1", "/v2.1/os-volumes_boot").await;
    assert_eq!(list.body["servers"][0]["id"], json!(id));
    let same = cloud.get("2.1", &format!("/v2.1/servers/{id}")).await;
    let shown = cloud.get("2.1", &format!("/v2.1/os-volumes_boot/{id}")).await;
    assert_eq!(shown.body, same.body);
}
