//! What is sent, what is made of it, and what is wrong with it.

use super::*;

fn without_times(mut shown: Value) -> Value {
    for field in ["created_at", "updated_at"] {
        let time = shown[field].take();
        assert!(
            time.as_str()
                .is_some_and(|time| time.len() == 20 && time.ends_with('Z')),
            "{time}"
        );
    }
    shown
}

#[tokio::test]
async fn a_network_is_shown_in_full() {
    let cloud = Cloud::new().await;
    let shown = cloud.network(json!({ "name": "n", "mtu": "1400" })).await;
    let expected = json!({
        "id": shown["id"], "name": "n", "description": "", "project_id": "demo", "tenant_id": "demo",
        "admin_state_up": true, "mtu": 1400, "status": "ACTIVE", "subnets": [], "shared": false,
        "port_security_enabled": true, "router:external": false, "is_default": false, "dns_domain": "",
        "availability_zone_hints": [], "availability_zones": ["nova"], "ipv4_address_scope": null,
        "ipv6_address_scope": null, "tags": [], "revision_number": 0, "created_at": null, "updated_at": null,
    });
    assert_eq!(without_times(shown.clone()), expected);
    let path = format!("/v2.0/networks/{}", id(&shown));
    let (_, seen) = cloud.ask("admin", "GET", &path, Body::empty()).await;
    assert_eq!(seen["network"]["provider:network_type"], "local");
}

