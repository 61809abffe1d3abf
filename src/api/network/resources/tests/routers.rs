//! Routers: what they join, and where they lead.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Cloud, id, refused};

#[tokio::test]
async fn a_router_is_shown_as_neutron_shows_it() {
    let cloud = Cloud::new().await;
    let (public, range) = cloud.public().await;
    let wanted = json!({ "name": "r", "external_gateway_info": { "network_id": public } });
    let mut router = cloud.make("demo", "routers", "router", wanted).await;
    for passing in ["id", "created_at", "updated_at"] {
        assert!(router[passing].take().is_string());
    }
    let gateway = json!({
        "network_id": public,
        "enable_snat": true,
        "external_fixed_ips": [{ "subnet_id": range, "ip_address": "203.0.113.2" }],
    });
    let shown = json!({
        "name": "r", "admin_state_up": true, "status": "ACTIVE", "external_gateway_info": gateway,
        "availability_zone_hints": [], "availability_zones": ["nova"], "routes": [], "flavor_id": null,
        "id": null, "project_id": "demo", "tenant_id": "demo", "description": "", "tags": [],
        "created_at": null, "updated_at": null, "revision_number": 0,
    });
    assert_eq!(router, shown);
    let (_, seen) = cloud.ask("admin", "GET", "routers", Value::Null).await;
    assert_eq!(seen["routers"][0]["distributed"], json!(false));
    assert_eq!(seen["routers"][0]["ha"], json!(false));
    let (_, others) = cloud.ask("other", "GET", "routers", Value::Null).await;
    assert_eq!(others, json!({ "routers": [] }));
}

