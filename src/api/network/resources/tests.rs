//! What clients of Neutron's API see of routers and floating IPs.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::api::RequestIds;
use crate::api::network::{Parts, router};
use crate::db::Db;
use crate::identity::{self, Named, ValidToken, Validate};
use crate::network::local::LocalNetworks;
use crate::objects::SystemWorld;

/// Tokens are names of projects, of which "admin" is the administrators'.
#[derive(Debug)]
struct ByName;

#[async_trait]
impl Validate for ByName {
    async fn validate(&self, token: &str) -> Result<Arc<ValidToken>, identity::Error> {
        let named = |id: &str| Named {
            id: id.to_owned(),
            name: id.to_owned(),
            domain_id: "default".to_owned(),
            domain_name: "Default".to_owned(),
        };
        let role = if token == "admin" { "admin" } else { "member" };
        Ok(Arc::new(ValidToken {
            user: named("u"),
            project: Some(named(token)),
            roles: vec![role.to_owned()],
            expires_at: "2999-01-01T00:00:00Z".parse().unwrap(),
        }))
    }

    fn uri(&self) -> &str {
        "http://keystone/v3"
    }
}

struct Cloud {
    door: Router,
}

impl Cloud {
    async fn new() -> Self {
        let db = Db::in_memory().await.unwrap();
        let world = Arc::new(SystemWorld);
        let parts = Parts {
            networks: LocalNetworks::open(db.networks(), world.clone()).await.unwrap(),
            identity: Arc::new(ByName),
            ids: RequestIds::new(world, None),
            zone: "nova".to_owned(),
        };
        Self { door: router(parts) }
    }

    async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/v2.0/{path}"))
            .header("x-auth-token", who)
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.door.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// What was made, without the word around it.
    async fn make(&self, who: &str, path: &str, name: &str, wanted: Value) -> Value {
        let (status, mut made) = self.ask(who, "POST", path, json!({ name: wanted })).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made[name].take()
    }

    async fn network(&self, who: &str, cidr: &str, wanted: Value) -> (String, String) {
        let network = id(&self.make(who, "networks", "network", wanted).await);
        let version = if cidr.contains(':') { 6 } else { 4 };
        let subnet = json!({ "network_id": network, "cidr": cidr, "ip_version": version });
        let subnet = id(&self.make(who, "subnets", "subnet", subnet).await);
        (network, subnet)
    }

    async fn public(&self) -> (String, String) {
        self.network("admin", "203.0.113.0/24", json!({ "router:external": true }))
            .await
    }

    async fn router(&self, who: &str, wanted: Value) -> String {
        id(&self.make(who, "routers", "router", wanted).await)
    }

    async fn put(&self, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(who, "PUT", path, body).await
    }

    async fn join(&self, who: &str, router: &str, subnet: &str) -> (StatusCode, Value) {
        let path = format!("routers/{router}/add_router_interface");
        self.put(who, &path, json!({ "subnet_id": subnet })).await
    }

    async fn part(&self, who: &str, router: &str, subnet: &str) -> (StatusCode, Value) {
        let path = format!("routers/{router}/remove_router_interface");
        self.put(who, &path, json!({ "subnet_id": subnet })).await
    }

