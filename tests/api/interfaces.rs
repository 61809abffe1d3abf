//! Interfaces attached to a running server and taken off again; addresses and groups of those it has.

use nova_docker::virt::fake::Verb;
use serde_json::{Value, json};

use crate::cloud::Cloud;

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

fn path(id: &str) -> String {
    format!("/v2.1/servers/{id}/os-interface")
}

/// What the API is to show of the newest port.
fn golden(cloud: &Cloud) -> Value {
    let port = cloud.network.ports().pop().unwrap();
    let fixed_ips: Vec<Value> = port
        .fixed_ips
        .iter()
        .map(|(subnet, ip)| json!({"subnet_id": subnet, "ip_address": ip}))
        .collect();
    json!({"net_id": port.network, "port_id": port.id, "mac_addr": port.mac, "port_state": "ACTIVE", "fixed_ips": fixed_ips})
}

#[tokio::test]
async fn interfaces_are_listed_and_shown_with_their_tags_since_2_70() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let mut interface = golden(&cloud);
    let one = format!("{}/{}", path(&id), interface["port_id"].as_str().unwrap());
    let list = cloud.get("2.69", &path(&id)).await;
    assert_eq!(list.body, json!({"interfaceAttachments": [interface]}));
    assert_eq!(
        cloud.get("2.69", &one).await.body,
        json!({ "interfaceAttachment": interface })
    );
    interface["tag"] = json!(null);
    let list = cloud.call("reader", "2.70", "GET", &path(&id), None).await;
    assert_eq!(list.body, json!({"interfaceAttachments": [interface]}));
    assert_eq!(
        cloud.get("2.70", &one).await.body,
        json!({ "interfaceAttachment": interface })
    );
}

#[tokio::test]
async fn an_interface_is_attached_and_detached() {
    let cloud = Cloud::start().await;
    let second = cloud
        .network
        .add_network("0d", "second", &["10.1.0.0/24".parse().unwrap()]);
    let body =
        json!({"server": {"name": "one", "imageRef": cloud.image, "flavorRef": "42", "networks": "none"}});
    let made = cloud.post("2.37", "/v2.1/servers", body).await;
    let id = made.body["server"]["id"].as_str().unwrap().to_owned();
    cloud.until(&id, "ACTIVE").await;

    let wanted = json!({"net_id": second, "fixed_ips": [{"ip_address": "10.1.0.9"}], "tag": "lan"});
    let attached = cloud
        .post("2.70", &path(&id), json!({ "interfaceAttachment": wanted }))
        .await;
    let mut interface = golden(&cloud);
    interface["tag"] = json!("lan");
    assert_eq!(
        (attached.status.as_u16(), &attached.body),
        (200, &json!({ "interfaceAttachment": interface }))
    );
    assert_eq!(interface["fixed_ips"][0]["ip_address"], "10.1.0.9");

    let port = cloud.network.add_port("0d", cloud.private).unwrap();
    let by_port = cloud
        .post(
            "2.1",
            &path(&id),
            json!({"interfaceAttachment": {"port_id": port}}),
        )
        .await;
    assert_eq!(by_port.status, 200, "{}", by_port.body);
    let server = cloud.until(&id, "ACTIVE").await;
    let on: Vec<&String> = server["addresses"].as_object().unwrap().keys().collect();
    assert_eq!(on, ["private", "second"]);

    for gone in [interface["port_id"].as_str().unwrap(), &port.to_string()] {
        let one = format!("{}/{gone}", path(&id));
        let detached = cloud.call("demo", "2.1", "DELETE", &one, None).await;
        assert_eq!(
            (detached.status.as_u16(), &detached.body),
            (202, &json!("")),
            "an empty body"
        );
        until_detached(&cloud, &id, gone).await;
    }
    let left: Vec<_> = cloud.network.ports().iter().map(|port| port.id).collect();
    assert_eq!(left, [port], "the user's own port stays, ours goes");
    assert_eq!(cloud.until(&id, "ACTIVE").await["addresses"], json!({}));
}