#[tokio::test]
async fn a_router_joins_subnets_and_parts_from_them() {
    let cloud = Cloud::new().await;
    let (network, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let router = cloud.router("demo", json!({})).await;
    let (status, joined) = cloud.join("demo", &router, &subnet).await;
    let port = joined["port_id"].as_str().unwrap().to_owned();
    let all = json!({
        "id": router, "project_id": "demo", "tenant_id": "demo", "port_id": port, "network_id": network,
        "subnet_id": subnet, "subnet_ids": [subnet],
    });
    assert_eq!((status, joined), (StatusCode::OK, all.clone()));
    let (_, ports) = cloud
        .ask("demo", "GET", &format!("ports?device_id={router}"), Value::Null)
        .await;
    let shown = &ports["ports"][0];
    assert_eq!(
        json!([
            shown["id"],
            shown["device_owner"],
            shown["status"],
            shown["fixed_ips"]
        ]),
        json!([port, "network:router_interface", "ACTIVE", [{ "subnet_id": subnet, "ip_address": "10.1.0.1" }]])
    );
    assert_eq!(cloud.part("demo", &router, &subnet).await, (StatusCode::OK, all));
    assert_eq!(
        cloud.part("demo", &router, &subnet).await,
        refused(
            404,
            "RouterInterfaceNotFoundForSubnet",
            &format!("Router {router} has no interface on subnet {subnet}")
        )
    );
}

#[tokio::test]
async fn a_router_goes_when_it_joins_nothing_any_more() {
    let cloud = Cloud::new().await;
    let (_, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let router = cloud.router("demo", json!({})).await;
    let (_, joined) = cloud.join("demo", &router, &subnet).await;
    let port = joined["port_id"].as_str().unwrap();
    let path = format!("routers/{router}");
    assert_eq!(
        cloud.ask("demo", "DELETE", &path, Value::Null).await,
        refused(
            409,
            "RouterInUse",
            &format!("Router {router} has ports still attached: {port}")
        )
    );
    let (status, _) = cloud
        .ask("demo", "DELETE", &format!("ports/{port}"), Value::Null)
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    cloud.part("demo", &router, &subnet).await;
    let (status, _) = cloud.ask("demo", "DELETE", &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        cloud.ask("demo", "GET", &path, Value::Null).await,
        refused(
            404,
            "RouterNotFound",
            &format!("Router {router} could not be found")
        )
    );
}

#[tokio::test]
async fn a_router_takes_a_port_as_it_is() {
    let cloud = Cloud::new().await;
    let (network, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let router = cloud.router("demo", json!({})).await;
    let port = id(&cloud.port("demo", &network).await);
    let path = format!("routers/{router}/add_router_interface");
    let (status, joined) = cloud.put("demo", &path, json!({ "port_id": port })).await;
    assert_eq!(status, StatusCode::OK, "{joined}");
    assert_eq!(joined["subnet_ids"], json!([subnet]));
    assert_eq!(
        cloud.put("demo", &path, json!({ "port_id": port })).await,
        refused(
            409,
            "PortInUse",
            &format!(
                "Unable to complete operation on port {port} for network {network}. Port already has an attached device \
                 {router}."
            )
        )
    );
    let path = format!("routers/{router}/remove_router_interface");
    let (status, _) = cloud.put("demo", &path, json!({ "port_id": port })).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = cloud
        .ask("demo", "GET", &format!("ports/{port}"), Value::Null)
        .await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_router_does_not_join_what_overlaps_and_says_what_it_misses() {
    let cloud = Cloud::new().await;
    let (_, first) = cloud.network("demo", "10.1.0.0/16", json!({})).await;
    let (_, second) = cloud.network("demo", "10.1.2.0/24", json!({})).await;
    let router = cloud.router("demo", json!({})).await;
    cloud.join("demo", &router, &first).await;
    assert_eq!(
        cloud.join("demo", &router, &second).await,
        refused(
            400,
            "BadRequest",
            &format!(
                "Bad router request: Cidr 10.1.2.0/24 of subnet {second} overlaps with cidr 10.1.0.0/16 of subnet {first}."
            )
        )
    );
    assert_eq!(
        cloud.join("demo", &router, &first).await,
        refused(
            400,
            "BadRequest",
            &format!("Bad router request: Router already has a port on subnet {first}.")
        )
    );
    let path = format!("routers/{router}/add_router_interface");
    assert_eq!(
        cloud.put("demo", &path, json!({})).await,
        refused(
            400,
            "BadRequest",
            "Bad router request: Either subnet_id or port_id must be specified."
        )
    );
    assert_eq!(
        cloud.put("demo", &path, json!({ "subnet_id": "x" })).await,
        refused(400, "BadRequest", "Bad router request: 'x' is not a valid UUID.")
    );
}

#[tokio::test]
async fn ipv6_subnets_of_one_network_share_a_port() {
    let cloud = Cloud::new().await;
    let (network, first) = cloud.network("demo", "fd01::/64", json!({})).await;
    let second = json!({ "network_id": network, "cidr": "fd02::/64", "ip_version": 6 });
    let second = id(&cloud.make("demo", "subnets", "subnet", second).await);
    let router = cloud.router("demo", json!({})).await;
    let (_, one) = cloud.join("demo", &router, &first).await;
    let (_, two) = cloud.join("demo", &router, &second).await;
    assert_eq!(one["port_id"], two["port_id"]);
    let (status, _) = cloud.part("demo", &router, &first).await;
    assert_eq!(status, StatusCode::OK);
    let port = format!("ports/{}", one["port_id"].as_str().unwrap());
    let (_, port) = cloud.ask("demo", "GET", &port, Value::Null).await;
    assert_eq!(
        port["port"]["fixed_ips"],
        json!([{ "subnet_id": second, "ip_address": "fd02::1" }])
    );
}

#[tokio::test]
async fn a_way_out_leads_to_an_external_network_and_can_be_taken_away() {
    let cloud = Cloud::new().await;
    let (public, _) = cloud.public().await;
    let (inner, _) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let router = cloud.router("demo", json!({})).await;
    let path = format!("routers/{router}");
    let lead = |info: Value| json!({ "router": { "external_gateway_info": info } });
    let missing = "11111111-1111-1111-1111-111111111111";
    assert_eq!(
        cloud
            .put("demo", &path, lead(json!({ "network_id": missing })))
            .await,
        refused(
            404,
            "NetworkNotFound",
            &format!("Network {missing} could not be found.")
        )
    );
    assert_eq!(
        cloud
            .put("demo", &path, lead(json!({ "network_id": inner })))
            .await,
        refused(
            400,
            "BadRequest",
            &format!("Bad router request: Network {inner} is not an external network.")
        )
    );
    assert_eq!(
        cloud
            .put("demo", &path, lead(json!({ "enable_snat": true })))
            .await,
        refused(
            400,
            "HTTPBadRequest",
            "Invalid input for external_gateway_info. Reason: Validation of dictionary's keys failed. Expected keys: \
             {'network_id'} Provided keys: {'enable_snat'}."
        )
    );
    let untranslated = lead(json!({ "network_id": public, "enable_snat": false }));
    let (status, _) = cloud.put("demo", &path, untranslated.clone()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (_, leading) = cloud.put("admin", &path, untranslated).await;
    let info = &leading["router"]["external_gateway_info"];
    assert_eq!(
        (&info["network_id"], &info["enable_snat"]),
        (&json!(public), &json!(false))
    );
    let (_, kept) = cloud
        .put("demo", &path, lead(json!({ "network_id": public })))
        .await;
    let kept = &kept["router"]["external_gateway_info"];
    assert_eq!(kept["external_fixed_ips"], info["external_fixed_ips"]);
    for nothing in [json!({}), Value::Null] {
        let (_, led) = cloud.put("demo", &path, lead(nothing)).await;
        assert_eq!(led["router"]["external_gateway_info"], Value::Null);
    }
    let (_, ports) = cloud
        .ask("admin", "GET", &format!("ports?device_id={router}"), Value::Null)
        .await;
    assert_eq!(ports, json!({ "ports": [] }));
}

#[tokio::test]
async fn routes_lead_to_neighbours_of_the_router() {
    let cloud = Cloud::new().await;
    let (_, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let router = cloud.router("demo", json!({})).await;
    cloud.join("demo", &router, &subnet).await;
    let path = format!("routers/{router}");
    let via = |nexthop: &str| json!({ "router": { "routes": [{ "destination": "10.5.0.0/24", "nexthop": nexthop }] } });
    assert_eq!(
        cloud.put("demo", &path, via("9.9.9.9")).await,
        refused(
            400,
            "InvalidRoutes",
            "Invalid format for routes: [{'destination': '10.5.0.0/24', 'nexthop': '9.9.9.9'}], the nexthop is not \
             connected with router"
        )
    );
    let (_, own) = cloud.put("demo", &path, via("10.1.0.1")).await;
    assert_eq!(own["NeutronError"]["type"], "InvalidRoutes");
    let (_, routed) = cloud.put("demo", &path, via("10.1.0.7")).await;
    assert_eq!(
        routed["router"]["routes"],
        json!([{ "destination": "10.5.0.0/24", "nexthop": "10.1.0.7" }])
    );
    assert_eq!(
        cloud.part("demo", &router, &subnet).await,
        refused(
            409,
            "RouterInterfaceInUseByRoute",
            &format!(
                "Router interface for subnet {subnet} on router {router} cannot be deleted, as it is required by one or \
                 more routes."
            )
        )
    );
    let (_, cleared) = cloud
        .put("demo", &path, json!({ "router": { "routes": null } }))
        .await;
    assert_eq!(cleared["router"]["routes"], json!([]));
}

#[tokio::test]
async fn a_new_subnet_of_an_external_network_has_an_address_for_each_router() {
    let cloud = Cloud::new().await;
    let (public, first) = cloud.public().await;
    let leading = json!({ "external_gateway_info": { "network_id": public } });
    let router = cloud.router("demo", leading).await;
    let subnet = async |cidr: &str, version: u8| {
        let wanted = json!({ "network_id": public, "cidr": cidr, "ip_version": version });
        id(&cloud.make("admin", "subnets", "subnet", wanted).await)
    };
    let outside = async || {
        let (_, shown) = cloud
            .ask("demo", "GET", &format!("routers/{router}"), Value::Null)
            .await;
        shown["router"]["external_gateway_info"]["external_fixed_ips"].clone()
    };
    let one = json!({ "subnet_id": first, "ip_address": "203.0.113.2" });
    // It has one of IPv4.
    subnet("198.51.100.0/24", 4).await;
    assert_eq!(outside().await, json!([one]));
    let sixth = subnet("2001:db8::/64", 6).await;
    let two = json!({ "subnet_id": sixth, "ip_address": "2001:db8::2" });
    assert_eq!(outside().await, json!([one, two]));
    subnet("2001:db8:1::/64", 6).await;
    assert_eq!(outside().await, json!([one, two]));
    let ports = cloud
        .ask("admin", "GET", &format!("ports?device_id={router}"), Value::Null)
        .await;
    assert_eq!(ports.1["ports"][0]["fixed_ips"], json!([one, two]));
}