    async fn port(&self, who: &str, network: &str) -> Value {
        self.make(who, "ports", "port", json!({ "network_id": network }))
            .await
    }
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

fn refused(status: u16, kind: &str, message: &str) -> (StatusCode, Value) {
    let body = json!({ "NeutronError": { "type": kind, "message": message, "detail": "" } });
    (StatusCode::from_u16(status).unwrap(), body)
}

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
#[expect(clippy::too_many_lines, reason = "one story")]
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
    assert_eq!(
        cloud
            .ask("demo", "DELETE", &format!("routers/{router}"), Value::Null)
            .await,
        refused(
            409,
            "RouterInUse",
            &format!("Router {router} has ports still attached: {port}")
        )
    );
    assert_eq!(
        cloud
            .ask("demo", "DELETE", &format!("ports/{port}"), Value::Null)
            .await
            .0,
        StatusCode::CONFLICT
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
    let (status, _) = cloud
        .ask("demo", "DELETE", &format!("routers/{router}"), Value::Null)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        cloud
            .ask("demo", "GET", &format!("routers/{router}"), Value::Null)
            .await,
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
#[expect(clippy::too_many_lines, reason = "one story")]
async fn a_floating_ip_leads_to_a_port_that_a_router_reaches() {
    let cloud = Cloud::new().await;
    let (public, _) = cloud.public().await;
    let (network, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let port = cloud.port("demo", &network).await;
    let wanted = json!({ "floating_network_id": public, "port_id": port["id"] });
    let unreachable = cloud
        .ask("demo", "POST", "floatingips", json!({ "floatingip": wanted }))
        .await;
    assert_eq!(
        unreachable,
        refused(
            404,
            "ExternalGatewayForFloatingIPNotFound",
            &format!(
                "External network {public} is not reachable from subnet {subnet}.  Therefore, cannot associate Port {} \
                 with a Floating IP.",
                id(&port)
            )
        )
    );
    let router = cloud
        .router(
            "demo",
            json!({ "external_gateway_info": { "network_id": public } }),
        )
        .await;
    cloud.join("demo", &router, &subnet).await;
    let mut made = cloud
        .make("demo", "floatingips", "floatingip", wanted.clone())
        .await;
    let floating = id(&made);
    for passing in ["created_at", "updated_at"] {
        made[passing].take();
    }
    let shown = json!({
        "floating_network_id": public, "floating_ip_address": "203.0.113.3", "port_id": port["id"],
        "fixed_ip_address": "10.1.0.2", "router_id": router, "status": "ACTIVE",
        "port_details": {
            "name": "", "network_id": network, "mac_address": port["mac_address"], "admin_state_up": true,
            "status": "DOWN", "device_id": "", "device_owner": "",
        },
        "dns_name": "", "dns_domain": "", "id": floating, "project_id": "demo", "tenant_id": "demo",
        "description": "", "tags": [], "created_at": null, "updated_at": null, "revision_number": 0,
    });
    assert_eq!(made, shown);
    let (status, second) = cloud
        .ask("demo", "POST", "floatingips", json!({ "floatingip": wanted }))
        .await;
    assert_eq!(
        (status, &second["NeutronError"]["type"]),
        (StatusCode::CONFLICT, &json!("FloatingIPPortAlreadyAssociated"))
    );
    assert_eq!(
        cloud.part("demo", &router, &subnet).await.1["NeutronError"]["type"],
        "RouterInterfaceInUseByFloatingIP"
    );
    let gone = json!({ "router": { "external_gateway_info": {} } });
    assert_eq!(
        cloud.put("demo", &format!("routers/{router}"), gone).await.1["NeutronError"]["type"],
        "RouterExternalGatewayInUseByFloatingIp"
    );
    let path = format!("floatingips/{floating}");
    let (_, freed) = cloud
        .put("demo", &path, json!({ "floatingip": { "port_id": null } }))
        .await;
    let freed = &freed["floatingip"];
    assert_eq!(
        json!([
            freed["port_id"],
            freed["router_id"],
            freed["fixed_ip_address"],
            freed["status"]
        ]),
        json!([null, null, null, "DOWN"])
    );
    cloud
        .put("demo", &path, json!({ "floatingip": { "port_id": port["id"] } }))
        .await;
    cloud
        .ask("demo", "DELETE", &format!("ports/{}", id(&port)), Value::Null)
        .await;
    let (_, left) = cloud.ask("demo", "GET", &path, Value::Null).await;
    assert_eq!(left["floatingip"]["status"], "DOWN");
    let (status, _) = cloud.ask("demo", "DELETE", &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, ports) = cloud
        .ask(
            "admin",
            "GET",
            &format!("ports?device_id={floating}"),
            Value::Null,
        )
        .await;
    assert_eq!(ports, json!({ "ports": [] }));
}

#[tokio::test]
async fn a_floating_ip_is_of_an_external_network() {
    let cloud = Cloud::new().await;
    let (network, _) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let (public, _) = cloud.public().await;
    let ask = |wanted: Value| json!({ "floatingip": wanted });
    assert_eq!(
        cloud
            .ask(
                "demo",
                "POST",
                "floatingips",
                ask(json!({ "floating_network_id": network }))
            )
            .await,
        refused(
            400,
            "BadRequest",
            &format!("Bad floatingip request: Network {network} is not a valid external network.")
        )
    );
    let elsewhere = json!({ "floating_network_id": public, "floating_ip_address": "1.2.3.4" });
    assert_eq!(
        cloud.ask("admin", "POST", "floatingips", ask(elsewhere)).await,
        refused(
            400,
            "InvalidIpForNetwork",
            "IP address 1.2.3.4 is not a valid IP for any of the subnets on the specified network."
        )
    );
    let nowhere = json!({ "floating_network_id": public, "fixed_ip_address": "10.1.0.2" });
    assert_eq!(
        cloud.ask("demo", "POST", "floatingips", ask(nowhere)).await,
        refused(
            400,
            "BadRequest",
            "Bad floatingip request: fixed_ip_address cannot be specified without a port_id."
        )
    );
}