async fn until_detached(cloud: &Cloud, id: &str, port: &str) {
    for _ in 0..2000 {
        let list = cloud.get("2.1", &path(id)).await;
        let all = list.body["interfaceAttachments"].as_array().unwrap();
        if all.iter().all(|interface| interface["port_id"] != port) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("port {port} is never detached");
}

#[tokio::test]
async fn what_is_asked_of_an_interface_must_make_sense() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let field = "Invalid input for field/attribute";
    for (version, attachment, message) in [
        (
            "2.1",
            json!({"net_id": "x"}),
            format!("{field} net_id. Value: x. 'x' is not a 'uuid'"),
        ),
        (
            "2.1",
            json!({"net_id": null}),
            format!("{field} net_id. Value: None. None is not of type 'string'"),
        ),
        (
            "2.1",
            json!({"fixed_ips": []}),
            format!("{field} fixed_ips. Value: []. [] should be non-empty"),
        ),
        (
            "2.1",
            json!({"fixed_ips": [{"ip_address": "1.1.1.1"}, {"ip_address": "::1"}]}),
            format!(
                "{field} fixed_ips. Value: [{{'ip_address': '1.1.1.1'}}, {{'ip_address': '::1'}}]. \
                 [{{'ip_address': '1.1.1.1'}}, {{'ip_address': '::1'}}] is too long"
            ),
        ),
        (
            "2.1",
            json!({"fixed_ips": [{}]}),
            format!("{field} 0. Value: {{}}. 'ip_address' is a required property"),
        ),
        (
            "2.1",
            json!({"fixed_ips": [{"ip_address": "x"}]}),
            format!("{field} ip_address. Value: x. 'x' is not valid under any of the given schemas"),
        ),
        (
            "2.48",
            json!({"tag": "a"}),
            format!(
                "{field} interfaceAttachment. Value: {{'tag': 'a'}}. Additional properties are not allowed ('tag' was unexpected)"
            ),
        ),
        (
            "2.49",
            json!({"tag": "a,b"}),
            format!("{field} tag. Value: a,b. 'a,b' does not match '^[^,/]*$'"),
        ),
    ] {
        let answer = cloud
            .post(version, &path(&id), json!({ "interfaceAttachment": attachment }))
            .await;
        assert_eq!((answer.status.as_u16(), answer.fault().1), (400, message));
    }
}

#[tokio::test]
async fn an_interface_is_on_a_port_or_on_a_network() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    for (attachment, message) in [
        (
            json!({"net_id": cloud.private, "port_id": NOWHERE}),
            "Must not input both network_id and port_id",
        ),
        (
            json!({"fixed_ips": [{"ip_address": "10.0.0.9"}]}),
            "Must input network_id when request IP address",
        ),
    ] {
        let body = json!({ "interfaceAttachment": attachment });
        let answer = cloud.post("2.1", &path(&id), body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.fault().1.as_str()),
            (400, message)
        );
    }
    let neither = cloud.post("2.1", &path(&id), json!({})).await;
    assert_eq!(neither.status, 200, "{}", neither.body);
    assert_eq!(
        neither.body["interfaceAttachment"]["net_id"],
        json!(cloud.private),
        "the only one there is"
    );
    cloud
        .network
        .add_network("0d", "second", &["10.1.0.0/24".parse().unwrap()]);
    let neither = cloud.post("2.1", &path(&id), json!({})).await;
    let words = "Multiple possible networks found, use a Network ID to be more specific.";
    assert_eq!(
        (neither.status.as_u16(), neither.fault().1.as_str()),
        (400, words)
    );
}

#[tokio::test]
async fn an_interface_that_cannot_be_had_is_refused_by_its_reason() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let (network, taken) = (cloud.private, cloud.network.ports()[0].clone());
    let address = taken.fixed_ips[0].1;
    for (attachment, status, message) in [
        (
            json!({"net_id": NOWHERE}),
            404,
            format!("Network {NOWHERE} could not be found."),
        ),
        (
            json!({"port_id": NOWHERE}),
            404,
            format!("Port id {NOWHERE} could not be found."),
        ),
        (
            json!({"port_id": taken.id}),
            409,
            format!("Port {} is still in use.", taken.id),
        ),
        (
            json!({"net_id": network, "fixed_ips": [{"ip_address": address}]}),
            409,
            format!("Fixed IP address {address} is already in use on instance {id}."),
        ),
    ] {
        let answer = cloud
            .post("2.1", &path(&id), json!({ "interfaceAttachment": attachment }))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.fault().1),
            (status, message),
            "{attachment}"
        );
    }
    let text = cloud.get("2.1", &format!("{}/x", path(&id))).await;
    assert_eq!(
        (text.status.as_u16(), text.fault().1),
        (404, "Port id x could not be found.".to_owned())
    );
    let free = cloud.network.add_port("0d", network).unwrap();
    let one = format!("{}/{free}", path(&id));
    for (method, message) in [
        (
            "GET",
            format!("Instance {id} does not have a port with id {free}"),
        ),
        ("DELETE", format!("Port {free} is not attached")),
    ] {
        let answer = cloud.call("demo", "2.1", method, &one, None).await;
        assert_eq!((answer.status.as_u16(), answer.fault().1), (404, message));
    }
}