#[tokio::test]
async fn a_port_is_shown_in_full() {
    let cloud = Cloud::new().await;
    let (network, subnet) = cloud.place("10.9.0.0/24").await;
    let port = cloud
        .made("/v2.0/ports", "port", json!({ "network_id": network }))
        .await;
    let groups = port["security_groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1);
    let expected = json!({
        "id": port["id"], "name": "", "description": "", "network_id": network,
        "project_id": "demo", "tenant_id": "demo", "admin_state_up": true, "status": "DOWN",
        "mac_address": port["mac_address"], "device_id": "", "device_owner": "",
        "fixed_ips": [{ "subnet_id": subnet, "ip_address": "10.9.0.2" }],
        "security_groups": groups, "port_security_enabled": true, "allowed_address_pairs": [], "extra_dhcp_opts": [],
        "dns_name": "",
        "dns_assignment": [{
            "ip_address": "10.9.0.2", "hostname": "host-10-9-0-2", "fqdn": "host-10-9-0-2.openstacklocal.",
        }],
        "binding:vnic_type": "normal", "ip_allocation": "immediate", "tags": [], "revision_number": 0,
        "created_at": null, "updated_at": null,
    });
    assert_eq!(without_times(port.clone()), expected);
    let (_, seen) = cloud
        .ask(
            "admin",
            "GET",
            &format!("/v2.0/ports/{}", id(&port)),
            Body::empty(),
        )
        .await;
    assert_eq!(
        (
            &seen["port"]["binding:vif_type"],
            &seen["port"]["binding:host_id"]
        ),
        (&json!("unbound"), &json!(""))
    );
}

#[tokio::test]
async fn a_subnet_is_shown_in_full() {
    let cloud = Cloud::new().await;
    let (network, subnet) = cloud.place("10.9.1.1/24").await;
    let (_, mut shown) = cloud.get(&format!("/v2.0/subnets/{subnet}")).await;
    let expected = json!({
        "id": subnet, "name": "", "description": "", "network_id": network, "project_id": "demo", "tenant_id": "demo",
        "ip_version": 4, "cidr": "10.9.1.0/24", "gateway_ip": "10.9.1.1", "enable_dhcp": true,
        "allocation_pools": [{ "start": "10.9.1.2", "end": "10.9.1.254" }], "dns_nameservers": [], "host_routes": [],
        "ipv6_ra_mode": null, "ipv6_address_mode": null, "subnetpool_id": null, "segment_id": null,
        "router:external": false, "tags": [], "revision_number": 0, "created_at": null, "updated_at": null,
    });
    assert_eq!(without_times(shown["subnet"].take()), expected);
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_in_neutrons_words() {
    let cloud = Cloud::new().await;
    let network = id(&cloud.network(json!({})).await);
    let bad = |message: &str| refused(400, "HTTPBadRequest", message);
    let cases = [
        (
            json!({ "network_id": network, "foo": 1 }),
            "Unrecognized attribute(s) 'foo'",
        ),
        (
            json!({ "network_id": network, "name": 1 }),
            "Invalid input for name. Reason: '1' is not a valid string.",
        ),
        (
            json!({ "name": "x" }),
            "Failed to parse request. Required attribute 'network_id' not specified",
        ),
        (
            json!({ "network_id": "nope" }),
            "Invalid input for network_id. Reason: 'nope' is not a valid UUID.",
        ),
        (
            json!({ "network_id": network, "mac_address": "fa:16:3e:00:00:0g" }),
            "Invalid input for mac_address. Reason: 'fa:16:3e:00:00:0g' is not a valid MAC address.",
        ),
        (
            json!({ "network_id": network, "id": network }),
            "Attribute 'id' not allowed in POST",
        ),
        (
            json!({ "network_id": network, "admin_state_up": "maybe" }),
            "Invalid input for admin_state_up. Reason: 'maybe' cannot be converted to boolean.",
        ),
    ];
    for (port, message) in cases {
        assert_eq!(
            cloud.post("/v2.0/ports", json!({ "port": port })).await,
            bad(message)
        );
    }
    let missing = bad("Unable to find 'port' in request body");
    assert_eq!(cloud.post("/v2.0/ports", json!({})).await, missing);
    assert_eq!(
        cloud.post("/v2.0/ports", json!({ "ports": [] })).await,
        bad("Resources required")
    );
    assert_eq!(
        cloud.ask("demo", "POST", "/v2.0/ports", "x").await,
        bad("Body contains invalid data")
    );
    let renamed = json!({ "network": { "id": network } });
    assert_eq!(
        cloud.put(&format!("/v2.0/networks/{network}"), renamed).await,
        bad("Cannot update read-only attribute id")
    );
}

#[tokio::test]
async fn many_are_made_together_or_not_at_all() {
    let cloud = Cloud::new().await;
    let both = json!({ "networks": [{ "name": "a" }, { "name": "b" }] });
    let (status, made) = cloud.post("/v2.0/networks", both).await;
    assert_eq!(status, 201);
    assert_eq!(
        (&made["networks"][0]["name"], &made["networks"][1]["name"]),
        (&json!("a"), &json!("b"))
    );
    let network = &made["networks"][0]["id"];
    let nil = "00000000-0000-0000-0000-000000000000";
    let ports = json!({ "ports": [{ "network_id": network }, { "network_id": nil }] });
    assert_eq!(
        cloud.post("/v2.0/ports", ports).await,
        refused(
            404,
            "NetworkNotFound",
            format!("Network {nil} could not be found.")
        )
    );
    assert_eq!(cloud.get("/v2.0/ports").await, (200, json!({ "ports": [] })));
}

#[tokio::test]
async fn a_name_changes_and_everything_else_stays() {
    let cloud = Cloud::new().await;
    let made = cloud.network(json!({ "name": "a", "description": "d" })).await;
    let path = format!("/v2.0/networks/{}", id(&made));
    let (status, changed) = cloud.put(&path, json!({ "network": { "name": "b" } })).await;
    let mut expected = made;
    expected["name"] = json!("b");
    expected["revision_number"] = json!(1);
    expected["updated_at"] = changed["network"]["updated_at"].clone();
    assert_eq!((status, &changed["network"]), (200, &expected));
    assert_eq!(cloud.get(&path).await, (200, changed));
    assert_eq!(cloud.delete(&path).await, (204, Value::Null));
    assert_eq!(cloud.get(&path).await.0, 404);
}
