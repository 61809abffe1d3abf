//! Floating IPs: where they lead, and what they need for it.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Cloud, id, refused};

/// A port with the address 10.1.0.2, and a router from its subnet to the public network.
struct Reached {
    cloud: Cloud,
    public: String,
    network: String,
    subnet: String,
    port: Value,
    router: String,
}

impl Reached {
    async fn new() -> Self {
        let cloud = Cloud::new().await;
        let (public, _) = cloud.public().await;
        let (network, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
        let port = cloud.port("demo", &network).await;
        let leading = json!({ "external_gateway_info": { "network_id": public } });
        let router = cloud.router("demo", leading).await;
        cloud.join("demo", &router, &subnet).await;
        Self {
            cloud,
            public,
            network,
            subnet,
            port,
            router,
        }
    }

    fn wanted(&self) -> Value {
        json!({ "floating_network_id": self.public, "port_id": self.port["id"] })
    }

    async fn make(&self) -> Value {
        let wanted = self.wanted();
        self.cloud.make("demo", "floatingips", "floatingip", wanted).await
    }
}

#[tokio::test]
async fn a_floating_ip_leads_to_a_port_that_a_router_reaches() {
    let reached = Reached::new().await;
    let (port, public) = (&reached.port, &reached.public);
    let mut made = reached.make().await;
    for passing in ["id", "created_at", "updated_at"] {
        assert!(made[passing].take().is_string());
    }
    let shown = json!({
        "floating_network_id": public, "floating_ip_address": "203.0.113.3", "port_id": port["id"],
        "fixed_ip_address": "10.1.0.2", "router_id": reached.router, "status": "ACTIVE",
        "port_details": {
            "name": "", "network_id": reached.network, "mac_address": port["mac_address"], "admin_state_up": true,
            "status": "DOWN", "device_id": "", "device_owner": "",
        },
        "dns_name": "", "dns_domain": "", "id": null, "project_id": "demo", "tenant_id": "demo",
        "description": "", "tags": [], "created_at": null, "updated_at": null, "revision_number": 0,
    });
    assert_eq!(made, shown);
}

#[tokio::test]
async fn a_floating_ip_does_not_lead_where_no_router_reaches() {
    let cloud = Cloud::new().await;
    let (public, _) = cloud.public().await;
    let (network, subnet) = cloud.network("demo", "10.1.0.0/24", json!({})).await;
    let port = id(&cloud.port("demo", &network).await);
    let wanted = json!({ "floatingip": { "floating_network_id": public, "port_id": port } });
    assert_eq!(
        cloud.ask("demo", "POST", "floatingips", wanted).await,
        refused(
            404,
            "ExternalGatewayForFloatingIPNotFound",
            &format!(
                "External network {public} is not reachable from subnet {subnet}.  Therefore, cannot associate Port {port} \
                 with a Floating IP."
            )
        )
    );
}

#[tokio::test]
async fn what_a_floating_ip_needs_stays_while_it_leads_there() {
    let reached = Reached::new().await;
    let (cloud, router) = (&reached.cloud, &reached.router);
    reached.make().await;
    let body = json!({ "floatingip": reached.wanted() });
    let (status, second) = cloud.ask("demo", "POST", "floatingips", body).await;
    assert_eq!(
        (status, &second["NeutronError"]["type"]),
        (StatusCode::CONFLICT, &json!("FloatingIPPortAlreadyAssociated"))
    );
    assert_eq!(
        cloud.part("demo", router, &reached.subnet).await.1["NeutronError"]["type"],
        "RouterInterfaceInUseByFloatingIP"
    );
    let gone = json!({ "router": { "external_gateway_info": {} } });
    assert_eq!(
        cloud.put("demo", &format!("routers/{router}"), gone).await.1["NeutronError"]["type"],
        "RouterExternalGatewayInUseByFloatingIp"
    );
}

#[tokio::test]
async fn a_floating_ip_keeps_the_ports_address_where_it_leads() {
    let reached = Reached::new().await;
    reached.make().await;
    let port = id(&reached.port);
    let path = format!("ports/{port}");
    let with = |addresses: &[&str]| {
        let fixed = addresses
            .iter()
            .map(|address| json!({ "ip_address": address }))
            .collect::<Vec<_>>();
        json!({ "port": { "fixed_ips": fixed } })
    };
    let words = format!(
        "Bad port request: Cannot update the fixed_ips of the port {port}, because its original fixed_ip has been \
         associated to a floating ip."
    );
    for other in [&["10.1.0.9"][..], &[]] {
        assert_eq!(
            reached.cloud.put("demo", &path, with(other)).await,
            refused(400, "BadRequest", &words)
        );
    }
    let both = with(&["10.1.0.9", "10.1.0.2"]);
    assert_eq!(reached.cloud.put("demo", &path, both).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_floating_ip_leads_elsewhere_nowhere_and_goes_with_its_address() {
    let reached = Reached::new().await;
    let (cloud, port) = (&reached.cloud, &reached.port);
    let floating = id(&reached.make().await);
    let path = format!("floatingips/{floating}");
    let lead = |port: &Value| json!({ "floatingip": { "port_id": port } });
    let (_, freed) = cloud.put("demo", &path, lead(&Value::Null)).await;
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
    cloud.put("demo", &path, lead(&port["id"])).await;
    cloud
        .ask("demo", "DELETE", &format!("ports/{}", id(port)), Value::Null)
        .await;
    let (_, left) = cloud.ask("demo", "GET", &path, Value::Null).await;
    assert_eq!(left["floatingip"]["status"], "DOWN");
    let (status, _) = cloud.ask("demo", "DELETE", &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let held = format!("ports?device_id={floating}");
    let (_, ports) = cloud.ask("admin", "GET", &held, Value::Null).await;
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