#[tokio::test]
async fn an_interface_that_breaks_on_the_host_is_not_there_and_tells_no_secrets() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let before = cloud.network.ports();
    cloud
        .faults
        .fail_next(Verb::PlugVifs, "/run/secret is in the way");
    let body = json!({"interfaceAttachment": {"net_id": cloud.private}});
    let answer = cloud.post("2.1", &path(&id), body).await;
    let told = (answer.status.as_u16(), answer.fault());
    let words = format!("Failed to attach network adapter device to {id}");
    assert_eq!(told, (500, ("computeFault".to_owned(), words)));
    assert_eq!(cloud.network.ports(), before);
    let list = cloud.get("2.1", &path(&id)).await;
    assert_eq!(list.body["interfaceAttachments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn readers_see_interfaces_and_change_none_and_strangers_see_no_server() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let body = json!({"interfaceAttachment": {}});
    let refused = cloud
        .call("reader", "2.1", "POST", &path(&id), Some(body.clone()))
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.fault().1),
        (
            403,
            "Policy doesn't allow os_compute_api:os-attach-interfaces:create to be performed.".to_owned()
        )
    );
    let stranger = cloud.call("other", "2.1", "GET", &path(&id), None).await;
    assert_eq!(
        (stranger.status.as_u16(), stranger.fault().1),
        (404, format!("Instance {id} could not be found."))
    );
    let none = cloud.get("2.1", &path(NOWHERE)).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn a_fixed_address_comes_and_goes_until_2_44() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let count = || cloud.network.ports()[0].fixed_ips.len();
    let add = json!({"addFixedIp": {"networkId": cloud.private}});
    assert_eq!(cloud.act("2.43", &id, add.clone()).await.status, 202);
    assert_eq!(count(), 2);
    let address = cloud.network.ports()[0].fixed_ips[1].1;
    let remove = json!({"removeFixedIp": {"address": address}});
    assert_eq!(cloud.act("2.43", &id, remove.clone()).await.status, 202);
    assert_eq!(count(), 1);
    let again = cloud.act("2.43", &id, remove.clone()).await;
    assert_eq!(
        (again.status.as_u16(), again.fault().1),
        (400, format!("Instance {id} does not have fixed IP '{address}'."))
    );
    for action in [add, remove] {
        let late = cloud.act("2.44", &id, action).await;
        assert_eq!(
            (late.status.as_u16(), late.fault().1),
            (404, "The resource could not be found.".to_owned())
        );
    }
    let field = "Invalid input for field/attribute";
    for (action, message) in [
        (
            json!({"addFixedIp": {"networkId": ""}}),
            format!("{field} networkId. Value: . '' should be non-empty"),
        ),
        (
            json!({"addFixedIp": {"networkId": null}}),
            format!("{field} networkId. Value: None. None is not of type 'string', 'number'"),
        ),
        (
            json!({"removeFixedIp": {"address": "x"}}),
            format!("{field} address. Value: x. 'x' is not valid under any of the given schemas"),
        ),
    ] {
        let refused = cloud.act("2.1", &id, action).await;
        assert_eq!((refused.status.as_u16(), refused.fault().1), (400, message));
    }
}

#[tokio::test]
async fn groups_are_put_on_a_server_and_taken_off_by_name() {
    let cloud = Cloud::start().await;
    let id = cloud.boot("one").await;
    let web = cloud.network.add_security_group("0d", "web");
    let groups = format!("/v2.1/servers/{id}/os-security-groups");
    let names = async || {
        let list = cloud.get("2.1", &groups).await;
        let all = list.body["security_groups"].as_array().unwrap().clone();
        let name = |group: &Value| group["name"].as_str().unwrap().to_owned();
        all.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["default"]);
    let add = json!({"addSecurityGroup": {"name": "web"}});
    let added = cloud.act("2.1", &id, add).await;
    assert_eq!(added.status, 202, "{}", added.body);
    assert_eq!(names().await, ["default", "web"]);
    assert!(cloud.network.ports()[0].security_groups.contains(&web));
    let server = cloud.until(&id, "ACTIVE").await;
    assert_eq!(
        server["security_groups"],
        json!([{"name": "default"}, {"name": "web"}])
    );
    let removed = cloud
        .act("2.100", &id, json!({"removeSecurityGroup": {"name": "default"}}))
        .await;
    assert_eq!(removed.status, 202, "{}", removed.body);
    let list = cloud.get("2.1", &groups).await;
    let only = json!({"id": web, "name": "web", "description": "", "tenant_id": "0d", "rules": []});
    assert_eq!(list.body, json!({"security_groups": [only]}));

    for (action, status, message) in [
        (
            json!({"addSecurityGroup": {"name": ""}}),
            400,
            "Invalid input for field/attribute name. Value: . '' should be non-empty",
        ),
        (
            json!({"addSecurityGroup": {"name": " "}}),
            400,
            "Security group name cannot be empty",
        ),
        (
            json!({"addSecurityGroup": {"name": "nope"}}),
            404,
            "Security group nope is not found for project 0d",
        ),
    ] {
        let refused = cloud.act("2.1", &id, action).await;
        assert_eq!(
            (refused.status.as_u16(), refused.fault().1.as_str()),
            (status, message)
        );
    }
}
